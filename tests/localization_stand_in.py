"""A robot that drives a circle at the kiosk's dock, as its sensors tell it to ROS in real time."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from nav_msgs.msg import Odometry
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Imu, NavSatFix, NavSatStatus
from tf2_msgs.msg import TFMessage

from comms.contracts.site_reader import read_site
from comms.ros.qos import LATCHED, RELIABLE, SENSOR
from robot.localization.messages import to_stamp, yaw_of, yaw_quaternion
from robot.localization.planar import Pose

SPEED, TURN = 0.8, 0.2  # m/s, rad/s: a circle of 4 m
SIGMA_M = 0.1


class DrivingRobot:
    """Publishes wheels (25 Hz), IMU (50 Hz), GNSS (5 Hz); keeps what localisation says."""

    def __init__(self, site_file: Path, *, simulated: bool = False, seed: int = 1) -> None:
        site = read_site(site_file)
        self._frame = site.frame
        kiosk = site.kiosks[0]
        self.start = Pose(*kiosk.dock, kiosk.heading_rad)
        self._rng = np.random.default_rng(seed)
        self._simulated = simulated
        self._begin = math.inf  # when it drives off
        self.silent: set[str] = set()
        self.gnss_offset_m = 0.0
        self.estimates: list[tuple[float, Odometry]] = []
        self.statuses: list[DiagnosticStatus] = []
        self.transforms: list[TFMessage] = []
        self.mounts: list[TFMessage] = []
        self._context = Context()
        rclpy.init(context=self._context)
        node = self.node = Node("driving_robot", context=self._context)
        self._wheels = node.create_publisher(Odometry, "/robot/wheel/odometry", SENSOR)
        self._imu = node.create_publisher(Imu, "/robot/imu/data", SENSOR)
        self._gnss = node.create_publisher(NavSatFix, "/robot/gnss/fix", SENSOR)
        self._clock = node.create_publisher(Clock, "/clock", SENSOR)
        for kind, topic, kept, qos in (
            (DiagnosticStatus, "/robot/localization/status", self.statuses, RELIABLE),
            (TFMessage, "/tf", self.transforms, RELIABLE),
            (TFMessage, "/tf_static", self.mounts, LATCHED),
        ):
            node.create_subscription(kind, topic, _keeper(kept), qos)
        node.create_subscription(Odometry, "/robot/odometry", self._on_odometry, RELIABLE)
        node.create_timer(0.04, self._say_wheels)
        node.create_timer(0.02, self._say_imu)
        node.create_timer(0.2, self._say_fix)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(timeout=3.0)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def drive(self) -> None:
        """Off it goes."""
        self._begin = time.time()

    # -- truth
    def truth(self, stamp_s: float) -> Pose:
        """Stands at the dock, then drives the circle."""
        t = max(0.0, stamp_s - self._begin)
        radius = SPEED / TURN
        angle = TURN * t
        return self.start.then(
            Pose(radius * math.sin(angle), radius * (1 - math.cos(angle)), angle)
        )

    def _moving(self, stamp_s: float) -> float:
        return 1.0 if stamp_s > self._begin else 0.0

    # -- sensors
    def _say_wheels(self) -> None:
        if "wheels" in self.silent:
            return
        now = time.time()
        pose = self.start.inverse().then(self.truth(now))
        message = Odometry()
        message.header.stamp = to_stamp(now)
        message.header.frame_id, message.child_frame_id = "odom", "base_link"
        message.pose.pose.position.x, message.pose.pose.position.y = pose.x, pose.y
        message.pose.pose.orientation = yaw_quaternion(pose.yaw)
        noise = self._rng.normal(0.0, 0.01, 2)
        message.twist.twist.linear.x = self._moving(now) * (SPEED * 1.01 + noise[0])
        message.twist.twist.angular.z = self._moving(now) * (TURN + noise[1])
        message.twist.covariance[0], message.twist.covariance[35] = 0.02**2, 0.05**2
        self._wheels.publish(message)

    def _say_imu(self) -> None:
        now = time.time()
        if self._simulated:
            self._clock.publish(Clock(clock=to_stamp(now)))
        if "imu" in self.silent:
            return
        message = Imu()
        message.header.stamp = to_stamp(now)
        message.header.frame_id = "imu_link"
        turn = self._moving(now) * TURN
        message.angular_velocity.z = turn + 0.005 + self._rng.normal(0.0, 0.003)
        message.linear_acceleration.z = 9.81
        message.linear_acceleration.y = self._moving(now) * SPEED * TURN
        message.angular_velocity_covariance[8] = 0.003**2
        self._imu.publish(message)

    def _say_fix(self) -> None:
        if "gnss" in self.silent:
            return
        now = time.time()
        pose = self.truth(now)
        east, north = np.array([pose.x, pose.y]) + self._rng.normal(0.0, SIGMA_M, 2)
        place = self._frame.to_geo(float(east) + self.gnss_offset_m, float(north))
        message = NavSatFix()
        message.header.stamp = to_stamp(now)
        message.latitude, message.longitude = place.latitude_deg, place.longitude_deg
        message.status.status = NavSatStatus.STATUS_FIX
        message.altitude = place.altitude_m or 0.0
        message.position_covariance[0] = message.position_covariance[4] = SIGMA_M**2
        message.position_covariance_type = NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN
        self._gnss.publish(message)

    # -- what localisation says
    def _on_odometry(self, message: Odometry) -> None:
        self.estimates.append((time.monotonic(), message))

    def wait(self, what: Any, limit_s: float, why: str) -> None:
        end = time.monotonic() + limit_s
        while not what():
            if time.monotonic() > end:
                last = self.statuses[-1].message if self.statuses else "nothing"
                raise AssertionError(f"not within {limit_s} s: {why}; localisation says {last!r}")
            time.sleep(0.02)

    def errors(self, since: int = 0) -> list[tuple[float, float, float]]:
        """(m, rad, 1 sigma m) of each estimate from number `since` on."""
        rows = []
        for _, message in self.estimates[since:]:
            stamp_s = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
            truth = self.truth(stamp_s)
            position = message.pose.pose.position
            yaw = yaw_of(message.pose.pose.orientation)
            rows.append(
                (
                    math.hypot(position.x - truth.x, position.y - truth.y),
                    abs(math.remainder(yaw - truth.yaw, math.tau)),
                    math.sqrt(message.pose.covariance[0]),
                )
            )
        return rows


def _keeper(kept: list[Any]) -> Any:
    return lambda message: kept.append(message)


class Localization:
    """The node as it is shipped: a process of its own."""

    def __init__(self, state_dir: Path, site_file: Path, *parameters: str) -> None:
        self._state_dir = state_dir
        self._parameters = (f"site_file:={site_file}", *parameters)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = [part for p in self._parameters for part in ("-p", p)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "robot.localization.node", "--ros-args", *arguments],
            env={**os.environ, "PATROL_STATE_DIR": str(self._state_dir)},
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=5)

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=10)

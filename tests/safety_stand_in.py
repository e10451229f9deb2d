"""Everything around the collision monitor, stood in for: sensors, localisation, navigator, base.

Each input is published at its real rate by a real rclpy node and can be silenced or spoiled; what
the monitor sends is kept with the moment of its receipt.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Contact, SafetyState
from patrol_interfaces.srv import SetEstop
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import LaserScan

from comms.ros.qos import RELIABLE, SENSOR

RAYS = 720
_INCREMENT = 2 * math.pi / RAYS


class StandIn:
    """A robot in the middle of nowhere that is told to drive at `wanted` (m/s, rad/s)."""

    def __init__(self) -> None:
        self._context = Context()
        rclpy.init(context=self._context)
        node = self.node = Node("stand_in", context=self._context)
        self.silent: set[str] = set()
        self.wanted = (0.5, 0.0)
        self.obstacle_m: float | None = None  # straight ahead of base_link
        self.all_rays: float | None = None
        self.pressed = False
        self.pose = (0.0, 0.0, 0.0)
        self.speed = 0.0
        self.level = DiagnosticStatus.OK
        self.sent: deque[tuple[float, float, float]] = deque(maxlen=400)  # when, speed, turn
        self.states: deque[SafetyState] = deque(maxlen=200)
        self._scan = node.create_publisher(LaserScan, "/robot/scan", SENSOR)
        self._command = node.create_publisher(TwistStamped, "/robot/cmd_vel_nav", RELIABLE)
        self._odometry = node.create_publisher(Odometry, "/robot/odometry", RELIABLE)
        self._bumper = node.create_publisher(Contact, "/robot/bumper", RELIABLE)
        self._status = node.create_publisher(
            DiagnosticStatus, "/robot/localization/status", RELIABLE
        )
        node.create_subscription(TwistStamped, "/robot/cmd_vel", self._on_velocity, RELIABLE)
        node.create_subscription(SafetyState, "/robot/safety/state", self._on_state, RELIABLE)
        self.estop_client = node.create_client(SetEstop, "/robot/set_estop")
        for period, name, publish in (
            (0.1, "scan", self.publish_scan),
            (0.05, "command", self._publish_command),
            (0.05, "odometry", self._publish_odometry),
            (0.1, "bumper", self.publish_bumper),
            (0.5, "status", self.publish_status),
        ):
            node.create_timer(period, self._unless_silent(name, publish))
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(timeout=3.0)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def behave(self) -> None:
        """Everything good again."""
        self.silent = set()
        self.wanted, self.obstacle_m, self.all_rays = (0.5, 0.0), None, None
        self.pressed, self.pose, self.speed = False, (0.0, 0.0, 0.0), 0.0
        self.level = DiagnosticStatus.OK
        self.publish_status()

    def _unless_silent(self, name: str, publish: Callable[[], None]) -> Callable[[], None]:
        def timer() -> None:
            if name not in self.silent:
                publish()

        return timer

    # -- what the monitor hears
    def publish_scan(self) -> None:
        message = LaserScan()
        message.header.stamp = self.node.get_clock().now().to_msg()
        message.header.frame_id = "lidar_link"
        message.angle_min, message.angle_increment = -math.pi, _INCREMENT
        message.angle_max = math.pi - _INCREMENT
        message.range_min, message.range_max = 0.1, 30.0
        ranges = array("f", [math.inf if self.all_rays is None else self.all_rays] * RAYS)
        if self.obstacle_m is not None:
            for ray in range(RAYS // 2 - 6, RAYS // 2 + 7):
                ranges[ray] = self.obstacle_m - 0.10  # the lidar sits 10 cm ahead
        message.ranges = ranges
        self._scan.publish(message)

    def _publish_command(self) -> None:
        message = TwistStamped()
        message.header.stamp = self.node.get_clock().now().to_msg()
        message.twist.linear.x, message.twist.angular.z = self.wanted
        self._command.publish(message)

    def _publish_odometry(self) -> None:
        message = Odometry()
        message.header.stamp = self.node.get_clock().now().to_msg()
        message.header.frame_id, message.child_frame_id = "map", "base_link"
        message.pose.pose.position.x, message.pose.pose.position.y, yaw = self.pose
        message.pose.pose.orientation.z = math.sin(yaw / 2)
        message.pose.pose.orientation.w = math.cos(yaw / 2)
        message.twist.twist.linear.x = self.speed
        self._odometry.publish(message)

    def publish_bumper(self) -> None:
        message = Contact(pressed=self.pressed, with_what="a bollard" if self.pressed else "")
        message.header.stamp = self.node.get_clock().now().to_msg()
        self._bumper.publish(message)

    def publish_status(self) -> None:
        says = "lost: the position is known to 5.0 m only"
        self._status.publish(DiagnosticStatus(level=self.level, name="x", message=says))

    # -- what the monitor says
    def _on_velocity(self, message: TwistStamped) -> None:
        twist = message.twist
        self.sent.append((time.monotonic(), twist.linear.x, twist.angular.z))

    def _on_state(self, message: SafetyState) -> None:
        self.states.append(message)

    def wait(self, what: Callable[[], bool], limit_s: float, why: str) -> None:
        end = time.monotonic() + limit_s
        while not what():
            if time.monotonic() > end:
                last = self.states[-1] if self.states else None
                raise AssertionError(f"not within {limit_s} s: {why}; the monitor says {last}")
            time.sleep(0.005)

    def velocity(self) -> tuple[float, float]:
        return self.sent[-1][1:] if self.sent else (math.nan, math.nan)

    def first_zero_after(self, moment: float) -> float | None:
        """When the first zero was received after `moment` (monotonic s)."""
        for when, speed, turn in list(self.sent):
            if when > moment and speed == 0.0 and turn == 0.0:
                return when
        return None

    def wait_until_driving(self, limit_s: float = 8.0) -> None:
        start = time.monotonic()
        self.wait(
            lambda: any(w > start and abs(v) > 0.01 for w, v, _ in list(self.sent)),
            limit_s,
            "a velocity passes",
        )

    def wait_until_stopped(self, says: str, limit_s: float = 3.0) -> SafetyState:
        """Wait for zero together with a reason that contains `says`."""
        self.wait(
            lambda: (
                bool(self.states)
                and says in self.states[-1].reason
                and self.velocity() == (0.0, 0.0)
            ),
            limit_s,
            f"a stop that says {says!r}",
        )
        return self.states[-1]

    def set_estop(self, engage: bool, who: str = "tester", reason: str = "a test") -> Any:
        request = SetEstop.Request(engage=engage, who=who, reason=reason)
        future = self.estop_client.call_async(request)
        self.wait(future.done, 5.0, "the e-stop service answers")
        return future.result()


class Monitor:
    """The collision monitor as it is shipped: a process of its own."""

    def __init__(self, state_dir: Path, *parameters: str) -> None:
        self._state_dir = state_dir
        self._parameters = parameters
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = [part for p in self._parameters for part in ("-p", p)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "robot.safety.node", "--ros-args", *arguments],
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

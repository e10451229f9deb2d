"""The ROS node of localisation: sensors in, `/robot/odometry`, `/tf` and a status out.

Measurements are only collected when they arrive and worked through at the output rate, in the
order of their stamps; that costs less than a filter step per message and makes the order of
arrival unimportant.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Imu, LaserScan, NavSatFix
from tf2_msgs.msg import TFMessage

from comms.contracts.config import load_section
from comms.contracts.errors import ContractError
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import KioskBody, RobotBody
from comms.logs import get_logger
from comms.ros.light import PolledSubscription, publisher, subscription
from comms.ros.qos import LATCHED, RELIABLE
from comms.ros.run import run_node
from robot.localization import messages
from robot.localization.config import LocalizationConfig
from robot.localization.estimate import Estimate, Health, Level
from robot.localization.localizer import Localizer
from robot.localization.memory import PoseMemory, RememberedPose
from robot.localization.planar import Pose
from robot.localization.start import Starter
from robot.localization.walls.outline_map import OutlineMap
from robot.localization.walls.walls import Walls

_STATUS_PERIOD_S = 1.0
_MOST_A_TICK = 50  # messages of one sensor that wait for a tick: a second of a 50 Hz sensor
_POLLED = QoSProfile(depth=_MOST_A_TICK, reliability=ReliabilityPolicy.BEST_EFFORT)
_SCANS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)  # the newest is enough


def state_folder() -> Path:
    """Where this unit keeps what must survive a restart."""
    return Path(os.environ.get("PATROL_STATE_DIR") or Path.home() / ".local/state/patrol")


class LocalizationNode(Node):
    def __init__(self) -> None:
        super().__init__("robot_localization")
        self._log = get_logger()
        unit_config = str(self.declare_parameter("unit_config", "").value)
        site_file = str(self.declare_parameter("site_file", "").value)
        if not site_file:
            raise ContractError("robot_localization needs the parameter site_file (site GeoJSON)")
        site = read_site(site_file)
        self._frame, self._site_id = site.frame, site.site_id
        self._config, body, kiosk = _configuration(unit_config)
        self._run = os.environ.get("PATROL_RUN_DIR", "")
        self._memory = PoseMemory(state_folder())
        starter = Starter(self._config, _dock(site), self._recall(), site.site_id, self._run)
        outlines = self._outlines(site, kiosk)
        self._localizer = Localizer(self._config, starter, Walls(self._config, outlines))
        self._lidar = body.lidar
        self._published_s = float("-inf")
        self._saved_at = self._status_at = 0.0
        self._health = Health(Level.ERROR, "starting")

        self._odometry = publisher(self, Odometry, "/robot/odometry", RELIABLE)
        self._status = publisher(self, DiagnosticStatus, "/robot/localization/status", RELIABLE)
        self._tf = publisher(self, TFMessage, "/tf", RELIABLE)
        self._tf_static = publisher(self, TFMessage, "/tf_static", LATCHED)
        self._tf_static.publish(TFMessage(transforms=messages.mounts(body)))
        self._wheels = PolledSubscription(self, Odometry, "/robot/wheel/odometry", _POLLED)
        self._imu = PolledSubscription(self, Imu, "/robot/imu/data", _POLLED)
        self._gnss = PolledSubscription(self, NavSatFix, "/robot/gnss/fix", _POLLED)
        self._scans = PolledSubscription(self, LaserScan, "/robot/scan", _SCANS)
        subscription(
            self, PoseWithCovarianceStamped, "/initialpose", self._on_initial_pose, RELIABLE
        )
        self.create_timer(1.0 / self._config.rate_hz, self._tick)

    def _outlines(self, site: Site, kiosk: KioskBody) -> OutlineMap:
        if not self._config.map_file:
            return OutlineMap.of_site(site, kiosk)
        from robot.localization.walls.grid_map import read_grid_map

        return read_grid_map(self._config.map_file)

    def _recall(self) -> RememberedPose | None:
        try:
            return self._memory.load()
        except ContractError as error:
            self._log.warning("no last pose", why=str(error))
            return None

    # -- inputs
    def _listen(self) -> None:
        """Take what the sensors said since the last time."""
        for message in self._wheels.take():
            self._localizer.add(messages.wheels_from(message))
        for message in self._imu.take():
            inertial = messages.inertial_from(message)
            if inertial is not None:
                self._localizer.add(inertial)
        for message in self._gnss.take():
            fix = messages.fix_from(message, self._frame, self._config.gnss_sigma_unknown_m)
            if fix is not None:
                self._localizer.add(fix)

        for message in self._scans.take()[-1:]:
            self._localizer.add(messages.scan_from(message, self._lidar))

    def _on_initial_pose(self, message: PoseWithCovarianceStamped) -> None:
        """A person's word (RViz, Foxglove or a screen) on where the robot is."""
        position = message.pose.pose.position
        pose = Pose(position.x, position.y, messages.yaw_of(message.pose.pose.orientation))
        rows = np.ix_((0, 1, 5), (0, 1, 5))
        covariance = np.array(message.pose.covariance).reshape(6, 6)[rows]
        if not (np.all(np.isfinite(covariance)) and np.all(np.isfinite(pose))):
            self._log.warning("an initial pose with NaN was ignored")
            return
        floor = (self._config.initial_sigma_m**2,) * 2 + (self._config.initial_sigma_rad**2,)
        self._localizer.set_pose(pose, np.diag(np.maximum(np.diag(covariance), floor)))

    # -- output
    def _tick(self) -> None:
        self._listen()
        now_s = self.get_clock().now().nanoseconds * 1e-9
        if now_s <= 0.0:
            return  # simulated time has not begun
        estimate = self._localizer.step(now_s)
        for event in self._localizer.events:
            self._log.info("localisation", event_text=event)
        self._localizer.events.clear()
        if estimate is not None and estimate.stamp_s != self._published_s:
            self._publish(estimate)
        self._report(now_s, estimate)

    def _publish(self, estimate: Estimate) -> None:
        self._published_s = estimate.stamp_s
        odometry = messages.odometry_from(estimate)
        stamp = odometry.header.stamp
        self._odometry.publish(odometry)
        self._tf.publish(
            TFMessage(
                transforms=[
                    messages.transform("map", "odom", estimate.map_from_odom, stamp),
                    messages.transform("odom", "base_link", estimate.odom, stamp),
                ]
            )
        )

    def _report(self, now_s: float, estimate: Estimate | None) -> None:
        health = self._localizer.health(now_s, estimate)
        wall = time.monotonic()
        changed = health.level is not self._health.level
        if changed or wall - self._status_at >= _STATUS_PERIOD_S:
            self._status_at = wall
            self._status.publish(messages.status_from(health))
        if changed:
            self._log.info("localisation status", level=health.level.name, says=health.message)
        self._health = health
        if estimate is not None and wall - self._saved_at >= self._config.memory_period_s:
            self._saved_at = wall
            self._save(estimate)

    def _save(self, estimate: Estimate) -> None:
        remembered = self._localizer.remember(estimate, self._site_id, self._run)
        if remembered is None:
            return
        try:
            self._memory.save(remembered)
        except OSError as error:
            self._log.warning("the last pose could not be saved", why=str(error))


def _configuration(unit_config: str) -> tuple[LocalizationConfig, RobotBody, KioskBody]:
    return (
        load_section(unit_config, "localization", LocalizationConfig),
        load_section(unit_config, "robot_body", RobotBody),
        load_section(unit_config, "kiosk_body", KioskBody),
    )


def _dock(site: Site) -> Pose | None:
    if not site.kiosks:
        return None
    kiosk = site.kiosks[0]
    return Pose(*kiosk.dock, kiosk.heading_rad)


def main() -> int:
    return run_node(LocalizationNode, name="robot_localization")


if __name__ == "__main__":
    raise SystemExit(main())

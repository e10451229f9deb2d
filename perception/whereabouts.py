"""Where each camera is and looks: the robot's by its odometry and helped by its lidar, the drone's
by the drone's odometry and its gimbal's attitude, the kiosk's by the site.
"""

from __future__ import annotations

from typing import Protocol

from geometry_msgs.msg import QuaternionStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import LaserScan

from comms.contracts.finding import Source
from comms.contracts.kiosk_camera import kiosk_camera
from comms.contracts.site import Site
from comms.ros.qos import RELIABLE, SENSOR
from perception.config import LocateConfig, UnitConfig
from perception.locate.camera_model import CameraPose, drone_camera, fixed_camera, robot_camera
from perception.locate.lidar import scan_points
from perception.locate.pose_buffer import Matrix, PoseBuffer
from perception.messages import attitude_of, pose_of, scan_of

_SCAN_AGE_S = 0.3


class Whereabouts(Protocol):
    """May be asked from another thread than the callbacks'."""

    def at(self, time_s: float) -> tuple[CameraPose, Matrix | None] | None:
        """The pose at `time_s` (UTC), and the lidar's hits about then (n, 3) in map, if there are
        any; None: not known."""
        ...


def whereabouts_of(source: Source, node: Node, unit: UnitConfig, site: Site) -> Whereabouts:
    """With its subscriptions made."""
    if source is Source.ROBOT:
        return RobotsWhereabouts(node, unit)
    if source is Source.DRONE:
        return DronesWhereabouts(node, unit)
    return KiosksWhereabouts(unit, site)


def _buffer(config: LocateConfig) -> PoseBuffer:
    return PoseBuffer(config.max_extrapolation_s, config.max_gap_s)


class RobotsWhereabouts:
    def __init__(self, node: Node, unit: UnitConfig) -> None:
        self._config, self._body = unit.perception.locate, unit.robot
        self._poses = _buffer(self._config)
        self._scan: LaserScan | None = None
        node.create_subscription(Odometry, "/robot/odometry", self._odometry, RELIABLE)
        node.create_subscription(LaserScan, "/robot/scan", self._keep_scan, SENSOR)

    def at(self, time_s: float) -> tuple[CameraPose, Matrix | None] | None:
        pose = self._poses.at(time_s)
        if pose is None:
            return None
        camera = robot_camera(pose, self._body.camera.mount, self._config)
        return camera, self._lidar_points(time_s)

    def _lidar_points(self, time_s: float) -> Matrix | None:
        message = self._scan
        if message is None:
            return None
        scan = scan_of(message)
        pose = self._poses.at(scan.time_s)
        if pose is None or abs(scan.time_s - time_s) > _SCAN_AGE_S:
            return None
        return scan_points(scan, pose, self._body.lidar)

    def _odometry(self, message: Odometry) -> None:
        self._poses.add(pose_of(message))

    def _keep_scan(self, message: LaserScan) -> None:
        self._scan = message


class DronesWhereabouts:
    def __init__(self, node: Node, unit: UnitConfig) -> None:
        self._config, self._mount = unit.perception.locate, unit.drone.camera.mount
        self._poses, self._attitudes = _buffer(self._config), _buffer(self._config)
        node.create_subscription(Odometry, "/drone/odometry", self._odometry, RELIABLE)
        node.create_subscription(
            QuaternionStamped, "/drone/camera_attitude", self._attitude, RELIABLE
        )

    def at(self, time_s: float) -> tuple[CameraPose, Matrix | None] | None:
        pose, attitude = self._poses.at(time_s), self._attitudes.at(time_s)
        if pose is None or attitude is None:
            return None
        return drone_camera(pose, attitude, self._mount, self._config), None

    def _odometry(self, message: Odometry) -> None:
        self._poses.add(pose_of(message))

    def _attitude(self, message: QuaternionStamped) -> None:
        self._attitudes.add(attitude_of(message))


class KiosksWhereabouts:
    """The first kiosk's: it never moves."""

    def __init__(self, unit: UnitConfig, site: Site) -> None:
        where = kiosk_camera(site.kiosks[0], unit.kiosk)
        self._pose = fixed_camera(where.at, where.yaw_rad, where.pitch_rad, unit.perception.locate)

    def at(self, time_s: float) -> tuple[CameraPose, Matrix | None] | None:
        return self._pose, None

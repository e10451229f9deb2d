"""What comes in for one camera: its pictures, its lens, and what is needed to say where it was.

The robot's camera is placed by its odometry and helped by its lidar; the drone's by the drone's
odometry and its gimbal's attitude.
"""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import QuaternionStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image, LaserScan

from comms.contracts.task import Vehicle
from comms.contracts.vehicle import Mount
from comms.ros.qos import RELIABLE, SENSOR
from perception.config import LocateConfig, UnitConfig
from perception.errors import PerceptionError
from perception.locate.camera_model import Lens, drone_camera, robot_camera
from perception.locate.lidar import scan_points
from perception.locate.pose_buffer import Matrix, PoseBuffer
from perception.messages import attitude_of, lens_of, pose_of, scan_of
from perception.pipeline import View

_SCAN_AGE_S = 0.3


class CameraFeed:
    """One camera's subscriptions. `view` may be called from another thread than the callbacks'."""

    def __init__(
        self,
        node: Node,
        vehicle: Vehicle,
        unit: UnitConfig,
        on_image: Callable[[Vehicle, Image], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self.vehicle = vehicle
        self.received = 0
        self._config: LocateConfig = unit.perception.locate
        self._mount: Mount = unit.camera(vehicle).mount
        self._lidar_mount: Mount = unit.robot.lidar
        self._lens = Lens.of(unit.camera(vehicle))
        self._calibration: tuple[float, ...] = ()
        self._on_image, self._on_trouble = on_image, on_trouble
        limits = self._config.max_extrapolation_s, self._config.max_gap_s
        self._poses, self._attitudes = PoseBuffer(*limits), PoseBuffer(*limits)
        self._scan: LaserScan | None = None
        name = vehicle.value
        node.create_subscription(Image, f"/{name}/camera/image_raw", self._image, SENSOR)
        node.create_subscription(CameraInfo, f"/{name}/camera/camera_info", self._info, SENSOR)
        node.create_subscription(Odometry, f"/{name}/odometry", self._odometry, RELIABLE)
        if vehicle is Vehicle.ROBOT:
            node.create_subscription(LaserScan, "/robot/scan", self._keep_scan, SENSOR)
        else:
            node.create_subscription(
                QuaternionStamped, "/drone/camera_attitude", self._attitude, RELIABLE
            )

    def view(self, time_s: float, width: int, height: int) -> View | None:
        """Where the camera was at `time_s` (UTC), for a picture of that size; None: not known."""
        pose = self._poses.at(time_s)
        if pose is None:
            return None
        lens = self._lens.scaled_to(width, height)
        if self.vehicle is Vehicle.ROBOT:
            camera = robot_camera(pose, self._mount, self._config)
            return View(lens, camera, self._lidar_points(time_s))
        attitude = self._attitudes.at(time_s)
        if attitude is None:
            return None
        return View(lens, drone_camera(pose, attitude, self._mount, self._config))

    def _lidar_points(self, time_s: float) -> Matrix | None:
        message = self._scan
        if message is None:
            return None
        scan = scan_of(message)
        pose = self._poses.at(scan.time_s)
        if pose is None or abs(scan.time_s - time_s) > _SCAN_AGE_S:
            return None
        return scan_points(scan, pose, self._lidar_mount)

    def _image(self, message: Image) -> None:
        self.received += 1
        self._on_image(self.vehicle, message)

    def _info(self, message: CameraInfo) -> None:
        numbers = (message.width, message.height, *message.k, *message.d)
        if numbers == self._calibration:
            return
        self._calibration = numbers
        try:
            self._lens = lens_of(message)
        except PerceptionError as error:
            self._on_trouble(f"{self.vehicle} camera: {error}; the unit's file is used instead")

    def _odometry(self, message: Odometry) -> None:
        self._poses.add(pose_of(message))

    def _attitude(self, message: QuaternionStamped) -> None:
        self._attitudes.add(attitude_of(message))

    def _keep_scan(self, message: LaserScan) -> None:
        self._scan = message

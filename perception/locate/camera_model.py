"""A camera: its lens (pixels to rays and back) and where it was when it took the picture.

Camera axes here are those of a body, x along the lens, y left, z up; pixel u grows to the right and
v downwards, from the top left corner.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from comms.contracts.vehicle import Camera, Mount
from perception.config import LocateConfig
from perception.errors import PerceptionError
from perception.locate.pose_buffer import Matrix, Pose, Vector


@dataclass(frozen=True)
class Lens:
    """A pinhole with OpenCV's distortion coefficients (none: all straight). Lengths in pixels."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()

    @classmethod
    def of(cls, camera: Camera) -> Lens:
        focal = camera.focal_px
        width, height = camera.width_px, camera.height_px
        return cls(width, height, focal, focal, width / 2, height / 2)

    @classmethod
    def calibrated(
        cls, width: int, height: int, k: Sequence[float], d: Sequence[float] = ()
    ) -> Lens:
        """From a camera's calibration: `k` row-major 3 x 3, `d` OpenCV's coefficients.

        Raises PerceptionError when the numbers cannot be those of a camera.
        """
        values = [*k, *d]
        if len(k) != 9 or not all(math.isfinite(value) for value in values):
            raise PerceptionError("the camera's calibration has numbers that are not finite")
        if width < 1 or height < 1 or k[0] <= 0 or k[4] <= 0:
            raise PerceptionError("the camera's calibration has no size or no focal length")
        straight = not any(d)
        return cls(width, height, k[0], k[4], k[2], k[5], () if straight else tuple(d))

    def scaled_to(self, width: int, height: int) -> Lens:
        """The same lens for a picture of another size."""
        if (width, height) == (self.width, self.height):
            return self
        x, y = width / self.width, height / self.height
        return Lens(
            *(width, height, self.fx * x, self.fy * y, self.cx * x, self.cy * y), self.distortion
        )

    def ray(self, u: float, v: float) -> Vector:
        """The direction (3,) of pixel (u, v) in camera axes; its x is 1."""
        x, y = (u - self.cx) / self.fx, (v - self.cy) / self.fy
        if self.distortion:
            import cv2

            matrix = np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]])
            point = np.array([[[u, v]]], dtype=np.float64)
            x, y = cv2.undistortPoints(point, matrix, np.array(self.distortion))[0, 0]
        return np.array([1.0, -x, -y])

    def project(self, points: Matrix) -> Matrix:
        """Points (n, 3) in camera axes, in front of it, as pixels (n, 2); distortion is left
        out."""
        depth = points[:, 0]
        return np.column_stack(
            [
                self.cx - self.fx * points[:, 1] / depth,
                self.cy - self.fy * points[:, 2] / depth,
            ]
        )


@dataclass(frozen=True)
class CameraPose:
    """Where a camera was, in map: `origin` (3,) m, `rotation` (3, 3) camera axes to map, the height
    of the ground under what it sees (m), and what is uncertain about it (1 sigma, or
    covariance)."""

    origin: Vector
    rotation: Matrix
    ground_m: float
    position_covariance: Matrix
    pitch_sigma_rad: float
    yaw_sigma_rad: float
    height_sigma_m: float


def mount_rotation(mount: Mount) -> Matrix:
    """(3, 3), the sensor's axes to the body's: a pitch, positive downwards."""
    c, s = math.cos(mount.pitch_rad), math.sin(mount.pitch_rad)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def mount_position(mount: Mount) -> Vector:
    return np.array([mount.x_m, mount.y_m, mount.z_m])


def robot_camera(pose: Pose, mount: Mount, config: LocateConfig) -> CameraPose:
    """The camera fixed to the robot, whose base lies on the ground."""
    rotation = pose.rotation
    return CameraPose(
        origin=pose.position + rotation @ mount_position(mount),
        rotation=rotation @ mount_rotation(mount),
        ground_m=float(pose.position[2]),
        position_covariance=pose.position_covariance[:2, :2],
        pitch_sigma_rad=config.robot_pitch_sigma_rad,
        yaw_sigma_rad=math.hypot(config.yaw_sigma_rad, math.sqrt(pose.yaw_variance)),
        height_sigma_m=config.robot_height_sigma_m,
    )


def fixed_camera(
    at: Sequence[float], yaw_rad: float, pitch_rad: float, config: LocateConfig
) -> CameraPose:
    """A camera that hangs on a wall over level ground; `pitch_rad` is positive downwards."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return CameraPose(
        origin=np.array(at, dtype=float),
        rotation=turn @ mount_rotation(Mount(pitch_rad=pitch_rad)),
        ground_m=0.0,
        position_covariance=np.eye(2) * config.kiosk_sigma_m**2,
        pitch_sigma_rad=config.kiosk_pitch_sigma_rad,
        yaw_sigma_rad=config.yaw_sigma_rad,
        height_sigma_m=config.kiosk_sigma_m,
    )


def drone_camera(
    pose: Pose, attitude: Pose, mount: Mount, config: LocateConfig, ground_m: float = 0.0
) -> CameraPose:
    """The camera on the drone's gimbal: its place from the drone, its direction from `attitude`."""
    height_variance = max(0.0, float(pose.position_covariance[2, 2]))
    return CameraPose(
        origin=pose.position + pose.rotation @ mount_position(mount),
        rotation=attitude.rotation,
        ground_m=ground_m,
        position_covariance=pose.position_covariance[:2, :2],
        pitch_sigma_rad=config.drone_pitch_sigma_rad,
        yaw_sigma_rad=math.hypot(config.yaw_sigma_rad, math.sqrt(attitude.yaw_variance)),
        height_sigma_m=math.hypot(config.drone_height_sigma_m, math.sqrt(height_variance)),
    )

"""What the vehicles and their kiosk are made of: sizes and where the sensors sit. Read
from the unit's YAML.

The simulation builds its models from this, and the nodes place their readings by it, so that one
file describes the unit. Mounts are in the vehicle's body frame: x forward, y left, z up (REP-103),
from `base_link`, which for the robot lies on the ground between the wheels.
"""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field


class Mount(BaseModel):
    """Position (m) and pitch (rad, positive looks down) of a sensor in the body frame."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x_m: float = Field(default=0.0, ge=-5, le=5, description="m ahead of the body frame")
    y_m: float = Field(default=0.0, ge=-5, le=5, description="m to its left")
    z_m: float = Field(default=0.0, ge=-5, le=5, description="m above it")
    pitch_rad: float = Field(default=0.0, ge=-1.6, le=1.6, description="rad, looking down")


class Camera(BaseModel):
    """A camera without distortion, square pixels, principal point in the middle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mount: Mount = Mount()
    width_px: int = Field(default=640, ge=16, le=8192, description="px")
    height_px: int = Field(default=480, ge=16, le=8192, description="px")
    horizontal_fov_rad: float = Field(
        default=1.2, gt=0.1, lt=3.0, description="rad, whole angle of view, left to right"
    )
    rate_hz: float = Field(default=5.0, gt=0, le=60, description="pictures a second")

    @property
    def vertical_fov_rad(self) -> float:
        """Whole angle of view, top to bottom."""
        return 2.0 * math.atan(self.height_px / 2 / self.focal_px)

    @property
    def focal_px(self) -> float:
        return self.width_px / 2 / math.tan(self.horizontal_fov_rad / 2)


class RobotBody(BaseModel):
    """The ground robot: a differential drive with a mast for the camera."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length_m: float = Field(default=0.60, gt=0.1, le=3, description="m, hull, along x")
    width_m: float = Field(default=0.46, gt=0.1, le=2, description="m, hull, across")
    wheel_radius_m: float = Field(default=0.10, gt=0.01, le=1, description="m")
    wheel_track_m: float = Field(default=0.40, gt=0.05, le=2, description="m between the wheels")
    max_speed_mps: float = Field(default=1.5, gt=0, le=5, description="m/s that the base can do")
    max_turn_radps: float = Field(default=1.5, gt=0, le=6, description="rad/s that the base can do")
    lidar: Mount = Mount(x_m=0.10, z_m=0.45)
    lidar_samples: int = Field(default=720, ge=36, le=4096, description="rays in a full turn")
    lidar_rate_hz: float = Field(default=10.0, gt=0, le=50, description="turns a second")
    lidar_range_m: float = Field(default=30.0, gt=1, le=300, description="m, farthest that it sees")
    imu_rate_hz: float = Field(default=50.0, gt=0, le=1000, description="readings a second")
    gnss_rate_hz: float = Field(default=5.0, gt=0, le=50, description="fixes a second")
    gnss_sigma_m: float = Field(default=0.10, ge=0, description="m per axis, horizontal, 1 sigma")
    camera: Camera = Camera(mount=Mount(x_m=0.20, z_m=1.00, pitch_rad=0.05))
    battery_wh: float = Field(default=480.0, gt=0, description="Wh when full")


class DroneBody(BaseModel):
    """The drone: a quadrotor with a stabilised camera."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mass_kg: float = Field(default=1.5, gt=0.1, le=50, description="kg, all up")
    camera: Camera = Camera(
        mount=Mount(x_m=0.12, z_m=-0.08), width_px=640, height_px=480, rate_hz=3.0
    )
    battery_wh: float = Field(default=90.0, gt=0, description="Wh when full")


class KioskBody(BaseModel):
    """The police kiosk: a square cabin; its camera hangs under the roof's edge and looks at the
    drone's pad. `camera.mount` is not used: where it hangs follows from the site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    side_m: float = Field(default=2.4, gt=0.5, le=10, description="m, the cabin, across")
    height_m: float = Field(default=2.8, gt=1, le=10, description="m, the cabin")
    camera: Camera = Camera(horizontal_fov_rad=1.4, rate_hz=2.0)

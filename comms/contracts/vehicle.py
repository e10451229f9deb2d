"""What the vehicles are made of: sizes and where the sensors sit. Read from the unit's YAML.

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

    x_m: float = 0.0
    y_m: float = 0.0
    z_m: float = 0.0
    pitch_rad: float = 0.0


class Camera(BaseModel):
    """A camera without distortion, square pixels, principal point in the middle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mount: Mount = Mount()
    width_px: int = Field(default=640, ge=16, le=8192)
    height_px: int = Field(default=480, ge=16, le=8192)
    horizontal_fov_rad: float = Field(default=1.2, gt=0.1, lt=3.0)
    rate_hz: float = Field(default=5.0, gt=0, le=60)

    @property
    def focal_px(self) -> float:
        return self.width_px / 2 / math.tan(self.horizontal_fov_rad / 2)


class RobotBody(BaseModel):
    """The ground robot: a differential drive with a mast for the camera."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length_m: float = Field(default=0.60, gt=0.1, le=3)
    width_m: float = Field(default=0.46, gt=0.1, le=2)
    wheel_radius_m: float = Field(default=0.10, gt=0.01, le=1)
    wheel_track_m: float = Field(default=0.40, gt=0.05, le=2)
    max_speed_mps: float = Field(default=1.5, gt=0, le=5)
    max_turn_radps: float = Field(default=1.5, gt=0, le=6)
    lidar: Mount = Mount(x_m=0.10, z_m=0.45)
    lidar_samples: int = Field(default=720, ge=36, le=4096)
    lidar_rate_hz: float = Field(default=10.0, gt=0, le=50)
    lidar_range_m: float = Field(default=30.0, gt=1, le=300)
    imu_rate_hz: float = Field(default=50.0, gt=0, le=1000)
    gnss_rate_hz: float = Field(default=5.0, gt=0, le=50)
    gnss_sigma_m: float = Field(default=0.10, ge=0, description="per axis, horizontal, 1 sigma")
    camera: Camera = Camera(mount=Mount(x_m=0.20, z_m=1.00, pitch_rad=0.05))
    battery_wh: float = Field(default=480.0, gt=0)


class DroneBody(BaseModel):
    """The drone: a quadrotor with a stabilised camera."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mass_kg: float = Field(default=1.5, gt=0.1, le=50)
    camera: Camera = Camera(
        mount=Mount(x_m=0.12, z_m=-0.08), width_px=640, height_px=480, rate_hz=3.0
    )
    battery_wh: float = Field(default=90.0, gt=0)

"""The outer loops: a setpoint becomes a wanted acceleration (position, then velocity with an
integral).

The integral carries wind and a wrong mass; it is limited, and cleared on the ground, so that the
drone does not jump at take-off.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from simulation.autopilot.flight.vectors import Vector, clamp


class Setpoint(NamedTuple):
    """Where the drone shall be now (ENU m), how fast and with which heading (ENU yaw)."""

    position_m: Vector
    velocity_mps: Vector
    acceleration_mps2: Vector
    yaw_rad: float
    yaw_rate_radps: float = 0.0


class PositionGains(BaseModel):
    """Gains of position and velocity loops."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position_p: float = Field(default=1.5, gt=0, description="m/s per m")
    velocity_p: float = Field(default=3.0, gt=0, description="m/s2 per m/s")
    velocity_i: float = Field(default=1.0, ge=0, description="m/s2 per m")
    integral_max_mps2: float = Field(default=4.0, ge=0, description="m/s2")
    error_max_m: float = Field(default=3.0, gt=0, description="m, greater errors count as this")
    tilt_accel_max_mps2: float = Field(
        default=7.0, gt=0, description="m/s2 of horizontal acceleration (35 degrees of tilt)"
    )


class PositionLoop:
    """Runs at 100 Hz on the estimated position."""

    def __init__(self, gains: PositionGains | None = None) -> None:
        self._gains = gains or PositionGains()
        self._integral = [0.0, 0.0, 0.0]

    def reset(self) -> None:
        """Forgets the integral: on the ground, before take-off."""
        self._integral = [0.0, 0.0, 0.0]

    def update(
        self, position_m: Vector, velocity_mps: Vector, setpoint: Setpoint, dt_s: float
    ) -> Vector:
        """The wanted acceleration, ENU m/s2, gravity not included."""
        gains = self._gains
        wanted = []
        for i in range(3):
            error = clamp(
                setpoint.position_m[i] - position_m[i], -gains.error_max_m, gains.error_max_m
            )
            lag = setpoint.velocity_mps[i] + gains.position_p * error - velocity_mps[i]
            limit = gains.integral_max_mps2
            self._integral[i] = clamp(
                self._integral[i] + gains.velocity_i * lag * dt_s, -limit, limit
            )
            wanted.append(
                setpoint.acceleration_mps2[i] + gains.velocity_p * lag + self._integral[i]
            )
        ax, ay, az = wanted
        level = math.hypot(ax, ay)
        if level > gains.tilt_accel_max_mps2:
            ax *= gains.tilt_accel_max_mps2 / level
            ay *= gains.tilt_accel_max_mps2 / level
        return ax, ay, az

"""The inner loops: a wanted acceleration and heading become rotor torques (attitude, then rate).

The tilt error is the rotation that takes the body's z axis onto the wanted thrust direction;
heading is corrected separately and more softly, because yaw torque is weak. After Mellinger and
Kumar, "Minimum snap trajectory generation and control for quadrotors", ICRA 2011, in its cascaded
form.
"""

from __future__ import annotations

import math

from pydantic import BaseModel, ConfigDict, Field

from simulation.autopilot.flight.physics import GRAVITY_MPS2, Airframe, BodyState
from simulation.autopilot.flight.vectors import Vector, clamp, wrap_angle


class AttitudeGains(BaseModel):
    """Gains of attitude and rate loops."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tilt_p: float = Field(default=8.0, gt=0, description="rad/s of rate per rad of tilt error")
    yaw_p: float = Field(default=2.0, gt=0, description="rad/s of rate per rad of heading error")
    rate_p: float = Field(default=22.0, gt=0, description="1/s, roll and pitch")
    yaw_rate_p: float = Field(default=4.0, gt=0, description="1/s")
    yaw_torque_max_nm: float = Field(default=0.08, gt=0, description="N m")


class AttitudeLoop:
    """Runs at every physics step."""

    def __init__(self, airframe: Airframe, gains: AttitudeGains | None = None) -> None:
        self._airframe = airframe
        self._gains = gains or AttitudeGains()

    def update(
        self, state: BodyState, acceleration_mps2: Vector, yaw_rad: float, yaw_rate_radps: float
    ) -> tuple[float, Vector]:
        """(thrust N along body z, torques N m FLU) for a wanted acceleration (ENU, without
        gravity)."""
        gains, airframe = self._gains, self._airframe
        ax, ay = acceleration_mps2[0], acceleration_mps2[1]
        az = max(2.0, acceleration_mps2[2] + GRAVITY_MPS2)
        norm = math.sqrt(ax * ax + ay * ay + az * az)
        zx, zy, zz = ax / norm, ay / norm, az / norm
        w, x, y, z = state.attitude
        bx, by, bz = 2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)
        thrust = airframe.mass_kg * max(0.0, ax * bx + ay * by + az * bz)
        cx, cy, cz = by * zz - bz * zy, bz * zx - bx * zz, bx * zy - by * zx
        r00, r10, r20 = 1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)
        r01, r11, r21 = 2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)
        error_x = r00 * cx + r10 * cy + r20 * cz
        error_y = r01 * cx + r11 * cy + r21 * cz
        error_z = wrap_angle(yaw_rad - math.atan2(r10, r00))
        wx, wy, wz = state.rates_radps
        jx, jy, jz = airframe.inertia_kgm2
        limit = gains.yaw_torque_max_nm
        want_z = clamp(gains.yaw_p * error_z, -1.5, 1.5) + yaw_rate_radps
        return thrust, (
            jx * gains.rate_p * (gains.tilt_p * error_x - wx),
            jy * gains.rate_p * (gains.tilt_p * error_y - wy),
            clamp(jz * gains.yaw_rate_p * (want_z - wz), -limit, limit),
        )

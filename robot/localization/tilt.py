"""Roll and pitch from gravity and gyro: a complementary filter, freed of the robot's own
acceleration.

It serves two ends: the yaw rate about the vertical (not about the body's z) on ramps, and the
word that the robot has tipped over. Source: Mahony, Hamel, Pflimlin, "Nonlinear complementary
filters on SO(3)", IEEE TAC 53 (2008), reduced to two angles.
"""

from __future__ import annotations

import math

GRAVITY_MPS2 = 9.80665
_TIME_CONSTANT_S = 2.0
_MAX_STEP_S = 0.2


class TiltFilter:
    """`roll_rad`, `pitch_rad` (positive pitch looks down, REP-103). Level until told otherwise."""

    def __init__(self) -> None:
        self.roll_rad = 0.0
        self.pitch_rad = 0.0
        self._stamp_s = math.nan
        self._speed_mps = 0.0
        self._speed_stamp_s = math.nan
        self._forward_mps2 = 0.0

    def see_speed(self, stamp_s: float, speed_mps: float) -> None:
        """The wheels' speed; the acceleration along x follows from it (low-passed over 0.2 s)."""
        dt = stamp_s - self._speed_stamp_s
        if 0.0 < dt < 0.5:
            share = min(1.0, dt / 0.2)
            self._forward_mps2 += share * ((speed_mps - self._speed_mps) / dt - self._forward_mps2)
        self._speed_mps, self._speed_stamp_s = speed_mps, stamp_s

    def update(
        self,
        stamp_s: float,
        gyro: tuple[float, float, float],
        accel: tuple[float, float, float] | None,
    ) -> float:
        """Take one reading (rad/s, m/s^2); returns the yaw rate about the vertical in rad/s."""
        dt = stamp_s - self._stamp_s
        self._stamp_s = stamp_s
        sin_roll, cos_roll = math.sin(self.roll_rad), math.cos(self.roll_rad)
        cos_pitch = max(math.cos(self.pitch_rad), 0.1)
        about_vertical = (gyro[1] * sin_roll + gyro[2] * cos_roll) / cos_pitch
        if 0.0 < dt < _MAX_STEP_S:
            self.pitch_rad += (gyro[1] * cos_roll - gyro[2] * sin_roll) * dt
            self.roll_rad += (gyro[0] + about_vertical * math.sin(self.pitch_rad)) * dt
        if accel is not None and all(map(math.isfinite, accel)):
            self._lean_on_gravity(accel, gyro[2], dt if 0.0 < dt < _MAX_STEP_S else 0.0)
        return about_vertical

    def _lean_on_gravity(
        self, accel: tuple[float, float, float], turn_radps: float, dt: float
    ) -> None:
        x = accel[0] - self._forward_mps2
        y = accel[1] - self._speed_mps * turn_radps
        size = math.sqrt(x * x + y * y + accel[2] * accel[2])
        if not 0.8 * GRAVITY_MPS2 < size < 1.2 * GRAVITY_MPS2:
            return  # a bump or a fall says nothing about where down is
        share = dt / _TIME_CONSTANT_S
        roll = math.atan2(y, accel[2])
        pitch = math.atan2(-x, math.hypot(y, accel[2]))
        self.roll_rad += share * math.remainder(roll - self.roll_rad, math.tau)
        self.pitch_rad += share * (pitch - self.pitch_rad)

    @property
    def tilt_rad(self) -> float:
        """Angle between the body's z and the vertical."""
        return math.acos(max(-1.0, min(1.0, math.cos(self.roll_rad) * math.cos(self.pitch_rad))))

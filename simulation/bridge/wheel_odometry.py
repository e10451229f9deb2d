"""Wheel odometry: from how far the two wheels have really turned to where the robot thinks it is.

The wheels' angles come from Gazebo's poses of the wheels, as an encoder on the axle would give
them, so a wheel that slips or spins makes an honest error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.quaternions import Quaternion, inverse, product, turn_about_z

#: the wheel's attitude in the base at angle 0: its z axis lies along the axle, to the left
WHEEL_AT_REST: Quaternion = (math.sqrt(0.5), -math.sqrt(0.5), 0.0, 0.0)
ENCODER_STEPS = 4096
VARIANCE_PER_M = 0.0004  # m^2 along and across per metre: 2 cm after 1 m
YAW_VARIANCE_PER_M = 0.0004  # rad^2 per metre
YAW_VARIANCE_PER_RAD = 0.0009  # rad^2 per radian turned: wheels scrub


class WheelEncoder:
    """An incremental encoder of ENCODER_STEPS per turn on a wheel's axle."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._angle = 0.0

    def read(self, attitude_in_base: Quaternion) -> float:
        """The angle in rad since the start, forward positive.

        Right as long as the wheel turns less than half a turn between two readings.
        """
        turned = turn_about_z(product(inverse(WHEEL_AT_REST), attitude_in_base))
        if self._last is not None:
            self._angle += math.remainder(turned - self._last, math.tau)
        self._last = turned
        step = math.tau / ENCODER_STEPS
        return math.floor(self._angle / step) * step


@dataclass
class OdometryState:
    """Pose in `odom` (m, rad), speeds (m/s, rad/s) and how much error has gathered (m^2, rad^2)."""

    x_m: float = 0.0
    y_m: float = 0.0
    yaw_rad: float = 0.0
    speed_mps: float = 0.0
    turn_radps: float = 0.0
    variance_m2: float = 1e-6
    yaw_variance_rad2: float = 1e-6


class WheelOdometry:
    """Dead reckoning of a differential drive, by the arc between two readings (Siegwart,
    Nourbakhsh, "Introduction to Autonomous Mobile Robots", section 5.2.4)."""

    def __init__(self, wheel_radius_m: float, wheel_track_m: float) -> None:
        self._radius, self._track = wheel_radius_m, wheel_track_m
        self._last: tuple[int, float, float] | None = None
        self.state = OdometryState()

    def update(self, stamp_ns: int, left_rad: float, right_rad: float) -> OdometryState:
        """Take the wheels' angles at `stamp_ns`; readings that are not newer change nothing."""
        if self._last is None:
            self._last = (stamp_ns, left_rad, right_rad)
            return self.state
        passed_s = (stamp_ns - self._last[0]) * 1e-9
        if passed_s <= 0:
            return self.state
        left = (left_rad - self._last[1]) * self._radius
        right = (right_rad - self._last[2]) * self._radius
        self._last = (stamp_ns, left_rad, right_rad)
        along, turn = (left + right) / 2, (right - left) / self._track
        state = self.state
        middle = state.yaw_rad + turn / 2
        state.x_m += along * math.cos(middle)
        state.y_m += along * math.sin(middle)
        state.yaw_rad = math.remainder(state.yaw_rad + turn, math.tau)
        state.speed_mps, state.turn_radps = along / passed_s, turn / passed_s
        state.variance_m2 += VARIANCE_PER_M * abs(along)
        state.yaw_variance_rad2 += YAW_VARIANCE_PER_M * abs(along)
        state.yaw_variance_rad2 += YAW_VARIANCE_PER_RAD * abs(turn)
        return state

"""What a measurement needs to know of its neighbours before the filter takes it.

A robot that stands has a yaw rate of exactly zero, which shows the gyro's bias. Wheels that turn
the robot otherwise than the gyro says are slipping. Both are seen here, once, in the order of the
stamps.
"""

from __future__ import annotations

from dataclasses import replace

from robot.localization.measurements import Fix, Inertial, Measurement, Scan, WheelSpeed
from robot.localization.tilt import TiltFilter

_STILL_SPEED = 0.005  # m/s and rad/s, encoders that do not count
_STILL_S = 0.5
_STILL_GYRO = 0.03  # rad/s off the known bias: more means that somebody turns the robot
_SLIP_TURN = 0.25  # rad/s between wheels and gyro, plus a quarter of the turn
_GYRO_FRESH_S = 0.1


class Preparation:
    """Holds the tilt and the last reading of each sensor."""

    def __init__(self) -> None:
        self.tilt = TiltFilter()
        self._still_since_s: float | None = None
        self._yaw_rate = 0.0
        self._yaw_rate_stamp_s = float("-inf")

    def prepare(self, measurement: Measurement, gyro_bias: float) -> Measurement:
        """The measurement with `standing`, `slipping` or `yaw_rate` filled in."""
        if isinstance(measurement, Fix | Scan):
            return measurement
        if isinstance(measurement, Inertial):
            rate = self.tilt.update(measurement.stamp_s, measurement.gyro, measurement.accel)
            self._yaw_rate, self._yaw_rate_stamp_s = rate, measurement.stamp_s
            return replace(measurement, yaw_rate=rate)
        return self._prepare_wheels(measurement, gyro_bias)

    def _prepare_wheels(self, wheels: WheelSpeed, gyro_bias: float) -> WheelSpeed:
        self.tilt.see_speed(wheels.stamp_s, wheels.speed_mps)
        fresh = abs(wheels.stamp_s - self._yaw_rate_stamp_s) < _GYRO_FRESH_S
        turn = self._yaw_rate - gyro_bias
        still = abs(wheels.speed_mps) < _STILL_SPEED and abs(wheels.turn_radps) < _STILL_SPEED
        if not still or (fresh and abs(turn) > _STILL_GYRO):
            self._still_since_s = None
        elif self._still_since_s is None or wheels.stamp_s < self._still_since_s:
            self._still_since_s = wheels.stamp_s
        standing = (
            self._still_since_s is not None and wheels.stamp_s - self._still_since_s >= _STILL_S
        )
        off = abs(wheels.turn_radps - turn)
        slipping = fresh and off > _SLIP_TURN + 0.25 * abs(turn)
        if not standing and not slipping:
            return wheels
        return replace(wheels, standing=standing, slipping=slipping)

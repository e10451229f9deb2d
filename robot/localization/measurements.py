"""What the sensors say, as the filter takes it: plain numbers with a stamp, an uncertainty and no
ROS.

Stamps are seconds on the ROS clock (UTC). The node makes these; `Localizer` checks and orders
them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from robot.localization.walls.matching import Match
from robot.localization.walls.outline_map import Array


@dataclass(frozen=True, slots=True)
class WheelSpeed:
    """Body speed (m/s, along x) and yaw rate (rad/s) from the encoders, and their own pose."""

    stamp_s: float
    speed_mps: float
    turn_radps: float
    speed_sigma: float = 0.0  # 0: not said
    turn_sigma: float = 0.0
    pose: tuple[float, float, float] | None = None  # x, y, yaw in the driver's own odometry
    standing: bool = False  # set by the Localizer
    slipping: bool = False  # set by the Localizer

    def is_finite(self) -> bool:
        return all(map(math.isfinite, (self.stamp_s, self.speed_mps, self.turn_radps)))


@dataclass(frozen=True, slots=True)
class Inertial:
    """Angular rates (rad/s) and specific force (m/s^2) in the body frame, x forward, z up."""

    stamp_s: float
    gyro: tuple[float, float, float]
    accel: tuple[float, float, float] | None = None
    gyro_sigma: float = 0.0  # 0: not said
    yaw_rate: float = 0.0  # about the vertical; set by the Localizer from gyro and tilt

    def is_finite(self) -> bool:
        return math.isfinite(self.stamp_s) and all(map(math.isfinite, self.gyro))


@dataclass(frozen=True, slots=True)
class Fix:
    """A GNSS position in `map` (m) and its covariance (m^2: ee, en, nn)."""

    stamp_s: float
    east_m: float
    north_m: float
    covariance: tuple[float, float, float]
    accepted: bool | None = None  # None: not judged yet

    def is_finite(self) -> bool:
        return all(map(math.isfinite, (self.stamp_s, self.east_m, self.north_m, *self.covariance)))

    @property
    def sigma_m(self) -> float:
        """1 sigma per axis, the mean of the two."""
        return math.sqrt(max((self.covariance[0] + self.covariance[2]) / 2, 0.0))

    def with_floor(self, sigma_m: float) -> Fix:
        """The same with no axis better than `sigma_m`."""
        ee, en, nn = self.covariance
        floor = sigma_m**2
        if ee >= floor and nn >= floor and en * en < ee * nn:
            return self
        return replace(self, covariance=(max(ee, floor), 0.0, max(nn, floor)))


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Where the lidar's rays ended: (n, 2) m in the body frame. `match`: laid over the walls."""

    stamp_s: float
    points: Array
    match: Match | None = None  # set by the WallJudge

    def is_finite(self) -> bool:
        return math.isfinite(self.stamp_s) and bool(np.isfinite(self.points).all())


Measurement = WheelSpeed | Inertial | Fix | Scan

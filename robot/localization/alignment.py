"""Heading from motion: the track of the wheels laid over the track of the fixes.

A GNSS receiver with one antenna does not know which way the robot looks. After a few metres the
smooth `odom` track and the fixes have the same shape, and the rotation between them is the
heading. It finds the heading where none was given and shows one that is wrong. Least squares of
two point sets: Umeyama, IEEE PAMI 13 (1991), in the plane and without scale.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SPACING_M = 0.25
_LENGTH = 120  # pairs: 30 m of way
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rotation `yaw` (rad) and shift (m) from `odom` to `map`, 1 sigma, the misfit in sigmas."""

    yaw: float
    yaw_sigma: float
    east_m: float
    north_m: float
    position_sigma_m: float
    misfit: float

    def place(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A point of `odom` in `map`."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return self.east_m + cos * x_m - sin * y_m, self.north_m + sin * x_m + cos * y_m


class TrackAligner:
    """Pairs of (odom position, fix), one every 0.25 m of way, the newest 30 m."""

    def __init__(self, correlated: float) -> None:
        self._correlated = correlated
        self._pairs: deque[tuple[float, float, float, float, float]] = deque(maxlen=_LENGTH)
        self._is_new = False

    def clear(self) -> None:
        self._pairs.clear()

    def add(self, odom: tuple[float, float], fix: tuple[float, float], sigma_m: float) -> bool:
        """Keep a pair if the robot has moved on since the last; says whether it was kept."""
        if self._pairs:
            last = self._pairs[-1]
            if math.hypot(odom[0] - last[0], odom[1] - last[1]) < _SPACING_M:
                return False
        self._pairs.append((*odom, *fix, sigma_m))
        self._is_new = True
        return True

    def solve_if_new(self) -> Alignment | None:
        """`solve`, once after each pair that was kept."""
        if not self._is_new:
            return None
        self._is_new = False
        return self.solve()

    def solve(self) -> Alignment | None:
        """The best rotation and shift, or None while there are too few pairs or too little way."""
        if len(self._pairs) < _FEWEST:
            return None
        table: Array = np.array(self._pairs)
        weight = 1.0 / np.square(table[:, 4])
        total = float(weight.sum())
        centre = weight @ table[:, :4] / total
        odom = table[:, :2] - centre[:2]
        fix = table[:, 2:4] - centre[2:]
        spread = float(weight @ np.square(odom).sum(axis=1))  # sum of (way / sigma)^2
        extent = float(np.hypot(*np.ptp(odom, axis=0)))
        if spread <= 0.0 or extent < 1.0:
            return None
        cross = float(weight @ (odom[:, 0] * fix[:, 1] - odom[:, 1] * fix[:, 0]))
        dot = float(weight @ (odom[:, 0] * fix[:, 0] + odom[:, 1] * fix[:, 1]))
        yaw = math.atan2(cross, dot)
        cos, sin = math.cos(yaw), math.sin(yaw)
        left = fix - odom @ np.array([[cos, sin], [-sin, cos]])
        misfit = math.sqrt(float(weight @ np.square(left).sum(axis=1)) / (2 * len(table)))
        sigma = float(np.sqrt(len(table) / total))
        lasting = self._correlated * (2.0 * sigma / extent) ** 2
        yaw_sigma = math.sqrt((1.0 - self._correlated) / spread + lasting)
        return Alignment(
            yaw=yaw,
            yaw_sigma=yaw_sigma,
            east_m=float(centre[2] - (cos * centre[0] - sin * centre[1])),
            north_m=float(centre[3] - (sin * centre[0] + cos * centre[1])),
            position_sigma_m=math.sqrt(
                sigma**2 * (self._correlated + (1.0 - self._correlated) / len(table))
                + (yaw_sigma * extent / 2) ** 2
            ),
            misfit=misfit,
        )

"""A lidar scan as obstacle points in the body frame, and whether the lidar sees at all.

REP-117: +inf is nothing within range, -inf is something too near to measure (an obstacle), NaN is
no measurement. Readings under the range's minimum are no measurement either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comms.contracts.vehicle import Mount
from robot.safety.motion import Array, Hull

REACH_M = 6.0  # farther points matter to no zone


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Points (n,), (n,) in the body frame outside the hull; `blind_share`: rays without a word."""

    x: Array
    y: Array
    blind_share: float
    sees_behind: bool


class ScanReader:
    """Turns ranges into points; keeps the rays' directions between scans."""

    def __init__(self, mount: Mount, hull: Hull) -> None:
        self._mount = mount
        self._hull = hull
        self._shape: tuple[int, float, float] | None = None
        self._cos = self._sin = np.zeros(0)
        self._sees_behind = False

    def read(
        self,
        ranges: NDArray[np.float32],
        angle_min: float,
        angle_increment: float,
        range_min: float,
    ) -> Obstacles:
        """`ranges` (n,) in m from the lidar, counter-clockwise from `angle_min` (rad)."""
        r = np.asarray(ranges, dtype=np.float64)
        self._directions(len(r), angle_min, angle_increment)
        near = np.isneginf(r)
        silent = np.isnan(r) | ((r < range_min) & ~near)
        hit = ((r <= REACH_M) & ~silent) | near
        length = np.where(near[hit], range_min, r[hit])
        x = self._mount.x_m + length * self._cos[hit]
        y = self._mount.y_m + length * self._sin[hit]
        outside = self._hull.distance(x, y) > 0.0
        share = float(np.count_nonzero(silent)) / len(r) if len(r) else 1.0
        return Obstacles(x[outside], y[outside], share, self._sees_behind)

    def _directions(self, count: int, angle_min: float, angle_increment: float) -> None:
        shape = (count, angle_min, angle_increment)
        if shape == self._shape:
            return
        angles = angle_min + angle_increment * np.arange(count)
        # Looking slightly down or up shortens what a ray covers on the ground.
        self._cos = np.cos(angles) * math.cos(self._mount.pitch_rad)
        self._sin = np.sin(angles)
        self._shape = shape
        behind = np.abs(np.remainder(angles, math.tau) - math.pi)
        self._sees_behind = bool(count) and float(np.min(behind)) < 0.1

"""Does a pose fit what the lidar sees? By direction: is there a wall where one was hit, and is none
where the lidar looked through?

A person or a car before a wall says nothing against a pose; a ray that ends behind the wall that
should have stopped it does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot.localization.planar import Pose
from robot.localization.walls.outline_map import Array, OutlineMap

_BINS = 120
_REACH_M = 25.0
_AGREE_M, _THROUGH_M = 0.35, 1.0


@dataclass(frozen=True)
class Fit:
    """In how many of the directions (3 degrees each) the scan hit the wall that should be there
    (`agree`), went on behind it (`through`), came back from nothing though a wall should be there
    (`missed`: glass does that, too), of those in which a wall is expected."""

    agree: int
    through: int
    missed: int
    expected: int

    @property
    def told(self) -> int:
        """Directions that say something for or against the pose."""
        return self.agree + self.through

    @property
    def share(self) -> float:
        return self.agree / self.told if self.told else 0.0

    @property
    def score(self) -> float:
        """At most 1."""
        against = 2.0 * self.through + 0.5 * self.missed
        return (self.agree - against) / max(1, self.told + self.missed)


def fit_of(walls: OutlineMap, points: Array, pose: Pose) -> Fit:
    """`points` (n, 2) m in the body frame."""
    seen = _nearest_by_bin(points, pose.yaw)
    near = walls.near((pose.x, pose.y), _REACH_M)
    offset = walls.points[near] - (pose.x, pose.y)
    looks = np.einsum("ij,ij->i", offset, walls.normals[near]) < 0.0
    wall = _nearest_by_bin(offset[looks], 0.0)
    both = np.isfinite(wall) & np.isfinite(seen)
    # walls that are seen at a flat angle span many metres in a bin: the neighbours' are right, too
    sides = np.array([wall, np.roll(wall, 1), np.roll(wall, -1)])[:, both]
    lowest = sides.min(axis=0)
    highest = np.where(np.isfinite(sides), sides, -math.inf).max(axis=0)
    steep = highest - lowest <= _AGREE_M
    low, high = np.where(steep, wall[both], lowest), np.where(steep, wall[both], highest)
    agree = (seen[both] >= low - _AGREE_M) & (seen[both] <= high + _AGREE_M)
    through = ~agree & (seen[both] > highest + _THROUGH_M)
    missed = int(np.count_nonzero(np.isfinite(wall) & ~np.isfinite(seen)))
    return Fit(int(agree.sum()), int(through.sum()), missed, int(np.isfinite(wall).sum()))


def _nearest_by_bin(points: Array, turn: float) -> Array:
    """The least range (m) in each direction, inf where there is none."""
    nearest = np.full(_BINS, math.inf)
    if len(points):
        bearing = np.arctan2(points[:, 1], points[:, 0]) + turn
        number = np.floor(bearing / math.tau * _BINS).astype(int) % _BINS
        np.minimum.at(nearest, number, np.hypot(points[:, 0], points[:, 1]))
    return nearest

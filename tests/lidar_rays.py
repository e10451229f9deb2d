"""A lidar for tests without Gazebo: rays against the segments of polygons, and against discs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from shapely.geometry import Polygon

from robot.localization.planar import Pose

RAYS, RANGE_M = 180, 30.0


class Rays:
    """`shapes` are what is there, which need not be what the map says."""

    def __init__(self, shapes: Sequence[Polygon], seed: int = 0) -> None:
        rings = [np.asarray(r.coords) for s in shapes for r in (s.exterior, *s.interiors)]
        self._a = np.concatenate([ring[:-1] for ring in rings])
        self._b = np.concatenate([ring[1:] for ring in rings])
        self._rng = np.random.default_rng(seed)

    def scan(
        self,
        pose: Pose,
        discs: Sequence[tuple[float, float, float]] = (),
        missed: float = 0.0,
        sigma_m: float = 0.02,
    ) -> np.ndarray:
        """Hits (n, 2) m in the body frame. `discs`: x, y, radius of people; `missed`: share of the
        rays that come back from nothing."""
        angles = pose.yaw + np.arange(RAYS) * math.tau / RAYS
        rays = np.column_stack([np.cos(angles), np.sin(angles)])
        ranges = self._walls(np.array([pose.x, pose.y]), rays)
        for x, y, radius in discs:
            to = np.array([x - pose.x, y - pose.y])
            along = rays @ to
            off2 = float(to @ to) - along**2
            hit = (off2 < radius**2) & (along > 0)
            ranges = np.where(
                hit, np.minimum(ranges, along - np.sqrt(np.maximum(radius**2 - off2, 0))), ranges
            )
        ranges = ranges + self._rng.normal(0.0, sigma_m, RAYS)
        kept = (ranges < RANGE_M) & (self._rng.random(RAYS) >= missed)
        bearing = (angles - pose.yaw)[kept]
        return ranges[kept, None] * np.column_stack([np.cos(bearing), np.sin(bearing)])

    def _walls(self, at: np.ndarray, rays: np.ndarray) -> np.ndarray:
        a, edge = self._a - at, self._b - self._a
        cross = rays[:, :1] * edge[:, 1] - rays[:, 1:] * edge[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            way = (a[:, 0] * edge[:, 1] - a[:, 1] * edge[:, 0]) / cross
            share = (a[:, 0] * rays[:, 1:] - a[:, 1] * rays[:, :1]) / cross
        hit = (way > 0.0) & (share >= 0.0) & (share <= 1.0)
        return np.where(hit, way, math.inf).min(axis=1)

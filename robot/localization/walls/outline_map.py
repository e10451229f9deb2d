"""The walls of a site as a scan is laid over them: points along them, each with the way out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import contains_xy, prepare
from shapely.affinity import rotate
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

from comms.contracts.site import Site
from comms.contracts.vehicle import KioskBody

Array = NDArray[np.float64]

SPACING_M = 0.2


class OutlineMap:
    """`points` (n, 2) m in map, `normals` (n, 2) out of the solid. `inside` says what is solid."""

    def __init__(self, points: Array, normals: Array, solid: BaseGeometry) -> None:
        self.points, self.normals = points, normals
        self._tree = cKDTree(points) if len(points) else None
        self._solid = solid
        prepare(solid)

    @classmethod
    def of_site(cls, site: Site, kiosk: KioskBody) -> OutlineMap:
        """Buildings, kiosks and tree trunks; walls that two buildings share are none."""
        half = kiosk.side_m / 2
        cabins = [
            rotate(
                box(k.at[0] - half, k.at[1] - half, k.at[0] + half, k.at[1] + half),
                k.heading_rad,
                use_radians=True,
            )
            for k in site.kiosks
        ]
        trunks = [Point(tree.at).buffer(tree.trunk_radius_m, quad_segs=3) for tree in site.trees]
        houses = [Polygon(building.ring).buffer(0) for building in site.buildings]
        return cls.of_shapes([*houses, *cabins, *trunks])

    @classmethod
    def of_shapes(cls, shapes: Sequence[BaseGeometry]) -> OutlineMap:
        solid = unary_union(list(shapes))
        parts = [p for p in getattr(solid, "geoms", [solid]) if isinstance(p, Polygon)]
        rings = [r for p in map(orient, parts) for r in (p.exterior, *p.interiors)]
        sampled = [_sample(np.asarray(ring.coords, float)) for ring in rings if not ring.is_empty]
        if not sampled:
            return cls(np.zeros((0, 2)), np.zeros((0, 2)), solid)
        points, normals = (np.concatenate(part) for part in zip(*sampled, strict=True))
        return cls(points, normals, solid)

    def nearest(self, points: Array, reach_m: float) -> tuple[Array, NDArray[np.intp]]:
        """Distance (m; inf: none within reach) to and number of the nearest point of a wall."""
        if self._tree is None:
            return np.full(len(points), math.inf), np.zeros(len(points), dtype=np.intp)
        far, number = self._tree.query(points, distance_upper_bound=reach_m)
        # beyond reach the tree gives the number after the last
        return far, np.minimum(number, len(self.points) - 1)

    def near(self, place: tuple[float, float], reach_m: float) -> NDArray[np.intp]:
        """Numbers of the points within reach of a place."""
        found = self._tree.query_ball_point(place, reach_m) if self._tree is not None else []
        return np.asarray(found, dtype=np.intp)

    def inside(self, points: Array) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie in something solid."""
        return np.asarray(contains_xy(self._solid, points[:, 0], points[:, 1]))


def _sample(ring: Array) -> tuple[Array, Array]:
    """Points along a closed ring that has the solid on its left, and the normals to its right."""
    points, normals = [], []
    for a, b in itertools.pairwise(ring):
        length = float(np.hypot(*(b - a)))
        if length < 1e-6:
            continue
        count = max(1, round(length / SPACING_M))
        share = (np.arange(count) + 0.5) / count
        points.append(a + share[:, None] * (b - a))
        along = (b - a) / length
        normals.append(np.tile([along[1], -along[0]], (count, 1)))
    return np.concatenate(points), np.concatenate(normals)

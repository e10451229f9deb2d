"""Shortest ways inside a region, between many places at once, on its visibility graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

Xy = tuple[float, float]
Points = NDArray[np.float64]

EDGE_M = 0.02  # a place so near the edge is taken as inside


class FreeWays:
    """Ways between `places` (m, shape (n, 2)) that stay inside `region`.

    `lengths_m` is (n, n), infinite where there is no way. A straight way is taken where there is
    one; else it bends at corners of the region that jut into it.
    """

    def __init__(self, region: BaseGeometry, places: Points) -> None:
        from scipy.sparse.csgraph import dijkstra  # 35 MB, for those who survey

        self._nodes = np.vstack([places, _jutting_corners(region)])
        wide = region.buffer(EDGE_M)
        shapely.prepare(wide)
        legs = _legs(wide, self._nodes)
        lengths: Any
        lengths, self._before = dijkstra(
            legs, directed=False, indices=range(len(places)), return_predecessors=True
        )
        self.lengths_m: Points = lengths[:, : len(places)]

    def way(self, start: int, end: int) -> list[Xy]:
        """The corners of the way from place `start` to place `end`, both with it."""
        found = [end]
        while found[-1] != start:
            found.append(int(self._before[start, found[-1]]))
        return [(float(x), float(y)) for x, y in self._nodes[found[::-1]]]


def _legs(region: BaseGeometry, nodes: Points) -> Points:
    """Lengths of the straight legs inside `region`; 0 where there is none."""
    count = len(nodes)
    first, second = np.triu_indices(count, 1)
    lines = shapely.linestrings(np.stack([nodes[first], nodes[second]], axis=1))
    seen = shapely.covers(region, lines)
    first, second = first[seen], second[seen]
    legs = np.zeros((count, count))
    legs[first, second] = np.maximum(np.hypot(*(nodes[first] - nodes[second]).T), 1e-6)
    return legs


def _jutting_corners(region: BaseGeometry) -> Points:
    """The corners at which a shortest way can bend: where the region's inside angle is over pi."""
    found: list[Xy] = []
    for part in getattr(region, "geoms", [region]):
        if not isinstance(part, Polygon):
            continue
        oriented = shapely.geometry.polygon.orient(part)
        for ring in (oriented.exterior, *oriented.interiors):
            here = np.asarray(ring.coords)[:-1]
            before, after = here - np.roll(here, 1, 0), np.roll(here, -1, 0) - here
            turns_right = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0] < -1e-9
            found += [(float(x), float(y)) for x, y in here[turns_right]]
    return np.array(found, float).reshape(-1, 2)

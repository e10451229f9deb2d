"""The ground under a site where its heights are given: level without them.

Between the places that were measured it is a surface of triangles (Delaunay); outside of them the
nearest one counts.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import GeometryCollection, LineString, MultiPoint
from shapely.geometry.base import BaseGeometry

from comms.contracts.place import Enu
from comms.contracts.site import Site, Xy

#: Between samples along a leg, m.
_STEP_M = 2.0
_CELL_M, _MOST_CELLS = 10.0, 150
_NOTHING = GeometryCollection()

_Cells = tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.float64]]
Heights = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Ground:
    """Heights count from the ground at the place of take-off."""

    def __init__(
        self, spots: Sequence[tuple[float, float, float]] = (), from_xy: Xy = (0.0, 0.0)
    ) -> None:
        """`spots`: east, north (map m) and height of each measured place; the heights are shifted
        so that the ground at `from_xy` is 0."""
        self._spots = np.array(spots, float).reshape(-1, 3)
        self._heights: Heights | None = None
        if len(spots):
            surface = _surface(self._spots)
            zero_m = surface(np.array([from_xy]))
            self._spots[:, 2] -= zero_m
            self._heights = lambda xy: surface(xy) - zero_m
        self._known: tuple[tuple[float, ...], _Cells] | None = None

    @classmethod
    def of_site(cls, site: Site) -> Ground:
        """Counted from the first kiosk's pad."""
        spots = [(*at, line.up_m) for line in site.heights for at in line.line]
        return cls(spots, site.kiosks[0].pad if site.kiosks else (0.0, 0.0))

    @property
    def is_level(self) -> bool:
        return self._heights is None

    @property
    def highest_m(self) -> float:
        return float(self._spots[:, 2].max()) if len(self._spots) else 0.0

    @property
    def lowest_m(self) -> float:
        return float(self._spots[:, 2].min()) if len(self._spots) else 0.0

    def at(self, east_m: float, north_m: float) -> float:
        if self._heights is None:
            return 0.0
        return float(self._heights(np.array([[east_m, north_m]]))[0])

    def under(self, place: Enu) -> Enu:
        """The place on the ground straight below."""
        return place._replace(up_m=self.at(place.east_m, place.north_m))

    def along(self, a: Enu, b: Enu) -> NDArray[np.float64]:
        """How high the straight leg from `a` to `b` is above the ground (m), from end to end."""
        count = 2 + int(math.dist(a[:2], b[:2]) / _STEP_M)
        way = np.linspace(np.array(a), np.array(b), count)
        ground = 0.0 if self._heights is None else self._heights(way[:, :2])
        return np.asarray(way[:, 2] - ground)

    def followed(self, points: Sequence[Xy], height_m: float) -> list[Enu]:
        """The way through `points` (map m) at `height_m` over the ground, with a corner more
        wherever the ground leaves the straight line by more than a fifth of that or 2 m."""
        if self._heights is None or len(points) < 2:
            return [Enu(x, y, self.at(x, y) + height_m) for x, y in points]
        slack_m = min(2.0, height_m / 5.0)
        way: list[Enu] = []
        for a, b in itertools.pairwise(points):
            count = 2 + int(math.dist(a, b) / _STEP_M)
            line = np.linspace(np.array(a), np.array(b), count)
            profile = np.column_stack(
                [np.linspace(0.0, math.dist(a, b), count), self._heights(line) + height_m]
            )
            kept = LineString(profile).simplify(slack_m).coords
            share = [d / max(math.dist(a, b), 1e-9) for d, _ in kept]
            leg = [
                Enu(a[0] + s * (b[0] - a[0]), a[1] + s * (b[1] - a[1]), up)
                for s, (_, up) in zip(share, kept, strict=True)
            ]
            way += leg[1:] if way else leg
        return way

    def between(self, shape: BaseGeometry) -> tuple[float, float]:
        """The lowest and the highest ground under `shape`."""
        if self._heights is None:
            return 0.0, 0.0
        outline = shapely.get_coordinates(shapely.segmentize(shape, _STEP_M))
        heights = self._heights(outline)
        inside = shapely.contains_xy(shape, self._spots[:, 0], self._spots[:, 1])
        both = np.concatenate([heights, self._spots[inside, 2]])
        return float(both.min()), float(both.max())

    def outside(self, area: BaseGeometry, lowest_m: float, highest_m: float) -> BaseGeometry:
        """Where in `area` the ground is lower than `lowest_m` or higher than `highest_m`; in cells,
        a little more than less."""
        if self._heights is None:
            return _NOTHING
        boxes, low, high = self._cells(area.bounds)
        return shapely.coverage_union_all(boxes[(low < lowest_m) | (high > highest_m)])

    def _cells(self, bounds: tuple[float, float, float, float]) -> _Cells:
        """Squares over `bounds`, and the lowest and the highest ground in each."""
        if self._known is not None and self._known[0] == bounds:
            return self._known[1]
        assert self._heights is not None
        west, south, east, north = bounds
        cell = max(_CELL_M, max(east - west, north - south) / _MOST_CELLS)
        xs = west + cell * np.arange(math.ceil((east - west) / cell) + 1)
        ys = south + cell * np.arange(math.ceil((north - south) / cell) + 1)
        grid = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1)
        z = self._heights(grid.reshape(-1, 2)).reshape(grid.shape[:2])
        corners = np.stack([z[:-1, :-1], z[1:, :-1], z[:-1, 1:], z[1:, 1:]])
        low, high = corners.min(axis=0), corners.max(axis=0)
        i = np.floor((self._spots[:, 0] - west) / cell).astype(int)
        j = np.floor((self._spots[:, 1] - south) / cell).astype(int)
        here = (i >= 0) & (j >= 0) & (i < low.shape[0]) & (j < low.shape[1])
        np.minimum.at(low, (i[here], j[here]), self._spots[here, 2])
        np.maximum.at(high, (i[here], j[here]), self._spots[here, 2])
        x, y = np.meshgrid(xs[:-1], ys[:-1], indexing="ij")
        boxes = shapely.box(x, y, x + cell, y + cell)
        self._known = bounds, (boxes.ravel(), low.ravel(), high.ravel())
        return self._known[1]


def _surface(spots: NDArray[np.float64]) -> Heights:
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator  # 35 MB

    spots = spots.copy()  # as they are now
    nearest = NearestNDInterpolator(spots[:, :2], spots[:, 2])
    if MultiPoint(spots[:, :2]).convex_hull.area < 1.0:
        return lambda xy: np.asarray(nearest(xy), float)
    linear = LinearNDInterpolator(spots[:, :2], spots[:, 2])

    def heights(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.asarray(linear(xy), float)
        missing = np.isnan(found)
        found[missing] = nearest(xy[missing])
        return found

    return heights

"""How much of an area a way sees: exactly, and by sample points where it is asked thousands of
times."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

Xy = tuple[float, float]
Leg = tuple[Xy, Xy]
Indices = NDArray[np.intp]

_SAMPLES = 15_000


def seen_share(points: Sequence[Xy], area: BaseGeometry, swath_m: float) -> float:
    """Share of `area` within half a swath of the way along `points`, exactly."""
    seen = LineString(points).buffer(swath_m / 2)
    return float(shapely.intersection(seen, area).area / area.area)


class Samples:
    """Points spread evenly over an area, and by how many legs of a way each is seen."""

    def __init__(self, area: BaseGeometry, swath_m: float) -> None:
        self._reach = swath_m / 2
        step = math.sqrt(area.area / _SAMPLES)
        west, south, east, north = area.bounds
        grid = np.meshgrid(
            np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
        )
        places = np.stack([axis.ravel() for axis in grid], axis=1)
        self._places = places[shapely.contains_xy(area, places)]
        self._by_leg: dict[Leg, Indices] = {}
        self._times = np.zeros(len(self._places), np.int32)

    def take(self, points: Sequence[Xy]) -> None:
        """Count for a new way."""
        self._times[:] = 0
        for leg in itertools.pairwise(points):
            self._times[self._seen_from(leg)] += 1

    @property
    def share(self) -> float:
        """Of the points that are seen."""
        return float(np.count_nonzero(self._times) / len(self._times))

    def change(self, gone: Sequence[Leg], come: Sequence[Leg], *, keep: bool) -> float:
        """The share less that is seen when legs are replaced; with `keep` they are."""
        before = [self._seen_from(leg) for leg in gone]
        after = [self._seen_from(leg) for leg in come]
        touched = np.concatenate([*before, *after])
        unseen = self._dark(touched)
        for at in before:
            self._times[at] -= 1
        for at in after:
            self._times[at] += 1
        lost = self._dark(touched) - unseen
        if not keep:
            for at in before:
                self._times[at] += 1
            for at in after:
                self._times[at] -= 1
        return lost / len(self._times)

    def _dark(self, at: Indices) -> int:
        """How many of the points `at` (with repeats) are not seen."""
        dark = at[self._times[at] == 0]
        return len(np.unique(dark)) if len(dark) else 0

    def _seen_from(self, leg: Leg) -> Indices:
        if leg not in self._by_leg:
            self._by_leg[leg] = self._near(np.array(leg[0]), np.array(leg[1]))
        return self._by_leg[leg]

    def _near(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> Indices:
        low, high = np.minimum(a, b) - self._reach, np.maximum(a, b) + self._reach
        x, y = self._places[:, 0], self._places[:, 1]
        here = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        off, along = self._places[here] - a, b - a
        square = float(along @ along)
        share = np.clip(off @ along / square, 0.0, 1.0) if square > 1e-12 else np.zeros(len(here))
        off -= share[:, None] * along
        near: Indices = here[np.einsum("ij,ij->i", off, off) <= self._reach**2]
        return near

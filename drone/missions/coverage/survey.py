"""A survey: strips that see all of an area, in the direction, number and order of the shortest way.

Measures, all in the plane:
- length: everything flown from the first strip's begin to the last strip's end;
- bound: area divided by swath, which no way that sees the whole area once can be much below;
- coverage: share of the area within half a swath of the way flown.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry import MultiLineString
from shapely.geometry.base import BaseGeometry

from drone.errors import PlanError
from drone.missions.coverage.free_ways import FreeWays, Xy
from drone.missions.coverage.order import best_order
from drone.missions.coverage.seen import seen_share
from drone.missions.coverage.shorten import shortened, way_length
from drone.missions.coverage.strips import Strips, drawn_in, sweep, width_across

MIN_COVERAGE = 0.99
_ENOUGH = 0.9905
MAX_STRIPS = 250
_FLOOR = 0.9908  # kept while shortening; and asked of a way before
_STRIPS_SEE = 0.985  # the strips alone, before their turns
_TRIED = 10  # of the most promising sweeps the order is solved
_SHORTENED = 3  # and so many of their ways are shortened
_ITERATIONS = 150
_ANGLES = 12
_INSETS = (0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0)  # of a swath


@dataclass(frozen=True)
class Survey:
    """A way over an area: its corners (map m), where of them strips begin, and the measures."""

    points: tuple[Xy, ...]
    strips: int
    angle_rad: float
    length_m: float
    bound_m: float
    coverage: float

    @property
    def ratio(self) -> float:
        """Length as a multiple of the bound."""
        return self.length_m / self.bound_m


def survey(area: BaseGeometry, swath_m: float, free: BaseGeometry | None = None) -> Survey:
    """The best way found over `area` (map m) that stays inside `free` (the area itself if None).

    Raises PlanError when the area is empty, too large for the swath or in parts that no free way
    joins.
    """
    if area.is_empty or area.area < 1.0:
        raise PlanError("the area to survey is empty")
    region = area if free is None else free
    solved = [
        found
        for angle, strips in _promising(area, swath_m)
        if (found := _solve(area, region, swath_m, angle, strips)) is not None
    ]
    if not solved:
        raise PlanError("the area to survey is in parts between which there is no free way")
    solved.sort(key=lambda s: (s.coverage < _FLOOR, s.length_m))
    return min(
        (_shortened(found, area, region, swath_m) for found in solved[:_SHORTENED]),
        key=lambda s: (s.coverage < MIN_COVERAGE, s.length_m),
    )


def _shortened(found: Survey, area: BaseGeometry, region: BaseGeometry, swath_m: float) -> Survey:
    floor = _FLOOR
    for _ in range(4):
        points = shortened(list(found.points), area, region, swath_m, floor)
        coverage = seen_share(points, area, swath_m)
        if coverage >= min(_ENOUGH, found.coverage):
            break
        floor += _ENOUGH - coverage + 0.0002  # the samples saw more than there is
    return replace(found, points=tuple(points), length_m=way_length(points), coverage=coverage)


def _promising(area: BaseGeometry, swath_m: float) -> list[tuple[float, Strips]]:
    """The sweeps whose strips and turns promise the shortest ways, of all directions."""
    sweeps = []
    for angle in _angles(area):
        width = width_across(area, angle)
        fewest = max(1, math.ceil(width / swath_m - 0.02))
        for count in range(max(1, fewest - 1), fewest + 3):
            if count > MAX_STRIPS:
                continue
            strips = sweep(area, angle, count)
            if not len(strips):
                continue
            if _share_of(strips, area, swath_m) < _STRIPS_SEE:
                continue
            flown = float(np.hypot(*(strips[:, 1] - strips[:, 0]).T).sum())
            flown += (len(strips) - 1) * width / count
            sweeps.append((flown, angle, strips))
    if not sweeps:
        raise PlanError(
            f"the area to survey needs more than {MAX_STRIPS} strips of {swath_m:.0f} m: "
            "fly higher or survey it in parts"
        )
    sweeps.sort(key=lambda s: s[0])
    return [(angle, strips) for _, angle, strips in sweeps[:_TRIED]]


def _share_of(strips: Strips, area: BaseGeometry, swath_m: float) -> float:
    """Share of `area` that the strips alone see."""
    seen = MultiLineString(list(strips)).buffer(swath_m / 2)
    return float(seen.intersection(area).area / area.area)


def _angles(area: BaseGeometry) -> Iterator[float]:
    """Directions worth trying (rad, 0 to pi): those of the longer edges, and all round."""
    hull = area.convex_hull
    edges: list[tuple[float, float]] = []
    for part in (hull, *getattr(area, "geoms", [area])):
        ring = getattr(part, "exterior", None)
        if ring is None:
            continue
        for a, b in itertools.pairwise(ring.coords):
            edges.append((math.dist(a, b), math.atan2(b[1] - a[1], b[0] - a[0]) % math.pi))
    edges.sort(reverse=True)
    taken: list[float] = []
    for angle in [e[1] for e in edges[:24]] + [k * math.pi / _ANGLES for k in range(_ANGLES)]:
        if all(abs(math.remainder(angle - t, math.pi)) > 0.03 for t in taken):
            taken.append(angle)
            yield angle


def _solve(
    area: BaseGeometry, region: BaseGeometry, swath_m: float, angle: float, strips: Strips
) -> Survey | None:
    """The shortest way along `strips`, their ends drawn in as far as the coverage allows."""
    ends = strips.reshape(-1, 2)
    ways = FreeWays(region, ends)
    if not np.isfinite(ways.lengths_m[0]).all():
        return None
    order = best_order(ways.lengths_m, _ITERATIONS)
    bound = area.area / swath_m
    found: Survey | None = None
    for share in _INSETS:
        inset = drawn_in(strips, share * swath_m)
        points = _way_along(inset, order, region)
        if points is None:
            continue
        coverage = seen_share(points, area, swath_m)
        length = way_length(points)
        found = Survey(tuple(points), len(strips), angle, length, bound, coverage)
        if coverage >= _FLOOR + 0.002:
            break
    return found


def _way_along(
    strips: Strips, order: list[tuple[int, bool]], region: BaseGeometry
) -> list[Xy] | None:
    ways = FreeWays(region, strips.reshape(-1, 2))
    points: list[Xy] = []
    last: int | None = None
    for strip, is_reversed in order:
        begin, end = (2 * strip + 1, 2 * strip) if is_reversed else (2 * strip, 2 * strip + 1)
        if last is not None:
            if not math.isfinite(ways.lengths_m[last, begin]):
                return None
            points += ways.way(last, begin)[1:-1]
        points += [_xy(strips, begin), _xy(strips, end)]
        last = end
    return points


def _xy(strips: Strips, end: int) -> Xy:
    x, y = strips.reshape(-1, 2)[end]
    return float(x), float(y)

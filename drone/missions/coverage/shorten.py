"""A way over an area made shorter, corner by corner, as long as it still sees enough of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from drone.missions.coverage.free_ways import EDGE_M
from drone.missions.coverage.seen import Leg, Samples, Xy, seen_share

_ROUNDS = 40
_MOST_LOST = 0.01  # by one move
_STEPS_M = (0.7, 2.5, 8.0)


def way_length(points: list[Xy]) -> float:
    """m."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


#: by a corner and its neighbours: (m saved per share lost, share lost, where to)
_Weighed = dict[tuple[Xy, ...], list[tuple[float, float, Xy | None]]]


@dataclass(frozen=True)
class _Move:
    """Corner `at` goes to `to`, or is left out."""

    at: int
    to: Xy | None

    def applied(self, points: list[Xy]) -> list[Xy]:
        return [*points[: self.at], *([self.to] if self.to else []), *points[self.at + 1 :]]

    def legs(self, points: list[Xy]) -> tuple[list[Leg], list[Leg]]:
        """The legs that go and those that come."""
        around = points[max(0, self.at - 1) : self.at + 2]
        here = self.at - max(0, self.at - 1)
        changed = _Move(here, self.to).applied(around)
        return list(itertools.pairwise(around)), list(itertools.pairwise(changed))


def shortened(
    points: list[Xy], area: BaseGeometry, region: BaseGeometry, swath_m: float, floor: float
) -> list[Xy]:
    """The way with corners moved or left out while the share seen stays at `floor` or above.

    In each round the moves that save most way for the least area come first. The result stays in
    `region` (map m) and is never longer.
    """
    wide = region.buffer(EDGE_M)
    shapely.prepare(wide)
    samples = Samples(area, swath_m)
    samples.take(points)
    spare = min(samples.share, seen_share(points, area, swath_m)) - floor
    weighed: _Weighed = {}
    for _ in range(_ROUNDS):
        moved: set[int] = set()
        for lost, move in _best_first(points, samples, wide, swath_m, weighed):
            if lost > spare:
                continue
            if moved & {move.at - 1, move.at, move.at + 1} or (moved and move.to is None):
                continue  # to leave one out changes the numbers of the rest
            lost = samples.change(*move.legs(points), keep=False)  # others have moved since
            if lost > spare:
                continue
            samples.change(*move.legs(points), keep=True)
            points, spare = move.applied(points), spare - lost
            moved.add(move.at)
            if move.to is None:
                break
        if not moved:
            break
    return points


def _best_first(
    points: list[Xy], samples: Samples, wide: BaseGeometry, swath_m: float, weighed: _Weighed
) -> list[tuple[float, _Move]]:
    """Moves that save way and stay in `wide`, with the share that is no longer seen after each;
    those that save most for it come first.

    `weighed` keeps what the moves of a corner with these neighbours are worth, from round to round.
    """
    found = []
    for at in range(len(points)):
        around = tuple(points[max(0, at - 1) : at + 2])
        if around not in weighed:
            weighed[around] = list(_weigh(points, at, samples, wide, 0.01 * swath_m))
        found += [(worth, lost, at, to) for worth, lost, to in weighed[around]]
    found.sort(key=lambda f: -f[0])
    return [(lost, _Move(at, to)) for _, lost, at, to in found]


def _weigh(
    points: list[Xy], at: int, samples: Samples, wide: BaseGeometry, least_m: float
) -> Iterator[tuple[float, float, Xy | None]]:
    for move in _moves(points, at):
        gone, come = move.legs(points)
        saved = sum(math.dist(*leg) for leg in gone) - sum(math.dist(*leg) for leg in come)
        if saved < least_m or not all(shapely.covers(wide, LineString(leg)) for leg in come):
            continue
        lost = samples.change(gone, come, keep=False)
        if lost < _MOST_LOST:
            yield saved / max(lost, 1e-5), lost, move.to


def _moves(points: list[Xy], at: int) -> Iterator[_Move]:
    """Corner `at` out, or some of the way to the straight line between its neighbours or along
    one of its legs; an end towards its neighbour."""
    last = len(points) - 1
    if last < 2:
        return
    here = points[at]
    yield _Move(at, None)
    if at in (0, last):
        towards = [points[1] if at == 0 else points[-2]]
    else:
        towards = [_foot(here, points[at - 1], points[at + 1]), points[at - 1], points[at + 1]]
    for to in towards:
        away = math.dist(here, to)
        for step in _STEPS_M:
            if step < away:
                share = step / away
                yield _Move(
                    at, (here[0] + share * (to[0] - here[0]), here[1] + share * (to[1] - here[1]))
                )


def _foot(here: Xy, a: Xy, b: Xy) -> Xy:
    """The point of the line from `a` to `b` that is nearest to `here`."""
    along = (b[0] - a[0], b[1] - a[1])
    square = along[0] ** 2 + along[1] ** 2
    if square < 1e-9:
        return a
    share = ((here[0] - a[0]) * along[0] + (here[1] - a[1]) * along[1]) / square
    share = min(1.0, max(0.0, share))
    return a[0] + share * along[0], a[1] + share * along[1]

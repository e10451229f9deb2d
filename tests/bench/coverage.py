"""Surveys of twenty seeded areas: the way flown against the least there can be, and pictures."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Drawing

from drone.missions.coverage.free_ways import FreeWays
from drone.missions.coverage.seen import Xy, seen_share
from drone.missions.coverage.strips import sweep, width_across
from drone.missions.coverage.survey import survey
from tests.bench.measure import Bench, Pair
from tests.coverage_areas import Area, seeded_areas

#: In the clone's own folder for what is made.
PICTURE = Path(__file__).parents[2] / ".patrol" / "bench" / "survey.png"
_COLUMNS = 5

Way = tuple[Xy, ...]


def back_and_forth(area: Area) -> Way:
    """The peer: strips west to east and back, from the south, each cut at what is closed.

    It goes along each line from one side to the other, around the holes.
    """
    count = max(1, math.ceil(width_across(area.polygon, 0.0) / area.swath_m))
    strips = sweep(area.polygon, 0.0, count)
    lines = [
        list(line) for _, line in itertools.groupby(strips, lambda s: round(float(s[0][1]), 3))
    ]
    ordered = []
    for number, line in enumerate(lines):
        ordered += line if number % 2 == 0 else [strip[::-1] for strip in reversed(line)]
    ends = np.array(ordered).reshape(-1, 2)
    ways = FreeWays(area.polygon, ends)
    points: list[Xy] = []
    for leg in range(len(ends) - 1):
        points += ways.way(leg, leg + 1)[:-1]
    return (*points, (float(ends[-1][0]), float(ends[-1][1])))


@cache
def _ours() -> tuple[tuple[Area, Way], ...]:
    return tuple((area, survey(area.polygon, area.swath_m).points) for area in seeded_areas())


@cache
def _peers() -> tuple[tuple[Area, Way], ...]:
    return tuple((area, back_and_forth(area)) for area in seeded_areas())


def _ratios(ways: tuple[tuple[Area, Way], ...]) -> list[float]:
    return [way_length(way) / (area.polygon.area / area.swath_m) for area, way in ways]


def way_length(way: Way) -> float:
    """m."""
    return sum(math.dist(a, b) for a, b in itertools.pairwise(way))


def _bench(of_all: Callable[[list[float]], float]) -> Callable[[], AbstractContextManager[Pair]]:
    @contextmanager
    def prepare() -> Iterator[Pair]:
        yield Pair(lambda: of_all(_ratios(_ours())), lambda: of_all(_ratios(_peers())))

    return prepare


@contextmanager
def _coverage() -> Iterator[Pair]:
    def least(ways: tuple[tuple[Area, Way], ...]) -> float:
        return min(seen_share(way, area.polygon, area.swath_m) for area, way in ways)

    yield Pair(lambda: least(_ours()), lambda: least(_peers()))
    draw(PICTURE)


def draw(path: Path) -> None:
    """All areas with the way flown over each, as a PNG."""
    ways = _ours()
    rows = math.ceil(len(ways) / _COLUMNS)
    drawing = Drawing(figsize=(4 * _COLUMNS, 4 * rows), layout="constrained")
    for axes, (area, way), peer in zip(
        drawing.subplots(rows, _COLUMNS).ravel(), ways, _ratios(_peers()), strict=True
    ):
        for ring in (area.polygon.exterior, *area.polygon.interiors):
            axes.plot(*ring.xy, color="0.4", linewidth=1)
        axes.plot(*np.array(way).T, color="tab:blue", linewidth=1.2)
        axes.plot(*way[0], "o", color="tab:green")
        ratio = way_length(way) / (area.polygon.area / area.swath_m)
        axes.set_title(f"{area.name}: {ratio:.2f} (fixed angle {peer:.2f})", fontsize=9)
        axes.set_aspect("equal")
        axes.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(path, dpi=70)


_PEER = "plain back-and-forth, west to east"
BENCHES = [
    Bench("survey_path_median", "x area/swath", "lower", _PEER, _bench(statistics.median), 1),
    Bench("survey_path_worst", "x area/swath", "lower", _PEER, _bench(max), 1),
    Bench("survey_coverage_least", "share seen", "higher", _PEER, _coverage, 1),
]

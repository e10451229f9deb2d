"""Over a plaza the robot goes as a person would: straight, and round what stands on it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from comms.contracts.site_reader import read_site
from robot.navigation.config import NavigationConfig
from robot.navigation.planner import Planner
from robot.navigation.static_map import StaticMap

SITE = Path(__file__).parents[2] / "launch" / "sites" / "ningbo_east.site.geojson"


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(StaticMap(read_site(SITE)), NavigationConfig())


@pytest.mark.parametrize(
    ("start", "goal", "longest"),
    [
        ((60.0, 30.0), (64.0, 42.0), 1.05),  # from the path onto the plaza
        ((64.0, 42.0), (60.0, 30.0), 1.05),  # and back
        ((54.0, 40.0), (90.0, 88.0), 1.02),  # from corner to corner
        ((64.0, 42.0), (95.0, 46.0), 1.15),  # round the fountain
    ],
)
def test_the_way_is_hardly_longer_than_the_straight_line(
    planner: Planner, start: tuple[float, float], goal: tuple[float, float], longest: float
) -> None:
    path = planner.plan(start, goal)
    assert path.length_m < longest * math.dist(start, goal)


def test_the_way_keeps_off_the_fountain(planner: Planner) -> None:
    fountain = next(area for area in planner.ground.site.keep_outs if area.name == "Fountain")
    east = [x for x, _ in fountain.ring]
    north = [y for _, y in fountain.ring]
    path = planner.plan((64.0, 42.0), (95.0, 46.0))
    for x, y in path.points:
        inside = min(east) < x < max(east) and min(north) < y < max(north)
        assert not inside

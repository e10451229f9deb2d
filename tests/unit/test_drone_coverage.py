"""Ways over areas: short against the least there can be, seeing all of it, never outside."""

from __future__ import annotations

import functools
import itertools
import math
import statistics

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box

from drone.errors import PlanError
from drone.missions.coverage.along import corridor, kept_free, perimeter, search
from drone.missions.coverage.order import best_order
from drone.missions.coverage.strips import sweep, width_across
from drone.missions.coverage.survey import Survey, survey
from drone.missions.coverage.swath import swath_of
from tests.coverage_areas import seeded_areas


def seen_by_raster(points: tuple[tuple[float, float], ...], area: Polygon, swath_m: float) -> float:
    """Share of a metre raster of `area` within half a swath of the way: by distances alone."""
    west, south, east, north = area.bounds
    grid = np.meshgrid(np.arange(west, east, 1.0) + 0.5, np.arange(south, north, 1.0) + 0.5)
    places = np.stack([axis.ravel() for axis in grid], axis=1)
    places = places[shapely.contains_xy(area, places)]
    nearest = np.full(len(places), np.inf)
    for a, b in itertools.pairwise(points):
        along = np.subtract(b, a)
        share = np.clip((places - a) @ along / max(along @ along, 1e-9), 0.0, 1.0)
        nearest = np.minimum(nearest, np.hypot(*(places - a - share[:, None] * along).T))
    return float(np.mean(nearest <= swath_m / 2))


def assert_stays_in(points: tuple[tuple[float, float], ...], region: Polygon) -> None:
    outside = LineString(points).difference(region.buffer(0.05))
    assert outside.length == pytest.approx(0.0, abs=1e-6)


AREAS = seeded_areas()


@functools.cache
def flown(number: int) -> Survey:
    """The survey of one seeded area; all tests of this file run in one process."""
    return survey(AREAS[number].polygon, AREAS[number].swath_m)


@pytest.mark.parametrize("number", range(len(AREAS)), ids=[area.name for area in AREAS])
def test_a_seeded_area_is_seen_and_not_left_in_little_more_than_the_least_way(number: int) -> None:
    area, found = AREAS[number], flown(number)
    assert found.coverage >= 0.99
    assert seen_by_raster(found.points, area.polygon, area.swath_m) >= 0.99
    assert_stays_in(found.points, area.polygon)
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(found.points))
    assert found.length_m == pytest.approx(length)
    assert length / (area.polygon.area / area.swath_m) <= 1.35


def test_half_of_the_seeded_areas_are_flown_in_little_more_than_the_least_way() -> None:
    ratios = [flown(n).length_m / (a.polygon.area / a.swath_m) for n, a in enumerate(AREAS)]
    assert statistics.median(ratios) <= 1.15


@settings(max_examples=12, deadline=None)
@given(
    corners=st.lists(st.floats(40, 140), min_size=5, max_size=9),
    holes=st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), max_size=2),
    swath_m=st.floats(12, 30),
    turn=st.floats(0, 180),
)
def test_no_way_enters_a_hole_and_every_area_is_seen(corners, holes, swath_m, turn) -> None:
    angles = [math.tau * k / len(corners) for k in range(len(corners))]
    ring = [(r * math.cos(a), r * math.sin(a)) for r, a in zip(corners, angles, strict=True)]
    area = Polygon(ring)
    for x, y in holes:
        area = area.difference(box(x, y, x + 12, y + 17))
    area = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
    area = affinity.rotate(area, turn)
    found = survey(area, swath_m)
    assert found.coverage >= 0.99
    assert_stays_in(found.points, area)


def test_parts_of_an_area_are_joined_over_the_free_ground_between_them() -> None:
    parts = box(0, 0, 60, 60).union(box(100, 0, 160, 60))
    found = survey(parts, 20.0, free=box(-10, -10, 200, 100))
    assert found.coverage >= 0.99
    with pytest.raises(PlanError, match="in parts between which there is no free way"):
        survey(parts, 20.0)


@pytest.mark.parametrize(
    ("area", "swath_m", "sentence"),
    [
        (Polygon(), 20.0, "the area to survey is empty"),
        (box(0, 0, 10_000, 10_000), 10.0, "more than 250 strips of 10 m"),
    ],
)
def test_what_cannot_be_surveyed_is_said(area, swath_m, sentence) -> None:
    with pytest.raises(PlanError, match=sentence):
        survey(area, swath_m)


def test_the_order_of_a_grid_of_strips_is_a_snake() -> None:
    strips = sweep(box(0, 0, 200, 300), 0.0, 30)
    ends = strips.reshape(-1, 2)
    order = best_order(np.hypot(*(ends[:, None] - ends[None]).T).T, 100)
    assert sorted(strip for strip, _ in order) == list(range(30))
    legs = [
        math.dist(ends[2 * a + (not from_end)], ends[2 * b + next_from_end])
        for (a, from_end), (b, next_from_end) in itertools.pairwise(order)
    ]
    assert sum(legs) == pytest.approx(29 * 10.0)


def test_strips_lie_half_a_spacing_inside_and_are_cut_at_holes() -> None:
    area = box(0, 0, 100, 40).difference(box(40, 0, 60, 20))
    strips = sweep(area, 0.0, 4)
    assert sorted({round(float(y)) for y in strips[:, :, 1].ravel()}) == [5, 15, 25, 35]
    assert len(strips) == 6
    assert width_across(area, math.pi / 2) == pytest.approx(100.0)


def test_a_swath_is_what_the_camera_sees_less_the_overlap() -> None:
    assert swath_of(50.0, math.pi / 2, 0.0) == pytest.approx(100.0)
    assert swath_of(50.0, math.pi / 2, 0.3) == pytest.approx(70.0)


LINE = [(0.0, 0.0), (100.0, 0.0), (100.0, 80.0)]


def test_a_corridor_is_one_pass_where_the_swath_is_wide_enough_and_else_several() -> None:
    assert corridor(LINE, 0.0, 20.0) == LINE
    assert corridor(LINE, 20.0, 20.0) == LINE
    wide = corridor(LINE, 50.0, 20.0)
    whole = LineString(LINE).buffer(25.0, cap_style="flat", join_style="mitre")
    assert LineString(wide).buffer(10.0).intersection(whole).area >= 0.98 * whole.area
    with pytest.raises(PlanError, match="shorter than a metre"):
        corridor([(0.0, 0.0), (0.2, 0.0)], 0.0, 20.0)


@pytest.mark.parametrize("clockwise", [True, False])
def test_a_perimeter_goes_round_in_the_sense_asked_from_the_nearest_corner(clockwise) -> None:
    square = [(0.0, 0.0), (60.0, 0.0), (60.0, 60.0), (0.0, 60.0)]
    way = perimeter(square, 10.0, 2, (100.0, 100.0), clockwise=clockwise)
    assert way[0] == pytest.approx((70.0, 70.0))
    assert way[0] == way[-1]
    assert LineString(way).length == pytest.approx(2 * 4 * 80.0)
    assert Polygon(way[:4]).exterior.is_ccw is not clockwise
    with pytest.raises(PlanError, match="crosses itself"):
        perimeter([(0, 0), (10, 10), (10, 0), (0, 10)], 5.0, 1, (0, 0), clockwise=True)


@pytest.mark.parametrize(("radius_m", "swath_m"), [(60.0, 20.0), (33.0, 14.0), (20.0, 50.0)])
def test_a_search_goes_outwards_and_sees_all_around_the_last_place(radius_m, swath_m) -> None:
    way = search((5.0, 7.0), radius_m, swath_m)
    disc = Point(5.0, 7.0).buffer(radius_m)
    assert LineString(way).buffer(swath_m / 2).intersection(disc).area >= 0.99 * disc.area
    legs = [math.dist(a, b) for a, b in itertools.pairwise(way)]
    assert legs == sorted(legs)


def test_a_way_is_led_around_what_is_closed_or_refused() -> None:
    free = box(-50, -50, 150, 50).difference(box(40, -20, 60, 20))
    way = kept_free([(0.0, 0.0), (100.0, 0.0)], free, 10.0)
    assert LineString(way).difference(free.buffer(0.05)).length == 0.0
    assert len(way) == 4
    assert kept_free([(0.0, 0.0), (45.0, 0.0)], free, 10.0)[-1] == pytest.approx((40.0, 0.0))
    with pytest.raises(PlanError, match="point 2 of 2 is 50 m from where it may be flown"):
        kept_free([(0.0, 0.0), (200.0, 0.0)], free, 40.0)
    with pytest.raises(PlanError, match="there is no free way"):
        kept_free(
            [(0, 0), (100, 0)],
            free.difference(box(-60, 20, 200, 21)).difference(box(40, -60, 60, 60)),
            10.0,
        )

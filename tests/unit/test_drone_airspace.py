"""Whether a leg through the air over a site is clear, and what it would enter."""

from __future__ import annotations

import itertools
import math

import pytest
from shapely.geometry import Point, box

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Building, NoFly, Site, Tree
from drone.airspace.airspace import Airspace
from drone.airspace.routing import find_transit, shortest_level_path
from drone.airspace.volumes import widened
from drone.config import DroneConfig
from drone.errors import PlanError

CONFIG = DroneConfig()


def ring(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def site_with(**things: object) -> Site:
    origin = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0)
    return Site.model_validate(
        {
            "site_id": "t",
            "name": "t",
            "origin": origin,
            "frame": LocalFrame(origin),
            "boundary": ring(-200, -200, 200, 200),
            **things,
        }
    )


def tower(height_m: float, half_m: float = 10.0) -> Building:
    outline = ring(-half_m, -half_m, half_m, half_m)
    return Building(feature_id="b", name="Tower", ring=outline, height_m=height_m)


def airspace_with(**things: object) -> Airspace:
    return Airspace.of_site(site_with(**things), CONFIG)


def test_a_leg_through_a_building_is_refused_with_its_name() -> None:
    air = airspace_with(buildings=(tower(50),))
    found = air.obstruction(Enu(-50, 0, 30), Enu(50, 0, 30))
    assert found is not None
    assert "Tower" in str(found)


def test_a_leg_over_the_roof_with_clearance_is_clear_and_without_it_is_not() -> None:
    air = airspace_with(buildings=(tower(50),))
    above = 50 + CONFIG.building_over_m
    assert air.is_clear(Enu(-50, 0, above + 0.1), Enu(50, 0, above + 0.1))
    assert not air.is_clear(Enu(-50, 0, above - 0.1), Enu(50, 0, above - 0.1))


def test_a_leg_beside_a_building_needs_the_sideways_clearance() -> None:
    air = airspace_with(buildings=(tower(50),))
    far, near = 10 + 1.2 * CONFIG.building_clearance_m, 10 + 0.9 * CONFIG.building_clearance_m
    assert air.is_clear(Enu(-50, far, 30), Enu(50, far, 30))
    assert not air.is_clear(Enu(-50, near, 30), Enu(50, near, 30))


def test_a_climbing_leg_is_judged_by_its_height_where_it_crosses() -> None:
    air = airspace_with(buildings=(tower(50),))
    assert air.is_clear(Enu(-100, 0, 90), Enu(30, 0, 59))
    assert not air.is_clear(Enu(-100, 0, 59), Enu(30, 0, 40))


def test_an_upright_leg_inside_a_clearance_is_refused() -> None:
    air = airspace_with(buildings=(tower(50),))
    assert not air.is_clear(Enu(12, 0, 0), Enu(12, 0, 30))
    assert air.is_clear(Enu(40, 0, 0), Enu(40, 0, 30))


def test_the_air_under_a_no_fly_floor_is_open_and_that_above_it_is_not() -> None:
    area = NoFly(feature_id="n", name="Approach", ring=ring(-20, -20, 20, 20), floor_m=60)
    air = airspace_with(no_fly=(area,))
    assert air.is_clear(Enu(-50, 0, 40), Enu(50, 0, 40))
    found = air.obstruction(Enu(-50, 0, 58), Enu(50, 0, 58))
    assert found is not None
    assert "Approach" in str(found)


def test_the_boundary_and_the_ceiling_are_kept() -> None:
    air = airspace_with()
    outside = air.obstruction(Enu(0, 0, 30), Enu(0, 250, 30))
    high = air.obstruction(Enu(0, 0, 30), Enu(0, 50, 130))
    assert outside is not None
    assert "boundary" in str(outside)
    assert high is not None
    assert "120 m" in str(high)


def test_a_place_that_is_not_a_number_is_never_clear() -> None:
    assert not airspace_with().is_clear(Enu(0, 0, 30), Enu(math.nan, 0, 30))


def test_a_tree_is_in_the_way_below_its_top_only() -> None:
    air = airspace_with(trees=(Tree(feature_id="t", at=(0, 0), height_m=6),))
    assert not air.is_clear(Enu(-20, 0, 5), Enu(20, 0, 5))
    assert air.is_clear(Enu(-20, 0, 20), Enu(20, 0, 20))


def test_a_widened_outline_never_cuts_the_clearance_short() -> None:
    wide = widened(box(0, 0, 10, 10), 6.0)
    for degrees in range(0, 91):
        angle = math.radians(degrees)
        corner = Point(10 + 5.99 * math.cos(angle), 10 + 5.99 * math.sin(angle))
        assert wide.contains(corner)


def test_a_transit_goes_over_a_low_building_and_around_one_above_the_ceiling() -> None:
    low = airspace_with(buildings=(tower(40, 40),))
    over = find_transit(low, Enu(-100, 0, 30), Enu(100, 0, 30), "the leg")
    assert over.height_m > 40
    assert over.length_m == pytest.approx(200, abs=1)
    high = airspace_with(buildings=(tower(118, 40),))
    around = find_transit(high, Enu(-100, 0, 30), Enu(100, 0, 30), "the leg")
    assert around.height_m == 30
    assert 220 < around.length_m < 260


def test_every_leg_of_a_transit_is_clear() -> None:
    air = airspace_with(buildings=(tower(118, 40),))
    way = find_transit(air, Enu(-100, 3, 0), Enu(100, -7, 15), "the leg")
    assert all(air.is_clear(a, b) for a, b in zip(way.points, way.points[1:], strict=False))
    assert way.points[0] == (-100, 3, 0)
    assert way.points[-1] == (100, -7, 15)


def test_a_walled_in_place_is_refused_with_the_leg_named() -> None:
    wall = [
        NoFly(feature_id=f"n{i}", name="Wall", ring=ring(*edges))
        for i, edges in enumerate(
            [(-60, -60, 60, -50), (-60, 50, 60, 60), (-60, -60, -50, 60), (50, -60, 60, 60)]
        )
    ]
    air = airspace_with(no_fly=tuple(wall))
    with pytest.raises(PlanError, match="the way there cannot be flown"):
        find_transit(air, Enu(0, 0, 0), Enu(120, 0, 30), "the way there")


def test_the_level_path_is_the_shortest_one_around_a_square() -> None:
    free = box(-100, -100, 100, 100).difference(box(-10, -10, 10, 10))
    path = shortest_level_path(free, (-50, 0), (50, 0))
    assert path is not None
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(path))
    assert length == pytest.approx(2 * math.hypot(40, 10) + 20, abs=0.1)

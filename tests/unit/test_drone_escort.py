"""Beside a moving vehicle: each place is free, a target that is silent makes it wait, then come
home."""

from __future__ import annotations

import math

import pytest

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Building, Site
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.execution.escort import Escort, Sighting

ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0)


def ring(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def escort(*buildings: Building) -> Escort:
    site = Site.model_validate(
        {
            "site_id": "t",
            "name": "t",
            "origin": ORIGIN,
            "frame": LocalFrame(ORIGIN),
            "boundary": ring(-200, -200, 200, 200),
            "buildings": buildings,
        }
    )
    task = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.ESCORT,
        distance_m=10, bearing_rad=math.pi / 2, height_m=20, duration_s=60,
    )  # fmt: skip
    return Escort(task, Airspace.of_site(site, DroneConfig()), began_s=100.0)


HERE = Enu(0.0, 10.0, 20.0)


def seen(east_m: float, age_s: float = 0.2, *, localized: bool = True) -> Sighting:
    return Sighting(Enu(east_m, 0.0, 0.0), age_s, localized)


def test_it_goes_where_the_target_goes_and_not_for_a_hand_s_breadth() -> None:
    one = escort()
    assert one.advise(100.0, HERE, seen(0.0)).to == pytest.approx((0.0, 10.0, 20.0))
    assert one.advise(101.0, HERE, seen(0.6)).to is None
    assert one.advise(102.0, HERE, seen(1.4)).to == pytest.approx((1.4, 10.0, 20.0))


def test_a_silent_target_makes_it_hold_once_and_come_home_after_half_a_minute() -> None:
    one = escort()
    one.advise(100.0, HERE, seen(0.0))
    assert not one.advise(102.0, HERE, seen(0.0, 2.0)).hold
    advice = one.advise(104.0, HERE, seen(0.0, 4.0))
    assert (advice.hold, advice.words) == (True, "the robot is not heard: it stands still")
    assert not one.advise(105.0, HERE, seen(0.0, 5.0)).hold  # it holds already
    assert "has not been heard for 30 s" in one.advise(131.0, HERE, seen(0.0, 31.0)).over
    assert one.advise(131.0, HERE, None).over
    again = one.advise(106.0, HERE, seen(0.0))
    assert again.to == pytest.approx((0.0, 10.0, 20.0))


def test_a_target_that_is_lost_itself_is_not_followed() -> None:
    advice = escort().advise(100.0, HERE, seen(0.0, localized=False))
    assert (advice.hold, advice.to) == (True, None)
    assert "does not know its place" in advice.words


def test_where_its_side_is_closed_it_takes_another_bearing_and_never_a_closed_leg() -> None:
    tower = Building(feature_id="b", name="Tower", ring=ring(30, 5, 50, 25), height_m=60)
    one = escort(tower)
    advice = one.advise(100.0, Enu(20.0, -5.0, 20.0), seen(40.0))
    assert advice.to is not None
    assert advice.to.north_m < 0  # to the south of the target, the tower is north of it
    assert "at a free bearing" in advice.words
    behind = one.advise(101.0, Enu(40.0, 40.0, 20.0), seen(40.0))
    assert behind.to is None
    behind = escort(tower).advise(101.0, Enu(40.0, 40.0, 20.0), seen(40.0))
    assert (behind.hold, behind.to) == (True, None)
    assert "Tower" in behind.words


def test_its_time_runs_from_when_it_was_beside() -> None:
    assert escort().left_s(130.0) == 30.0
    assert escort().left_s(200.0) == 0.0

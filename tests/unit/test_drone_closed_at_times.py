"""No-fly areas and height limits with times: planned around, put in the fence, left in time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comms.centre.errors import RefusedError
from comms.centre.site_files import SiteFiles
from comms.contracts.errors import FileError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.in_force import periods_of
from comms.contracts.place import Enu
from comms.contracts.site import Ceiling, NoFly, Site
from comms.contracts.site_geojson import site_as_geojson
from comms.contracts.site_reader import read_site
from comms.contracts.task import TaskKind
from drone.airspace.airspace import Airspace
from drone.airspace.routing import find_transit
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.execution.closing import ClosingAir
from drone.missions.fence import closed_rings
from drone.missions.plan import FlightPlan, Part, PlanItem, Step
from drone.missions.planner import Planner
from tests.unit.test_drone_airspace import ring, site_with
from tests.unit.test_drone_planning import task

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CONFIG = DroneConfig(airspace_ahead_s=600)
WALL = ring(40, -150, 60, 150)
HOME = Enu(0, 0, 0)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def hours(begin: float, end: float) -> Any:
    """In force from so many to so many hours after noon."""
    at = (NOON + timedelta(hours=h) for h in (begin, end))
    return periods_of([dict(zip(("startDateTime", "endDateTime"), at, strict=True))])


def test_an_area_counts_from_as_long_before_it_closes_as_a_flight_lasts() -> None:
    clock = Clock()
    area = NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(1, 3))
    air = Airspace.of_site(site_with(no_fly=(area,)), CONFIG, clock)
    a, b = Enu(0, 0, 30), Enu(100, 0, 30)
    closed = {}
    for minutes in (0, 49, 51, 100, 179, 181):
        clock.now = NOON + timedelta(minutes=minutes)
        closed[minutes] = not air.is_clear(a, b)
    assert closed == {0: False, 49: False, 51: True, 100: True, 179: True, 181: False}


def test_a_refusal_says_until_when_it_is_closed() -> None:
    clock = Clock()
    site = site_with(
        no_fly=(NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(0.1, 3)),)
    )
    planner = Planner(Airspace.of_site(site, CONFIG, clock), CONFIG)
    with pytest.raises(PlanError, match="Stadium") as told:
        planner.plan(task(), [Enu(50, 0, 0)], HOME, HOME)
    assert "closed from 2026-11-27 12:06 UTC until 2026-11-27 15:00 UTC" in str(told.value)
    clock.now += timedelta(hours=3)
    assert planner.plan(task(), [Enu(50, 0, 0)], HOME, HOME).items


def test_a_transit_goes_around_while_it_is_closed_and_straight_when_it_is_not() -> None:
    clock = Clock()
    area = NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(-1, 1))
    air = Airspace.of_site(site_with(no_fly=(area,)), CONFIG, clock)
    way = find_transit(air, Enu(0, 0, 30), Enu(100, 0, 30), "it")
    assert way.length_m > 300
    clock.now += timedelta(hours=2)
    assert find_transit(air, Enu(0, 0, 30), Enu(100, 0, 30), "it").length_m == pytest.approx(100)


def test_a_height_limit_is_flown_under_and_not_over() -> None:
    limit = Ceiling(feature_id="c", name="Approach", ring=WALL, ceiling_m=40)
    air = Airspace.of_site(site_with(ceilings=(limit,)), CONFIG)
    assert air.is_clear(Enu(0, 0, 40), Enu(100, 0, 40))
    found = air.obstruction(Enu(0, 0, 41), Enu(100, 0, 41))
    assert found is not None
    assert str(found) == "it enters the air over 40 m in Approach, which is closed"
    assert air.obstruction(Enu(0, 0, 35), Enu(100, 0, 80)) is not None  # climbs out of it inside
    way = find_transit(air, Enu(0, 0, 60), Enu(100, 0, 60), "it")
    inside = [p.up_m for p in way.points if 30 < p.east_m < 70]
    assert all(up <= 40 for up in inside)


def test_the_fence_on_board_has_what_is_closed_for_this_flight() -> None:
    clock = Clock()
    areas = tuple(
        NoFly(feature_id=name, ring=ring(east, 0, east + 10, 10), applies=applies)
        for name, east, applies in (
            ("always", 0, ()),
            ("soon", 20, hours(0.1, 1)),
            ("later", 40, hours(2, 3)),
        )
    )
    site = site_with(no_fly=areas)
    air = Airspace.of_site(site, CONFIG, clock)
    assert closed_rings(site, air) == [list(a.ring) for a in areas[:2]]


def _flight(*points: Enu) -> FlightPlan:
    items = tuple(PlanItem(Step.WAYPOINT, Part.WORK, at) for at in points)
    return FlightPlan(items, HOME, HOME, None, 0.0, 0.0)


def test_a_flight_is_ended_once_when_the_air_on_its_way_closes() -> None:
    clock = Clock()
    area = NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(1, 3))
    closing = ClosingAir(Airspace.of_site(site_with(no_fly=(area,)), CONFIG, clock))
    plan = _flight(Enu(0, 50, 30), Enu(100, 50, 30), Enu(0, 50, 30))
    here = Enu(0, 0, 30)
    assert closing.look(plan, 0, here) == ""
    clock.now += timedelta(minutes=55)
    words = closing.look(plan, 0, here)
    assert words.startswith("the way on enters the no-fly area Stadium (closed from")
    assert closing.look(plan, 0, here) == ""


def test_what_has_closed_while_the_process_was_dead_ends_the_flight_too() -> None:
    clock = Clock()
    area = NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(-0.5, 3))
    air = Airspace.of_site(site_with(no_fly=(area,)), CONFIG, clock)
    through = _flight(Enu(0, 50, 30), Enu(100, 50, 30))
    assert "Stadium" in ClosingAir(air).look(through, 0, Enu(0, 0, 30))
    around = _flight(Enu(0, 50, 30), Enu(30, 50, 30))
    assert ClosingAir(air).look(around, 0, Enu(0, 0, 30)) == ""


def test_what_closes_behind_a_flight_does_not_end_it() -> None:
    clock = Clock()
    area = NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(1, 3))
    closing = ClosingAir(Airspace.of_site(site_with(no_fly=(area,)), CONFIG, clock))
    clock.now += timedelta(minutes=55)
    plan = _flight(Enu(100, 50, 30), Enu(0, 50, 30))
    assert closing.look(plan, 1, Enu(20, 50, 30)) == ""


def test_a_vehicle_that_hovers_where_the_air_closes_leaves() -> None:
    clock = Clock()
    limit = Ceiling(feature_id="c", ring=WALL, ceiling_m=40, applies=hours(1, 3))
    closing = ClosingAir(Airspace.of_site(site_with(ceilings=(limit,)), CONFIG, clock))
    clock.now += timedelta(minutes=55)
    assert closing.look(_flight(Enu(0, 0, 30)), 1, Enu(50, 0, 50))


def test_the_way_home_out_of_air_that_closes_is_planned_and_not_back_into_it() -> None:
    clock = Clock()
    areas = tuple(
        NoFly(feature_id=str(east), ring=ring(east, -50, east + 30, 50), applies=hours(0.1, 1))
        for east in (20, 60)
    )
    planner = Planner(Airspace.of_site(site_with(no_fly=areas), CONFIG, clock), CONFIG)
    here = Enu(75, 0, 30)  # in the further one
    with pytest.raises(PlanError):
        planner.come_home(here, HOME)
    home = planner.leaving(here).come_home(here, HOME)
    assert home.length_m > 100  # around the nearer one
    outside = Enu(-30, 0, 30)
    assert planner.leaving(outside) is planner


def _site_file(folder: Path, *features: dict[str, Any]) -> Path:
    frame = LocalFrame(site_with().origin)

    def lonlat(x: float, y: float) -> list[float]:
        point = frame.to_geo(x, y)
        return [point.longitude_deg, point.latitude_deg]

    fixed = [
        {"kind": "walkway", "geometry": ("LineString", [lonlat(0, 0), lonlat(80, 0)])},
        {"kind": "kiosk", "geometry": ("Point", lonlat(0, 0))},
    ]
    square = [lonlat(*xy) for xy in ring(20, 20, 60, 60)]
    given = [{**feature, "geometry": ("Polygon", [square])} for feature in features]
    document = {
        "type": "FeatureCollection",
        "patrol": {"kind": "site", "datum": "WGS84"},
        "features": [
            {
                "type": "Feature",
                "properties": {k: v for k, v in one.items() if k != "geometry"},
                "geometry": dict(zip(("type", "coordinates"), one["geometry"], strict=True)),
            }
            for one in (*fixed, *given)
        ],
    }
    file = folder / "x.site.geojson"
    file.write_text(json.dumps(document))
    return file


def test_both_are_read_from_a_sites_file_and_given_out_again(tmp_path: Path) -> None:
    when = [{"schedule": [{"day": ["SAT"], "startTime": "08:00+08:00", "endTime": "20:00+08:00"}]}]
    site = read_site(
        _site_file(
            tmp_path,
            {"kind": "no_fly", "name": "Stadium", "ceiling_m": "80 m", "applicability": when},
            {"kind": "ceiling", "ceiling_m": 40, "applicability": json.dumps(when)},
        )
    )
    assert site.no_fly[0].applies == site.ceilings[0].applies == periods_of(when)
    given = site_as_geojson(site)
    written = tmp_path / "again.site.geojson"
    written.write_text(json.dumps(given))
    again = read_site(written)
    assert again.ceilings[0].applies == site.ceilings[0].applies
    assert again.ceilings[0].ceiling_m == 40
    hours_of = [f["properties"].get("hours") for f in given["features"]]
    assert hours_of.count("Sat 08:00–20:00 UTC+08:00") == 2


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ({"kind": "ceiling"}, "does not say its ceiling_m"),
        ({"kind": "ceiling", "ceiling_m": -3}, "ceiling_m"),
        ({"kind": "no_fly", "floor_m": 50, "ceiling_m": 40}, "not above its floor_m"),
        ({"kind": "no_fly", "applicability": "Saturdays"}, "must be a list"),
        (
            {
                "kind": "no_fly",
                "name": "Stadium",
                "applicability": [
                    {"schedule": [{"day": "SAT", "startTime": "8:00", "endTime": "9:00"}]}
                ],
            },
            r'no_fly "Stadium".*applicability schedule startTime',
        ),
    ],
)
def test_what_is_wrong_with_one_is_said(
    tmp_path: Path, feature: dict[str, Any], words: str
) -> None:
    with pytest.raises(FileError, match=words):
        read_site(_site_file(tmp_path, feature))


def test_the_centre_refuses_what_is_closed_now_with_the_areas_name() -> None:
    clock = Clock()
    site: Site = site_with(
        no_fly=(NoFly(feature_id="n", name="Stadium", ring=WALL, applies=hours(0, 1)),),
        ceilings=(
            Ceiling(feature_id="c", name="Approach", ring=ring(-60, -20, -40, 20), ceiling_m=40),
        ),
    )
    files = SiteFiles(site, "", now=clock)

    def fly_to(east: float, height_m: float) -> None:
        point = site.frame.to_geo(east, 0.0)
        files.check_places(task(TaskKind.FLY_TO, points=(point,), height_m=height_m))

    with pytest.raises(RefusedError, match="no-fly area 'Stadium'"):
        fly_to(50, 30)
    with pytest.raises(RefusedError, match="60 m is higher than the 40 m allowed in 'Approach'"):
        fly_to(-50, 60)
    fly_to(-50, 40)
    clock.now += timedelta(hours=2)
    fly_to(50, 30)

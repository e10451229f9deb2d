"""Flights over ground that rises and falls: heights count from it, and the way keeps over it."""

from __future__ import annotations

import itertools
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from comms.contracts.errors import FileError
from comms.contracts.place import Enu
from comms.contracts.site import Building, Ceiling, HeightLine, Kiosk, Site
from comms.contracts.site_geojson import site_as_geojson
from comms.contracts.site_reader import read_site
from comms.contracts.task import TaskKind
from drone.airspace.airspace import Airspace
from drone.airspace.ground import Ground
from drone.airspace.routing import find_transit
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.encoding import Command, Firmware, encode_plan
from drone.missions.going_on import Change, rest_of
from drone.missions.plan import FlightPlan, Part, Step
from drone.missions.planner import Planner
from tests.unit.test_drone_airspace import ring, site_with
from tests.unit.test_drone_planning import task

CONFIG = DroneConfig()
PAD = (-150.0, 0.0)
HOME = Enu(*PAD, 0.0)


def hill(east: float, north: float) -> float:
    """A ridge from south to north, 60 m over the plain, its foot 80 m wide on either side."""
    return 60.0 * max(0.0, 1.0 - abs(east) / 80.0) + 0.0 * north


def hilly(plain_m: float = 5.0, **things: object) -> Site:
    """The ridge on a plain that lies `plain_m` over the map's origin."""
    spots = [
        HeightLine(feature_id=f"{x}/{y}", line=((x, y),), up_m=plain_m + hill(x, y))
        for x, y in itertools.product(range(-200, 201, 20), range(-200, 201, 50))
    ]
    kiosk = Kiosk(feature_id="k", at=(-150, 6), dock=(-150, 8), pad=PAD)
    return site_with(heights=tuple(spots), kiosks=(kiosk,), **things)


def planner_over(site: Site) -> Planner:
    return Planner(Airspace.of_site(site, CONFIG), CONFIG)


def above_ground(plan: FlightPlan, part: Part | None = None) -> list[float]:
    """Every metre of the way, or of its work: how high above the true ground."""
    track = [(plan.start, None), *((i.at, i.part) for i in plan.items if i.leads_to)]
    found = []
    for (a, _), (b, b_part) in itertools.pairwise(track):
        if part is None or b_part is part:
            for x, y, z in np.linspace(a, b, 2 + int(math.dist(a, b))):
                found.append(z - hill(x, y))
    return found


def test_heights_count_from_the_pad_and_the_ground_between_spots_is_a_surface() -> None:
    ground = Ground.of_site(hilly(plain_m=5.0))
    assert ground.at(*PAD) == pytest.approx(0.0)
    assert ground.at(0, 33) == pytest.approx(60.0)
    assert ground.at(-40, 10) == pytest.approx(30.0)
    assert ground.at(-30, 10) == pytest.approx(hill(-30, 10), abs=0.1)
    assert ground.at(900, 900) == pytest.approx(0.0)  # the nearest, outside of what was measured
    assert Ground.of_site(site_with()).is_level


def test_a_transit_goes_over_a_ridge_with_the_clearance_and_not_through_it() -> None:
    air = Airspace.of_site(hilly(), CONFIG)
    assert not air.is_clear(Enu(-150, 0, 30), Enu(150, 0, 30))
    assert not air.is_clear(Enu(-150, 0, 70), Enu(150, 0, 70))
    way = find_transit(air, Enu(-150, 0, 30), Enu(150, 0, 30), "it")
    heights = [
        z - hill(x, y)
        for a, b in itertools.pairwise(way.points)
        for x, y, z in np.linspace(a, b, 400)
    ]
    assert min(heights) >= CONFIG.ground_clearance_m
    assert max(heights) <= CONFIG.max_height_m


def test_no_leg_is_higher_over_the_ground_than_allowed() -> None:
    air = Airspace.of_site(hilly(), CONFIG)
    assert air.is_clear(Enu(-5, 0, 175), Enu(5, 0, 175))
    found = air.obstruction(Enu(-150, 0, 175), Enu(-100, 0, 175))
    assert str(found) == "it is 175 m above the ground and 120 m is allowed"


@pytest.mark.parametrize(
    ("kind", "fields", "points"),
    [
        (TaskKind.FLY_TO, {}, [(0.0, 0.0)]),
        (TaskKind.WATCH, {"distance_m": 10.0}, [(0.0, 50.0)]),
        (TaskKind.CORRIDOR, {"width_m": 5.0, "swath_m": 10.0}, [(-120.0, 0.0), (120.0, 20.0)]),
        (TaskKind.SURVEY, {"swath_m": 20.0}, [(-60, -30), (60, -30), (60, 30), (-60, 30)]),
        (TaskKind.SEARCH, {"radius_m": 50.0, "swath_m": 20.0}, [(30.0, 10.0)]),
    ],
)
def test_work_is_done_at_its_height_over_the_ground(
    kind: TaskKind, fields: dict[str, float], points: list[tuple[float, float]]
) -> None:
    plan = planner_over(hilly()).plan(
        task(kind, height_m=30.0, **fields), [Enu(x, y) for x, y in points], HOME, HOME
    )
    work = [item.at for item in plan.items if item.part is Part.WORK and item.leads_to]
    off = [abs(at.up_m - hill(at.east_m, at.north_m) - 30.0) for at in work]
    slope = 10.0 * 60.0 / 80.0 if kind is TaskKind.WATCH else 0.0  # level with its target's foot
    assert max(off) < 1.0 + slope
    if len(work) > 1:
        assert min(above_ground(plan, Part.WORK)[40:]) > 27.0
    assert min(above_ground(plan)[20:]) >= 0.75 * CONFIG.ground_clearance_m - 0.5
    assert max(above_ground(plan)) <= CONFIG.max_height_m + 0.2


def test_an_orbit_on_a_slope_is_so_small_that_it_keeps_over_the_ground_or_refused() -> None:
    plan = planner_over(hilly()).plan(
        task(TaskKind.ORBIT, height_m=25.0, radius_m=30.0), [Enu(-70, 0)], HOME, HOME
    )
    assert plan.notes[0].startswith("the radius is")
    assert min(above_ground(plan, Part.WORK)) > 3.0
    with pytest.raises(PlanError, match="m above the ground and"):
        planner_over(hilly()).plan(
            task(TaskKind.ORBIT, height_m=15.0, radius_m=40.0), [Enu(-70, 0)], HOME, HOME
        )


def test_what_goes_on_board_counts_from_home() -> None:
    site = hilly()
    plan = planner_over(site).plan(task(TaskKind.FLY_TO, height_m=30.0), [Enu(0, 0)], HOME, HOME)
    items = encode_plan(plan, site.frame, Firmware.PX4).items
    tops = [item.z for item in items if item.command == Command.WAYPOINT]
    assert 90.0 in [round(z, 3) for z in tops]  # 60 m of ridge and 30 m over it
    look = next(item for item in items if item.command == Command.DO_SET_ROI_LOCATION)
    assert look.z == pytest.approx(60.0, abs=0.01)


def test_buildings_and_limits_stand_on_the_ground() -> None:
    tower = Building(feature_id="b", name="Mast", ring=ring(-5, -5, 5, 5), height_m=20)
    limit = Ceiling(feature_id="c", ring=ring(-130, 50, -90, 90), ceiling_m=40)
    air = Airspace.of_site(hilly(buildings=(tower,), ceilings=(limit,)), CONFIG)
    assert "Mast" in str(air.obstruction(Enu(-20, 0, 80), Enu(20, 0, 80)))
    assert air.is_clear(Enu(-20, 0, 89), Enu(20, 0, 89))  # 60 + 20 + 8 of clearance
    assert air.is_clear(Enu(-120, 60, 40), Enu(-100, 60, 40))
    assert not air.is_clear(Enu(-120, 60, 41), Enu(-100, 60, 41))


def test_the_return_clears_the_ridge_and_the_fence_lets_it() -> None:
    air = Airspace.of_site(hilly(), CONFIG)
    assert air.return_height_m >= 60.0 + CONFIG.transit_height_m
    assert air.top_m >= air.return_height_m


def test_landing_here_on_a_slope_ends_on_its_ground() -> None:
    plan = planner_over(hilly()).land_here(Enu(-40, 0, 80))
    assert plan.home.up_m == pytest.approx(30.0, abs=0.1)


def test_a_height_changed_in_flight_counts_from_the_ground_below_the_work() -> None:
    planner = planner_over(hilly())
    plan = planner.plan(
        task(TaskKind.CORRIDOR, height_m=30.0, width_m=5.0, swath_m=10.0),
        [Enu(-100, 0), Enu(100, 0)],
        HOME,
        HOME,
    )
    at = next(n for n, i in enumerate(plan.items) if i.part is Part.WORK and i.leads_to)
    rest = rest_of(planner, plan, at, plan.items[at].at, change=Change(height_m=45.0))
    work = [i.at for i in rest.items if i.part is Part.WORK and i.step is Step.WAYPOINT]
    assert [round(p.up_m - hill(*p[:2])) for p in work] == [45] * len(work)


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_over_random_hills_touches_the_ground(seed: int) -> None:
    chance = random.Random(seed)
    peaks = [
        (chance.uniform(-200, 200), chance.uniform(-200, 200), chance.uniform(-20, 50))
        for _ in range(40)
    ]
    site = site_with(
        heights=tuple(
            HeightLine(feature_id=str(n), line=((x, y),), up_m=z)
            for n, (x, y, z) in enumerate(peaks)
        ),
        kiosks=(Kiosk(feature_id="k", at=(-150, 6), dock=(-150, 8), pad=PAD),),
    )
    planner = planner_over(site)
    ground = Ground.of_site(site)
    target = Enu(chance.uniform(0, 180), chance.uniform(-180, 180))
    plan = planner.plan(task(TaskKind.FLY_TO, height_m=20.0), [target], HOME, HOME)
    track = plan.track()
    for a, b in itertools.pairwise(track):
        level = math.dist(a[:2], b[:2]) > 0.5
        for x, y, z in np.linspace(a, b, 2 + int(math.dist(a, b))):
            over = z - ground.at(float(x), float(y))
            assert over > (0.7 * CONFIG.ground_clearance_m if level else -0.6)
            assert over < CONFIG.max_height_m + 0.3


def test_heights_are_read_from_a_sites_file_and_given_out_again(tmp_path: Path) -> None:
    document = site_as_geojson(hilly())
    document["patrol"]["kind"] = "site"
    walk = {"type": "LineString", "coordinates": [[121.615, 29.868], [121.616, 29.868]]}
    document["features"] += [
        {"type": "Feature", "properties": {"kind": "walkway"}, "geometry": walk},
        {
            "type": "Feature",
            "properties": {"kind": "contour", "ELEV": "24 m"},
            "geometry": walk,
        },
    ]
    file = tmp_path / "x.site.geojson"
    file.write_text(json.dumps(document))
    site = read_site(file)
    assert site.heights[-1].up_m == pytest.approx(20.0)  # 4 m is the ground at the origin
    assert len(site.heights[-1].line) == 2
    again = Ground.of_site(site)
    assert again.at(0, 33) == pytest.approx(60.0, abs=16.0)

    contour = document["features"][-1]["properties"]
    contour.pop("ELEV")
    file.write_text(json.dumps(document))
    with pytest.raises(FileError, match="elevation_m"):
        read_site(file)
    contour["elevation_m"] = 24
    del document["patrol"]["ground_height_m"]
    file.write_text(json.dumps(document))
    with pytest.raises(FileError, match="ground_height_m"):
        read_site(file)

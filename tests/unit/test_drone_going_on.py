"""The rest of a flight: from elsewhere, past waypoints, higher, slower; each leg clear."""

from __future__ import annotations

import itertools
import math

import pytest

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.encoding import Command, Firmware, encode_plan
from drone.missions.going_on import Change, rest_of
from drone.missions.plan import FlightPlan, Part, Step
from drone.missions.planner import Planner
from tests.drone_bench import PAD, SITE

HOME = Enu(*PAD, 0.0)
PLAZA = Enu(72.0, 64.0, 0.0)
BEHIND_TOWER_A = Enu(30.0, 140.0, 25.0)


@pytest.fixture(scope="module")
def planner() -> Planner:
    config = DroneConfig()
    return Planner(Airspace.of_site(SITE, config), config)


@pytest.fixture(scope="module")
def orbit(planner: Planner) -> FlightPlan:
    task = Task(
        task_id="o",
        unit_id="u",
        vehicle=Vehicle.DRONE,
        kind=TaskKind.ORBIT,
        points=(LocalFrame(SITE.origin).to_geo(*PLAZA),),
        radius_m=15.0,
        height_m=25.0,
    )
    return planner.plan(task, [PLAZA], HOME, HOME)


def in_work(plan: FlightPlan) -> list[int]:
    return [n for n, e in enumerate(plan.items) if e.part is Part.WORK and e.moves]


def work_points(plan: FlightPlan) -> list[Enu]:
    return [plan.items[n].at for n in in_work(plan)]


def speeds_of_work(plan: FlightPlan) -> list[float]:
    return [e.speed_mps for e in plan.items if e.step is Step.SPEED and e.part is Part.WORK]


def assert_clear(planner: Planner, plan: FlightPlan) -> None:
    for a, b in itertools.pairwise(plan.track()):
        assert planner.airspace.is_clear(a, b)


def test_from_behind_a_tower_it_goes_round_or_over_to_where_the_work_was_left(
    planner: Planner, orbit: FlightPlan
) -> None:
    numbers = in_work(orbit)
    target = orbit.items[numbers[4]].at
    before = orbit.items[numbers[3]].at
    left = Enu(*(0.5 * (a + b) for a, b in zip(before, target, strict=True)))
    assert not planner.airspace.is_clear(BEHIND_TOWER_A, left)
    rest = rest_of(planner, orbit, numbers[4], BEHIND_TOWER_A, broke_at=left)
    assert_clear(planner, rest)
    assert work_points(rest) == [left, *work_points(orbit)[4:]]
    assert rest.items[-1] == orbit.items[-1]
    looks = [e for e in rest.items if e.step is Step.LOOK_AT]
    assert [e.at for e in looks] == [orbit.look_at]  # the camera is put on the point again
    assert speeds_of_work(rest) == speeds_of_work(orbit)
    assert 0 < rest.duration_s < orbit.duration_s + 60
    assert rest.energy_wh > 0


def test_straight_on_where_nothing_is_in_the_way(planner: Planner, orbit: FlightPlan) -> None:
    numbers = in_work(orbit)
    here = orbit.items[numbers[2]].at
    rest = rest_of(planner, orbit, numbers[3], here)
    assert work_points(rest) == work_points(orbit)[3:]
    assert not any(e.part is Part.TRANSIT and e.moves for e in rest.items)


def test_waypoints_are_skipped_and_after_the_last_it_comes_home(
    planner: Planner, orbit: FlightPlan
) -> None:
    numbers = in_work(orbit)
    here = orbit.items[numbers[2]].at
    rest = rest_of(planner, orbit, numbers[3], here, broke_at=here, change=Change(skip=2))
    assert work_points(rest) == work_points(orbit)[5:]
    home = rest_of(planner, orbit, numbers[3], here, change=Change(skip=99))
    assert not work_points(home)
    assert (home.items[-1].step, home.home) == (orbit.items[-1].step, HOME)
    assert_clear(planner, home)
    with pytest.raises(PlanError, match="no waypoint of its work left"):
        rest_of(planner, home, 0, here, change=Change(skip=1))


def test_height_and_speed_change_for_the_work_that_is_left(
    planner: Planner, orbit: FlightPlan
) -> None:
    numbers = in_work(orbit)
    here = orbit.items[numbers[2]].at
    change = Change(height_m=40.0, speed_mps=1.5)
    rest = rest_of(planner, orbit, numbers[3], here, change=change)
    assert [p.up_m for p in work_points(rest)] == [40.0] * len(numbers[3:])
    assert [p[:2] for p in work_points(rest)] == [p[:2] for p in work_points(orbit)[3:]]
    assert speeds_of_work(rest)[-1] == 1.5
    first_move = next(n for n, e in enumerate(rest.items) if e.part is Part.WORK and e.moves)
    assert rest.items[first_move - 1].speed_mps == 1.5  # nothing faster comes between
    assert_clear(planner, rest)
    slower = rest_of(planner, orbit, numbers[3], here)
    assert rest.duration_s > slower.duration_s


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(height_m=121.0), "2 to 120 m, not 121 m"),
        (Change(height_m=math.nan), "not nan m"),
        (Change(height_m=1.0), "not 1 m"),
        (Change(speed_mps=0.0), "0.5 to 12 m/s, not 0 m/s"),
        (Change(speed_mps=math.inf), "not inf m/s"),
        (Change(skip=-1), "forward only"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    planner: Planner, orbit: FlightPlan, change: Change, words: str
) -> None:
    numbers = in_work(orbit)
    with pytest.raises(PlanError, match=words):
        rest_of(planner, orbit, numbers[3], orbit.items[numbers[2]].at, change=change)


def test_a_height_at_which_something_stands_is_refused_with_the_leg(planner: Planner) -> None:
    tower_a = Enu(30.0, 116.0, 0.0)
    task = Task(
        task_id="f",
        unit_id="u",
        vehicle=Vehicle.DRONE,
        kind=TaskKind.FLY_TO,
        points=(LocalFrame(SITE.origin).to_geo(*tower_a),),
        height_m=110.0,
        duration_s=20.0,
    )
    over = planner.plan(task, [tower_a], HOME, HOME)
    hover = next(n for n in in_work(over) if over.items[n].hold_s)
    here = over.items[hover].at
    with pytest.raises(PlanError, match="Tower A"):
        rest_of(planner, over, hover, here, change=Change(height_m=30.0))
    higher = rest_of(planner, over, hover, here, change=Change(height_m=115.0))
    assert [p.up_m for p in work_points(higher)] == [115.0]


def test_from_inside_a_clearance_it_first_steps_out(planner: Planner, orbit: FlightPlan) -> None:
    numbers = in_work(orbit)
    tower = next(v for v in planner.airspace.volumes if "Tower A" in v.name)
    edge = tower.outline.exterior.interpolate(0.0)
    middle = tower.outline.centroid
    inward = math.dist((edge.x, edge.y), (middle.x, middle.y))
    inside = Enu(
        edge.x + 2.0 * (middle.x - edge.x) / inward,
        edge.y + 2.0 * (middle.y - edge.y) / inward,
        25.0,
    )
    assert not planner.airspace.is_clear(inside, inside)
    again = rest_of(planner, orbit, numbers[4], inside, broke_at=inside)
    assert speeds_of_work(again) == speeds_of_work(orbit)
    between = again.items[next(n for n, e in enumerate(again.items) if e.part is Part.WORK) :]
    work = between[: max(n for n, e in enumerate(between) if e.part is Part.WORK)]
    assert not any(e.step is Step.SPEED and e.part is Part.TRANSIT for e in work)  # not faster
    for rest in (
        again,
        planner.come_home(inside, HOME),
        planner.land_nearest(inside, HOME),
    ):
        assert_clear(planner, rest)
        assert math.dist(rest.start, inside) < 4.0
        first = next(entry for entry in rest.items if entry.moves)
        assert first.at == rest.start
    deep = Enu(middle.x, middle.y, 25.0)
    with pytest.raises(PlanError, match="Tower A"):
        planner.come_home(deep, HOME)


@pytest.mark.parametrize("firmware", [Firmware.PX4, Firmware.ARDUPILOT])
def test_a_triggered_camera_goes_on_with_the_strips_and_stops_after_them(
    firmware: Firmware,
) -> None:
    config = DroneConfig(camera_trigger=True)
    planner = Planner(Airspace.of_site(SITE, config), config)
    corners = [
        Enu(PLAZA.east_m + x, PLAZA.north_m + y) for x, y in ((-20, -20), (20, -20), (0, 20))
    ]
    survey = Task(
        task_id="s",
        unit_id="u",
        vehicle=Vehicle.DRONE,
        kind=TaskKind.SURVEY,
        points=tuple(LocalFrame(SITE.origin).to_geo(*c) for c in corners),
        height_m=20.0,
        overlap=0.6,
    )
    plan = planner.plan(survey, corners, HOME, HOME)

    def triggers(plan: FlightPlan) -> list[tuple[float, float]]:
        items = encode_plan(plan, LocalFrame(SITE.origin), firmware).items
        return [(i.param1, i.param3) for i in items if i.command == Command.DO_SET_CAM_TRIGG_DIST]

    every_m = 2 * 20.0 * math.tan(0.95 / 2) * 0.4
    assert triggers(plan) == [(pytest.approx(every_m), 1.0), (0.0, 0.0)]
    moving = in_work(plan)
    rest = rest_of(planner, plan, moving[2], plan.items[moving[1]].at)
    assert triggers(rest) == triggers(plan)
    home = rest_of(planner, plan, len(plan.items) - 2, plan.items[moving[-1]].at)
    assert triggers(home) == [(0.0, 0.0)]
    past_all = rest_of(
        planner, plan, moving[2], plan.items[moving[1]].at, change=Change(skip=len(moving))
    )
    assert triggers(past_all) == [(0.0, 0.0)]
    assert triggers(planner.come_home(plan.items[moving[2]].at, HOME)) == [(0.0, 0.0)]
    assert triggers(planner.land_nearest(plan.items[moving[2]].at, HOME)) == [(0.0, 0.0)]
    plain = Planner(Airspace.of_site(SITE, DroneConfig()), DroneConfig())
    assert triggers(plain.plan(survey, corners, HOME, HOME)) == []

"""Flight plans: what they contain, what they keep clear of, and what is refused in which words."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import nearest_points

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Building, NoFly, Site
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.encoding import Firmware, encode_plan
from drone.missions.estimate import not_enough_energy
from drone.missions.orbit import circle, corners_of
from drone.missions.plan import FlightPlan, Part, Step
from drone.missions.planner import Planner
from drone.missions.timeline import Timeline

ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0)
FRAME = LocalFrame(ORIGIN)
CONFIG = DroneConfig()
HOME = Enu(0.0, 0.0, 0.0)


def ring(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def site_with(**things: object) -> Site:
    return Site.model_validate(
        {
            "site_id": "t",
            "name": "t",
            "origin": ORIGIN,
            "frame": FRAME,
            "boundary": ring(-200, -200, 200, 200),
            **things,
        }
    )


def planner_over(site: Site, config: DroneConfig = CONFIG) -> Planner:
    return Planner(Airspace.of_site(site, config), config)


def task(kind: TaskKind = TaskKind.ORBIT, **given_fields: object) -> Task:
    return Task.model_validate(
        {
            "task_id": "t",
            "unit_id": "u",
            "vehicle": Vehicle.DRONE,
            "kind": kind,
            "points": (ORIGIN,),
            **given_fields,
        }
    )


def orbit_of(plan: FlightPlan) -> list[Enu]:
    return [i.at for i in plan.items if i.part is Part.WORK and i.step is Step.WAYPOINT]


def test_an_orbit_takes_off_circles_with_the_camera_on_the_point_and_lands_at_home() -> None:
    plan = planner_over(site_with()).plan(task(), [Enu(80, 40, 0)], HOME, HOME)
    steps = [i.step for i in plan.items]
    assert steps[0] is Step.TAKEOFF
    assert steps[-1] is Step.RETURN
    assert plan.look_at is not None
    assert plan.look_at[:2] == (80, 40)
    corners = orbit_of(plan)
    assert len(corners) == corners_of(20)
    for corner in corners:
        assert math.dist(corner[:2], (80, 40)) == pytest.approx(20)
        assert corner.up_m == 30
    assert plan.track()[-1] == HOME


def test_each_corner_of_an_orbit_faces_its_middle() -> None:
    plan = planner_over(site_with()).plan(task(), [Enu(80, 40, 0)], HOME, HOME)
    for item in plan.items:
        if item.part is Part.WORK and item.step is Step.WAYPOINT:
            want = math.atan2(40 - item.at.north_m, 80 - item.at.east_m)
            assert math.remainder(item.heading_rad - want, math.tau) == pytest.approx(0, abs=1e-9)


def test_the_orbit_is_entered_at_its_nearest_point() -> None:
    plan = planner_over(site_with()).plan(task(), [Enu(100, 0, 0)], HOME, HOME)
    entry = [i.at for i in plan.items if i.part is Part.TRANSIT and i.step is Step.WAYPOINT][-1]
    assert entry[:2] == pytest.approx((80, 0))


@pytest.mark.parametrize(("radius", "least"), [(5, 12), (15, 12), (40, 24), (200, 24)])
def test_a_turn_has_between_12_and_24_corners(radius: float, least: int) -> None:
    assert corners_of(radius) == len(circle(HOME, radius, 30)) == least


def test_turns_are_flown_as_often_as_asked() -> None:
    one = orbit_of(planner_over(site_with()).plan(task(), [Enu(80, 0, 0)], HOME, HOME))
    three = orbit_of(planner_over(site_with()).plan(task(loops=3), [Enu(80, 0, 0)], HOME, HOME))
    assert len(three) == 3 * len(one)


def test_an_orbit_that_touches_a_building_is_made_smaller_and_says_so() -> None:
    near = Building(feature_id="b", name="Hall", ring=ring(118, -20, 140, 20), height_m=60)
    plan = planner_over(site_with(buildings=(near,))).plan(task(), [Enu(95, 0, 0)], HOME, HOME)
    radius = math.dist(orbit_of(plan)[0][:2], (95, 0))
    assert radius < 17
    assert "instead of 20 m" in plan.notes[0]


def test_an_orbit_with_no_room_is_refused_with_the_segment_and_the_building() -> None:
    tower = Building(feature_id="b", name="Tower", ring=ring(70, -30, 130, 30), height_m=60)
    with pytest.raises(PlanError, match=r"segment \d+ of \d+ it enters the building Tower"):
        planner_over(site_with(buildings=(tower,))).plan(task(), [Enu(100, 0, 0)], HOME, HOME)


def test_a_watch_over_a_roof_needs_the_height() -> None:
    tower = Building(feature_id="b", name="Tower", ring=ring(70, -30, 130, 30), height_m=60)
    planner = planner_over(site_with(buildings=(tower,)))
    with pytest.raises(PlanError, match="Tower"):
        planner.plan(task(TaskKind.FLY_TO, height_m=50), [Enu(100, 0, 0)], HOME, HOME)
    plan = planner.plan(task(TaskKind.FLY_TO, height_m=80), [Enu(100, 0, 0)], HOME, HOME)
    assert max(p.up_m for p in plan.track()) >= 80


def test_a_watch_holds_as_long_as_asked() -> None:
    planner = planner_over(site_with())
    plan = planner.plan(task(TaskKind.FLY_TO, duration_s=42), [Enu(50, 50, 0)], HOME, HOME)
    assert [i.hold_s for i in plan.items if i.hold_s] == [42]
    short = planner.plan(task(TaskKind.FLY_TO, duration_s=2), [Enu(50, 50, 0)], HOME, HOME)
    assert plan.duration_s - short.duration_s == pytest.approx(40)
    assert plan.energy_wh > short.energy_wh


def test_a_take_off_inside_a_no_fly_area_is_refused() -> None:
    closed = NoFly(feature_id="n", name="Helipad", ring=ring(-30, -30, 30, 30))
    with pytest.raises(PlanError, match="Helipad"):
        planner_over(site_with(no_fly=(closed,))).plan(task(), [Enu(100, 0, 0)], HOME, HOME)


def test_a_task_higher_than_allowed_is_refused() -> None:
    low = DroneConfig(max_height_m=60)
    with pytest.raises(PlanError, match="60 m allowed"):
        planner_over(site_with(), low).plan(task(height_m=80), [Enu(80, 0, 0)], HOME, HOME)


def test_a_plan_from_the_air_has_no_take_off() -> None:
    plan = planner_over(site_with()).plan(task(), [Enu(80, 0, 0)], Enu(-50, 20, 25), HOME)
    assert plan.items[0].step is not Step.TAKEOFF
    home = planner_over(site_with()).come_home(Enu(-50, 20, 25), HOME)
    assert home.items[-1].step is Step.RETURN
    assert home.track()[0] == (-50, 20, 25)


def test_a_flight_that_would_eat_the_reserve_is_refused_in_words() -> None:
    assert not_enough_energy(30, 0.9, 90, CONFIG) == ""
    assert "reserve" in not_enough_energy(60, 0.9, 90, CONFIG)


def test_progress_never_leaves_its_range_and_ends_at_one() -> None:
    plan = planner_over(site_with()).plan(task(), [Enu(80, 40, 0)], HOME, HOME)
    line = Timeline(plan, CONFIG)
    shares = [line.share_done(i, None) for i in range(len(plan.items) + 1)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert line.part_at(line.work_ends_at) is Part.RETURN
    assert line.part_at(line.work_ends_at - 1) is Part.WORK


coordinate = st.floats(-180, 180)
size = st.floats(8, 60)


@st.composite
def rectangles(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    west, south = draw(coordinate), draw(coordinate)
    return ring(west, south, west + draw(size), south + draw(size))


buildings = st.lists(st.tuples(rectangles(), st.floats(5, 150)), max_size=8)
closed_areas = st.lists(
    st.tuples(rectangles(), st.sampled_from([0.0, 20.0, 60.0]), st.floats(70, 300)), max_size=3
)


@settings(max_examples=150, deadline=None)
@given(
    buildings,
    closed_areas,
    st.tuples(coordinate, coordinate),
    st.tuples(coordinate, coordinate),
    st.floats(5, 60),
    st.floats(5, 120),
    st.sampled_from([TaskKind.ORBIT, TaskKind.FLY_TO]),
)
def test_no_plan_ever_enters_a_no_fly_area_or_a_buildings_clearance(
    houses: list[tuple[tuple[tuple[float, float], ...], float]],
    areas: list[tuple[tuple[tuple[float, float], ...], float, float]],
    home: tuple[float, float],
    target: tuple[float, float],
    radius: float,
    height: float,
    kind: TaskKind,
) -> None:
    site = site_with(
        buildings=tuple(
            Building(feature_id=str(i), ring=r, height_m=h) for i, (r, h) in enumerate(houses)
        ),
        no_fly=tuple(
            NoFly(feature_id=str(i), ring=r, floor_m=f, ceiling_m=c)
            for i, (r, f, c) in enumerate(areas)
        ),
    )
    start = Enu(*home, 0.0)
    try:
        plan = planner_over(site).plan(
            task(kind, radius_m=radius, height_m=height), [Enu(*target, 0.0)], start, start
        )
    except PlanError:
        return  # what is refused enters nothing; the words are other tests' subject
    assert_keeps_clear(plan, site)


def assert_keeps_clear(plan: FlightPlan, site: Site) -> None:
    """By brute force, every half metre: distances to the outlines as they stand in the site."""
    track = plan.track()
    points = [
        Enu(*(p + (q - p) * k / n for p, q in zip(a, b, strict=True)))
        for a, b in itertools.pairwise(track)
        for n in [max(1, math.ceil(math.dist(a, b) / 0.5))]
        for k in range(n + 1)
    ]
    for building in site.buildings:
        outline = Polygon(building.ring)
        top = building.height_m + CONFIG.building_over_m
        for p in points:
            if p.up_m < top - 1e-6:
                assert outline.distance(Point(p[:2])) >= CONFIG.building_clearance_m - 1e-6
    for area in site.no_fly:
        outline = Polygon(area.ring)
        for p in points:
            low = area.floor_m - CONFIG.no_fly_margin_m if area.floor_m > 0 else -math.inf
            if low + 1e-6 < p.up_m < area.ceiling_m + CONFIG.no_fly_margin_m - 1e-6:
                assert outline.distance(Point(p[:2])) >= CONFIG.no_fly_margin_m - 1e-6
    inside = Polygon(site.boundary)
    assert all(p.up_m <= CONFIG.max_height_m + 1e-6 for p in points)
    for p in points:
        edge = nearest_points(inside.exterior, Point(p[:2]))[0]
        assert edge.distance(Point(p[:2])) >= CONFIG.boundary_margin_m - 1e-4
        assert inside.contains(Point(p[:2]))


AREA = [Enu(-80, -60, 0), Enu(70, -60, 0), Enu(70, 50, 0), Enu(-80, 50, 0)]
FAR_AREA = [p._replace(east_m=900 + p.east_m) for p in AREA]
KINDS = [
    (TaskKind.SURVEY, AREA, {"swath_m": 25.0}),
    (TaskKind.CORRIDOR, [Enu(-100, 0, 0), Enu(0, 20, 0), Enu(100, 0, 0)], {"width_m": 40.0}),
    (TaskKind.PERIMETER, AREA, {"distance_m": 10.0, "loops": 2}),
    (TaskKind.SEARCH, [Enu(20, 10, 0)], {"radius_m": 60.0, "swath_m": 25.0}),
    (TaskKind.WATCH, [Enu(20, 10, 0)], {"distance_m": 15.0, "duration_s": 60.0}),
]


@pytest.mark.parametrize(("kind", "points", "fields"), KINDS, ids=lambda v: str(v)[:12])
def test_every_kind_is_planned_around_a_tower_and_comes_home(kind, points, fields) -> None:
    tower = Building(feature_id="b", name="Tower", ring=ring(-10, -15, 12, 8), height_m=90)
    planner = planner_over(site_with(buildings=(tower,)))
    pad = Enu(-150.0, 0.0, 0.0)
    plan = planner.plan(task(kind, height_m=40, **fields), points, pad, pad)
    outline = Polygon(tower.ring)
    for a, b in itertools.pairwise(plan.track()[:-1]):
        if max(a.up_m, b.up_m) < 98:
            gap = LineString([a[:2], b[:2]]).distance(outline)
            assert gap >= CONFIG.building_clearance_m - 0.1
    assert [i.part for i in plan.items if i.step in (Step.RETURN, Step.LAND)] == [Part.LANDING]
    work = [i for i in plan.items if i.part is Part.WORK and i.step is Step.WAYPOINT]
    assert all(i.at.up_m == 40 for i in work)
    assert (
        plan.duration_s
        > sum(math.dist(a.at, b.at) for a, b in itertools.pairwise(work)) / CONFIG.survey_mps
    )
    if kind is TaskKind.SURVEY:
        assert any("times the least" in note for note in plan.notes)
        assert any("of the area is closed at 40 m" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("kind", "points", "fields", "sentence"),
    [
        (TaskKind.SURVEY, AREA, {"swath_m": 0.5}, "strips of 0.5 m are too narrow"),
        (TaskKind.SURVEY, [AREA[0], AREA[2], AREA[1], AREA[3]], {}, "crosses itself"),
        (
            TaskKind.SURVEY,
            [p._replace(east_m=900 + p.east_m) for p in AREA],
            {},
            "may be flown over",
        ),
        (TaskKind.CORRIDOR, [Enu(0, 0, 0), Enu(900, 0, 0)], {}, "from where it may be flown"),
        (TaskKind.WATCH, [Enu(900, 0, 0)], {"distance_m": 5.0}, "no free place 5 m from the point"),
        (TaskKind.ESCORT, [], {}, "a escort flight needs 1 points, and has 0"),
        (TaskKind.SURVEY, AREA[:2], {}, "a survey flight needs 3 points, and has 2"),
    ],
)
def test_what_cannot_be_flown_over_an_area_is_refused(kind, points, fields, sentence) -> None:
    with pytest.raises(PlanError, match=sentence):
        planner_over(site_with()).plan(task(kind, **fields), points, HOME, HOME)


def test_an_orbit_goes_round_in_the_sense_asked() -> None:
    def sense(**fields: object) -> bool:
        plan = planner_over(site_with()).plan(task(**fields), [Enu(80, 0, 0)], HOME, HOME)
        return Polygon([p[:2] for p in orbit_of(plan)[:8]]).exterior.is_ccw

    assert not sense()
    assert sense(counter_clockwise=True)


def test_a_watch_stands_at_the_bearing_asked_or_the_nearest_free_one() -> None:
    def place(site: Site) -> Enu:
        asked = task(TaskKind.WATCH, distance_m=20, bearing_rad=0.0, height_m=30)
        plan = planner_over(site).plan(asked, [Enu(50, 0, 0)], HOME, HOME)
        return next(i.at for i in plan.items if i.hold_s)

    assert place(site_with())[:2] == pytest.approx((70.0, 0.0))
    tower = Building(feature_id="b", name="Tower", ring=ring(66, -4, 80, 4), height_m=60)
    at = place(site_with(buildings=(tower,)))
    assert math.dist(at[:2], (50, 0)) == pytest.approx(20.0)
    assert Point(at[:2]).distance(Polygon(tower.ring)) >= CONFIG.building_clearance_m


@pytest.mark.parametrize(
    ("firmware", "commands"), [(Firmware.PX4, [1001, 1000]), (Firmware.ARDUPILOT, [205])]
)
def test_the_camera_looks_down_over_an_area_and_ahead_on_the_way_back(firmware, commands) -> None:
    plan = planner_over(site_with()).plan(task(TaskKind.SURVEY), AREA, HOME, HOME)
    mission = encode_plan(plan, FRAME, firmware)
    pitch = [i for i in mission.items if i.command in (205, 1000, 1001)]
    assert [i.command for i in pitch] == commands * 2
    assert [i.param1 for i in pitch if i.command != 1001] == [-90.0, 0.0]
    assert [i.seq for i in mission.items] == list(range(len(mission.items)))
    assert len(mission.plan_index) == len(mission.items)
    assert max(mission.plan_index) == len(plan.items) - 1


def test_an_emergency_landing_takes_the_pad_that_is_reached_first() -> None:
    config = CONFIG
    airspace = Airspace.of_site(site_with(), config)
    planner = Planner(airspace, config, pads=[(90.0, 0.0), (-150.0, 0.0)])
    order = task(TaskKind.EMERGENCY_LAND)
    plan = planner.plan(order, [], Enu(60.0, 20.0, 30.0), HOME)
    assert plan.home == Enu(90.0, 0.0, 0.0)
    assert plan.items[-1].step is Step.LAND
    assert planner.plan(order, [], Enu(10.0, 20.0, 30.0), HOME).home == HOME
    closed = NoFly(feature_id="n", name="Fair", ring=ring(80, -10, 100, 10))
    planner = Planner(
        Airspace.of_site(site_with(no_fly=(closed,)), config), config, pads=[(90.0, 0.0)]
    )
    assert planner.plan(order, [], Enu(60.0, 20.0, 30.0), HOME).home == HOME


def test_without_a_pad_that_can_be_reached_it_lands_where_it_is() -> None:
    closed = NoFly(feature_id="n", name="Fair", ring=ring(-10, -10, 10, 10))
    planner = planner_over(site_with(no_fly=(closed,)))
    plan = planner.plan(task(TaskKind.EMERGENCY_LAND), [], Enu(60.0, 20.0, 30.0), HOME)
    assert plan.home == Enu(60.0, 20.0, 0.0)
    assert "it lands where it is: the" in plan.notes[0]
    assert "Fair" in plan.notes[0]


def test_it_lands_here_only_where_here_is_free() -> None:
    tower = Building(feature_id="b", name="Tower", ring=ring(50, -15, 72, 8), height_m=20)
    planner = planner_over(site_with(buildings=(tower,)))
    plan = planner.plan(task(TaskKind.LAND), [], Enu(20.0, 0.0, 30.0), HOME)
    assert [(i.step, i.at) for i in plan.items] == [(Step.LAND, Enu(20.0, 0.0, 0.0))]
    with pytest.raises(PlanError, match="cannot land here: it enters the building Tower"):
        planner.plan(task(TaskKind.LAND), [], Enu(60.0, 0.0, 40.0), HOME)

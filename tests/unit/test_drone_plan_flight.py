"""A plan made elsewhere as a flight: its own items, our take-off and way home, its own fence."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from comms.contracts.errors import ContractError, FileError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.plan_text import read_plan_text
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.formats.plan_file import parse_plan, plan_document
from drone.formats.plan_flight import plan_flight
from drone.formats.plan_items import Home
from drone.missions.encoding import Firmware, MissionType, encode_plan, of_raw
from drone.missions.going_on import Change, rest_of
from drone.missions.plan import FlightPlan, Part, Step, with_camera_off
from drone.missions.planner import Planner
from drone.missions.timeline import Timeline
from tests.unit.test_drone_plan_files import (
    AIRSPACE,
    FENCE,
    RETURN,
    SITE,
    TAKEOFF,
    changed,
    document,
    leaves,
    place,
    simple,
    survey_item,
    waypoint,
)

PADS = [kiosk.pad for kiosk in SITE.kiosks]
HOME = Enu(*PADS[0], 0.0)
CONFIG = DroneConfig()
PLANNER = Planner(AIRSPACE, CONFIG, pads=PADS)
JUMP = simple(8, 177, [2, 2, 0, 0, 0, 0, 0], frame=2)


def fly(*items: dict[str, Any], start: Enu = HOME, **parts: Any) -> FlightPlan:
    task = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.PLAN,
        plan_json=json.dumps(document(*items, **parts)),
    )  # fmt: skip
    task.check()
    return plan_flight(task, start, HOME, PLANNER, SITE)


@pytest.mark.parametrize("firmware", [Firmware.PX4, Firmware.ARDUPILOT])
def test_its_items_are_flown_as_they_are_between_our_take_off_and_our_way_home(firmware) -> None:
    plan = fly(TAKEOFF, waypoint(12, 60, 60), survey_item(), RETURN)
    items = encode_plan(plan, SITE.frame, firmware).items
    first = 1 if firmware is Firmware.ARDUPILOT else 0
    assert [i.command for i in items][first : first + 9] == [22, 178, 16, 205, 16, 16, 16, 16, 206]
    assert [i.seq for i in items] == list(range(len(items)))
    camera = items[first + 3]
    assert (camera.param1, camera.z) == (-90.0, 2.0)
    assert items[-1].command == 20
    assert plan.notes == ("its return is flown as the checked way home",)
    parts = [item.part for item in plan.items]
    assert parts == sorted(parts, key=list(Part).index)
    assert {p for p in Part} - set(parts) == set()


def test_a_jump_is_written_out_so_that_the_share_done_only_grows() -> None:
    plan = fly(TAKEOFF, waypoint(2, 60, 60), waypoint(3, 80, 60), JUMP, waypoint(4, 80, 70), RETURN)
    own = [i.at[:2] for i in plan.items if i.step is Step.RAW]
    assert [round(x) for x, _ in own] == [60, 80, 60, 80, 60, 80, 80]
    line = Timeline(plan, CONFIG)
    shares = [line.share_done(n, None) for n in range(len(plan.items) + 1)]
    assert shares == sorted(shares)
    once = fly(TAKEOFF, waypoint(2, 60, 60), waypoint(3, 80, 60), waypoint(4, 80, 70), RETURN)
    assert plan.energy_wh > once.energy_wh
    assert "its jumps are written out" in plan.notes


def test_a_plan_that_ends_in_the_air_is_brought_home_and_says_so() -> None:
    plan = fly(TAKEOFF, waypoint(2, 60, 60))
    assert plan.items[-1].step is Step.RETURN
    assert plan.notes == ("it ends in the air: the way home is added",)


def test_a_plan_without_a_take_off_is_given_one_straight_up() -> None:
    plan = fly(waypoint(2, 60, 60, 45.0), waypoint(3, 90, 60))
    assert (plan.items[0].step, plan.items[0].at) == (Step.TAKEOFF, HOME._replace(up_m=45.0))
    assert "a take-off to its first height is added" in plan.notes
    raw = [i.at.east_m for i in plan.items if i.raw is not None]
    assert [round(east) for east in raw] == [60, 90]


def test_what_stands_before_the_take_off_is_done_after_it() -> None:
    """QGroundControl writes a mission's speed and camera before its first item."""
    speed = simple(1, 178, [1, 3, -1, 0, 0, 0, 0], frame=2)
    plan = fly(speed, {**TAKEOFF, "doJumpId": 2}, waypoint(3, 60, 60), waypoint(4, 90, 60), RETURN)
    steps = [(i.step, i.speed_mps) for i in plan.items[:4]]
    assert steps[0][0] is Step.TAKEOFF
    assert steps[2] == (Step.RAW, 3.0)
    faster = fly(TAKEOFF, waypoint(3, 60, 60), waypoint(4, 90, 60), RETURN)  # hover speed, 5 m/s
    assert plan.duration_s > faster.duration_s


def test_waits_and_acceptance_are_those_that_were_checked() -> None:
    wait = simple(3, 93, [40, 0, 0, 0, 0, 0, 0], frame=2)
    plan = fly(TAKEOFF, waypoint(2, 60, 60), wait, RETURN)
    without = fly(TAKEOFF, waypoint(2, 60, 60), RETURN)
    assert plan.duration_s - without.duration_s == pytest.approx(40.0)
    raw = [i.raw for i in plan.items if i.raw is not None and i.raw.flies]
    assert [r.params[1] for r in raw] == [2.0]


def test_in_the_air_it_is_begun_without_a_take_off() -> None:
    plan = fly(TAKEOFF, waypoint(2, 60, 60), RETURN, start=HOME._replace(up_m=40.0))
    assert Step.TAKEOFF not in [i.step for i in plan.items]
    assert plan.items[0].at.up_m == 60.0


REFUSED = [
    ((TAKEOFF, RETURN), "it has no waypoint"),
    ((TAKEOFF, waypoint(2, 60, 60), simple(3, 21, [0, 0, 0, 0, *place(60, 60), 0])), "lands .* m"),
    (
        (TAKEOFF, waypoint(2, 60, 60), *(waypoint(n, 61 + n % 2, 60) for n in range(3, 20)),
         {**JUMP, "doJumpId": 99, "params": [3, 50, 0, 0, 0, 0, 0]}, {**RETURN, "doJumpId": 100}),
        "written out the plan has .* items",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("items", "sentence"), REFUSED)
def test_what_cannot_be_flown_as_it_is_is_refused(items, sentence) -> None:
    with pytest.raises(PlanError, match=sentence):
        fly(*items)


def test_a_start_elsewhere_is_checked_from_there() -> None:
    with pytest.raises(PlanError, match="cannot be flown"):  # below Tower A's roof, beside it
        fly(TAKEOFF, waypoint(2, 60, 60), RETURN, start=Enu(30.0, 116.0, 0.0))


def ring(*corners: tuple[float, float], inclusion: bool) -> dict[str, Any]:
    return {"inclusion": inclusion, "version": 1, "polygon": [list(place(*c)) for c in corners]}


SQUARE = ring((-60, -60), (150, -60), (150, 150), (-60, 150), inclusion=True)
LEFT = ring((-200, -200), (120, -200), (120, 200), (-200, 200), inclusion=True)


def test_its_fence_and_the_sites_are_one_area_to_stay_in() -> None:
    """PX4 would take the union of several, ArduCopter what they share."""
    fence = {**FENCE, "polygons": [SQUARE, LEFT], "breachReturn": None}
    plan = fly(TAKEOFF, waypoint(2, 60, 60), RETURN, geoFence=fence)
    items = of_raw(plan.fence, MissionType.FENCE)
    corners = [i for i in items if i.command == 5001]
    assert {i.param1 for i in corners} == {float(len(corners))}
    area = Polygon([_enu(i.x, i.y) for i in corners])
    assert area.covers(Point(100, 60))
    assert not area.covers(Point(135, 60))  # in the square, not left
    assert Polygon(SITE.boundary).buffer(0.1).covers(area)
    assert 5004 in [i.command for i in items]
    assert [i.seq for i in items] == list(range(len(items)))
    closed = {i.param1 for i in items if i.command == 5002}
    assert closed or not [a for a in SITE.no_fly if a.ceiling_m >= 120]


def _enu(x: int, y: int) -> tuple[float, float]:
    at = SITE.frame.to_enu(GeoPoint(latitude_deg=x / 1e7, longitude_deg=y / 1e7))
    return at.east_m, at.north_m


def test_a_start_outside_of_its_own_fence_is_refused() -> None:
    around = ring((22, 12), (72, 12), (72, 72), (22, 72), inclusion=True)
    items, fence = (TAKEOFF, waypoint(2, 60, 60), RETURN), {"polygons": [around], "circles": []}
    fly(*items, geoFence=fence)
    with pytest.raises(PlanError, match="out of the area of its own fence"):
        fly(*items, geoFence=fence, start=Enu(80.0, 35.0, 0.0))


def test_a_fence_in_two_pieces_is_refused() -> None:
    apart = [
        ring((-60, -60), (150, -60), (150, 150), (-60, 150), (-60, 90), (-50, 90), inclusion=True),
        ring((300, 300), (301, 300), (301, 301), inclusion=True),
    ]
    with pytest.raises(PlanError, match=r"no single area in common|out of the area of its own"):
        fly(TAKEOFF, waypoint(2, 60, 60), RETURN, geoFence={"polygons": apart, "circles": []})


def test_rally_points_are_on_board_with_their_heights() -> None:
    """A return to a low one would lead there below the roofs."""
    low, least = 12.0, AIRSPACE.return_height_m
    rally = {"version": 2, "points": [[*place(10, 60), low], [*place(10, 70), least + 9]]}
    plan = fly(TAKEOFF, waypoint(2, 60, 60), RETURN, rallyPoints=rally)
    heights = [(i.command, i.z) for i in of_raw(plan.rally, MissionType.RALLY)]
    assert heights == [(5100, least), (5100, least + 9)]
    assert f"its rally points are flown to at {least:.0f} m, above the roofs" in plan.notes
    assert plan.fence == ()


KINDS = {
    TaskKind.ORBIT: [(72, 64)], TaskKind.FLY_TO: [(72, 64)], TaskKind.WATCH: [(72, 64)],
    TaskKind.SEARCH: [(72, 64)], TaskKind.CORRIDOR: [(50, 45), (100, 45), (100, 80)],
    TaskKind.SURVEY: [(50, 45), (100, 45), (100, 80)],
    TaskKind.PERIMETER: [(50, 45), (100, 45), (100, 80)],
}  # fmt: skip


@pytest.mark.parametrize("firmware", [Firmware.PX4, Firmware.ARDUPILOT])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_task_is_the_same_after_a_way_through_a_file(kind, firmware) -> None:
    points = tuple(GeoPoint(latitude_deg=a, longitude_deg=b) for a, b in _places(KINDS[kind]))
    task = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=kind, points=points, height_m=60,
        distance_m=15,
    )  # fmt: skip
    ours = PLANNER.plan(task, [SITE.frame.to_enu(p) for p in points], HOME, HOME)
    items = encode_plan(ours, SITE.frame, firmware).items
    if firmware is Firmware.ARDUPILOT:
        items = tuple(replace(item, seq=item.seq - 1) for item in items[1:])
    at = SITE.frame.to_geo(*HOME[:2])
    home = Home(at.latitude_deg, at.longitude_deg, 4.0)
    content = json.dumps(plan_document(items, (), (), home, firmware, CONFIG.cruise_mps))
    assert parse_plan(content, "again").mission == items
    order = task.model_copy(update={"kind": TaskKind.PLAN, "points": (), "plan_json": content})
    again = plan_flight(order, HOME, HOME, PLANNER, SITE)
    flown = [p for p in again.track() if p.up_m > 0]
    assert all(min(math.dist(p, q) for q in flown) < 0.1 for p in ours.track() if p.up_m > 0)


def _places(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [place(*point) for point in points]


def test_a_speed_above_the_drones_own_limit_is_refused() -> None:
    speed = simple(3, 178, [1, 6, -1, 0, 0, 0, 0], frame=2)
    slow = Planner(AIRSPACE, CONFIG.model_copy(update={"max_speed_mps": 4.0}), pads=PADS)
    content = json.dumps(document(TAKEOFF, speed, waypoint(2, 60, 60), RETURN))
    task = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.PLAN, plan_json=content
    )  # fmt: skip
    with pytest.raises(PlanError, match="item 2 sets a speed of 6 m/s, and 4 m/s are allowed"):
        plan_flight(task, HOME, HOME, slow, SITE)


def test_a_hover_speed_of_nothing_is_none_and_a_plane_s_plan_is_told(tmp_path: Path) -> None:
    content = document(TAKEOFF, waypoint(2, 60, 60), RETURN)
    content["mission"] |= {"hoverSpeed": 0, "vehicleType": 1}
    task = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.PLAN,
        plan_json=json.dumps(content),
    )  # fmt: skip
    plan = plan_flight(task, HOME, HOME, PLANNER, SITE)
    assert plan.items[1].speed_mps == CONFIG.cruise_mps
    assert "it was made for a vehicle of type 1, and is flown by a multirotor" in plan.notes


def test_what_has_no_effect_is_named() -> None:
    odd = waypoint(2, 60, 60, cameraGlow=3)
    fence = {"polygons": [], "circles": [], "breachReturn": [*place(1, 1), 30]}
    plan = fly(TAKEOFF, odd, RETURN, geoFence=fence, extra=1)
    assert "not known and without effect: extra, item 2 cameraGlow" in plan.notes
    assert "its breach return point is not used: a breach leads home" in plan.notes


def test_after_a_pilots_hand_it_goes_on_through_where_it_broke_off() -> None:
    look = simple(3, 195, [0, 0, 0, 0, *place(70, 70), 0])
    plan = fly(TAKEOFF, waypoint(2, 60, 60), look, waypoint(4, 90, 60), waypoint(5, 90, 70), RETURN)
    at = next(n for n, i in enumerate(plan.items) if i.leads_to and round(i.at.east_m) == 90)
    broke, here = Enu(75.0, 60.0, 60.0), Enu(70.0, 50.0, 60.0)
    rest = rest_of(PLANNER, plan, at, here, broke_at=broke)
    flown = [i.at for i in rest.items if i.leads_to]
    assert math.dist(flown[0], broke) < 0.1
    assert [round(p.north_m) for p in flown[1:3]] == [60, 70]
    assert 195 in [i.raw.command for i in rest.items if i.raw is not None]
    with pytest.raises(PlanError, match="as it is, or not at all"):
        rest_of(PLANNER, plan, at, here, change=Change(skip=1))


def test_a_plans_text_is_bounded_and_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "a.plan"
    file.write_text("﻿" + json.dumps(document(TAKEOFF, RETURN), indent=4), "utf-8")
    assert json.loads(read_plan_text(file)) == document(TAKEOFF, RETURN)
    for content, sentence in (
        ({"fileType": "Mission"}, 'it needs "fileType": "Plan"'),
        ({"fileType": "Plan", "x": "y" * 200_000}, "are more than the 200 kB of a task"),
    ):
        file.write_text(json.dumps(content), "utf-8")
        with pytest.raises(FileError, match=sentence):
            read_plan_text(file)


def flight_or_words(text: str) -> tuple[FlightPlan | None, str]:
    try:
        task = Task(
            task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.PLAN, plan_json=text
        )  # fmt: skip
        return plan_flight(task, HOME, HOME, PLANNER, SITE), ""
    except ContractError as error:
        return None, str(error)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=leaves | st.lists(leaves, max_size=3) | st.just(10**400))
def test_whatever_a_file_says_it_is_a_flight_or_one_sentence(data, value) -> None:
    content = changed(data, value)
    content["geoFence"] = {"polygons": [SQUARE]}
    plan, words = flight_or_words(json.dumps(content))
    if plan is None:
        assert len(words.splitlines()) == 1
        return
    items = encode_plan(plan, SITE.frame, Firmware.ARDUPILOT).items
    assert all(math.isfinite(v) for i in items for v in (i.param1, i.param2, i.param4, i.z))
    assert max(p.up_m for p in plan.track()) <= CONFIG.max_height_m


def test_pictures_that_a_plan_of_others_begins_end_before_the_way_home() -> None:
    begins, ends = (
        simple(n, 206, [every, 0, 1, 0, 0, 0, 0], frame=2) for n, every in ((2, 8), (4, 0))
    )
    out, back = waypoint(1, 60.0, 10.0), waypoint(3, 60.0, 40.0)

    def offs(plan: FlightPlan) -> list[int]:
        """Numbers of the items that end the pictures."""
        items = encode_plan(plan, LocalFrame(SITE.origin), Firmware.PX4).items
        return [n for n, i in enumerate(items) if i.command == 206 and i.param1 == 0.0]

    left_on = fly(TAKEOFF, out, begins, back, RETURN)
    assert len(offs(left_on)) == 1
    work = max(n for n, item in enumerate(left_on.items) if item.part is Part.WORK)
    assert left_on.items[work + 1].step is Step.TRIGGER
    ended = fly(TAKEOFF, out, begins, back, ends, RETURN)
    assert len(offs(ended)) == 2  # its own and, to be sure, ours
    assert offs(fly(TAKEOFF, out, back, RETURN)) == []
    way = PLANNER.come_home(Enu(20.0, 20.0, 25.0), HOME)
    early = with_camera_off(left_on.items, way.items)
    assert (early[0].step, early[0].every_m, early[1:]) == (Step.TRIGGER, 0.0, way.items)
    assert with_camera_off(early, early) == early

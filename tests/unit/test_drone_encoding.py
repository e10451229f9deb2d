"""Plans as MAVLink items for PX4 and ArduCopter, and how a read-back is compared."""

from __future__ import annotations

import dataclasses
import math

import pytest

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from drone.missions.encoding import (
    Command,
    Firmware,
    MissionItem,
    bearing_deg,
    difference,
    encode_fence,
    encode_plan,
    encode_rally,
)
from drone.missions.plan import FlightPlan, Part, PlanItem, Step

ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0)
FRAME = LocalFrame(ORIGIN)
HOME = Enu(10.0, 20.0, 0.0)
PLAN = FlightPlan(
    (
        PlanItem(Step.TAKEOFF, Part.TAKE_OFF, Enu(10, 20, 30)),
        PlanItem(Step.SPEED, Part.TRANSIT, speed_mps=8),
        PlanItem(Step.WAYPOINT, Part.TRANSIT, Enu(100, 20, 30), heading_rad=0.0),
        PlanItem(Step.LOOK_AT, Part.WORK, Enu(100, 50, 1)),
        PlanItem(Step.WAYPOINT, Part.WORK, Enu(100, 80, 30), hold_s=7.0),
        PlanItem(Step.LOOK_AHEAD, Part.RETURN),
        PlanItem(Step.RETURN, Part.LANDING, HOME),
    ),
    HOME,
    HOME,
    Enu(100, 50, 1),
    60.0,
    5.0,
)


def commands(firmware: Firmware) -> list[int]:
    return [i.command for i in encode_plan(PLAN, FRAME, firmware).items]


def test_px4_gets_the_plan_and_nothing_else() -> None:
    assert commands(Firmware.PX4) == [
        Command.TAKEOFF,
        Command.DO_CHANGE_SPEED,
        Command.WAYPOINT,
        Command.DO_SET_ROI_LOCATION,
        Command.WAYPOINT,
        Command.DO_SET_ROI_NONE,
        Command.RETURN_TO_LAUNCH,
    ]


def test_ardupilot_gets_a_dummy_item_0_for_its_home() -> None:
    mission = encode_plan(PLAN, FRAME, Firmware.ARDUPILOT)
    assert [i.command for i in mission.items][1:] == commands(Firmware.PX4)
    assert mission.plan_index == (-1, 0, 1, 2, 3, 4, 5, 6)
    assert [i.seq for i in mission.items] == list(range(8))


@pytest.mark.parametrize("firmware", list(Firmware))
def test_no_field_is_ever_not_a_number(firmware: Firmware) -> None:
    for item in encode_plan(PLAN, FRAME, firmware).items:
        assert all(math.isfinite(v) for v in dataclasses.astuple(item))


def test_places_come_back_within_a_centimetre_or_two_and_heights_are_above_home() -> None:
    item = encode_plan(PLAN, FRAME, Firmware.PX4).items[2]
    there = FRAME.to_enu(GeoPoint(latitude_deg=item.x * 1e-7, longitude_deg=item.y * 1e-7))
    assert math.dist(there[:2], (100, 20)) < 0.02
    assert item.z == 30
    assert item.param4 == pytest.approx(90)


def test_bearings_are_clockwise_from_north() -> None:
    assert bearing_deg(math.pi / 2) == pytest.approx(0)
    assert bearing_deg(math.pi) == pytest.approx(270)


def test_a_fence_names_the_number_of_corners_at_each_corner() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    items = encode_fence(square, [square[:3]], FRAME)
    assert [i.param1 for i in items] == [4, 4, 4, 4, 3, 3, 3]
    assert {i.command for i in items[4:]} == {Command.FENCE_EXCLUSION}
    assert {i.mission_type for i in items} == {1}
    assert encode_rally([(0, 0)], 40, FRAME)[0].z == 40


def test_a_read_back_that_differs_says_where() -> None:
    sent = encode_plan(PLAN, FRAME, Firmware.PX4).items
    assert difference(sent, sent) == ""
    assert "instead of 7" in difference(sent, sent[:-1])
    moved = list(sent)
    moved[2] = dataclasses.replace(moved[2], x=moved[2].x + 1000)
    assert difference(sent, tuple(moved)) == "item 2 has another place"
    low = list(sent)
    low[2] = dataclasses.replace(low[2], z=10.0)
    assert "10.00 m high" in difference(sent, tuple(low))


def test_ardupilots_own_home_in_item_0_is_no_difference() -> None:
    sent = encode_plan(PLAN, FRAME, Firmware.ARDUPILOT).items
    read = (MissionItem(0, 0, 16, x=1, y=2), *sent[1:])
    assert difference(sent, read, skip=1) == ""
    assert difference(sent, read) != ""

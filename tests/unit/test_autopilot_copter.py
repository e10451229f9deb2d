"""The ArduCopter-like profile, stepped without a clock: what it refuses, and what it never does."""

from __future__ import annotations

import pytest
from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.commands import order_of
from simulation.autopilot.mavlink.mission_protocol import ARDUPILOT, MissionProtocol
from simulation.autopilot.mavlink.streams import Streams
from simulation.autopilot.modes import Landed, Mode, Verdict
from simulation.autopilot.navigator.plan import Item
from simulation.autopilot.profiles.ardupilot import ArduPilotProfile
from tests.autopilot_bench import Bench, item

HOME = item(mav.MAV_CMD_NAV_WAYPOINT, (0.0, 0.0, 0.0))
UP = item(mav.MAV_CMD_NAV_TAKEOFF, (0.0, 0.0, 8.0))
AWAY = item(mav.MAV_CMD_NAV_WAYPOINT, (15.0, 0.0, 8.0))
FARTHER = item(mav.MAV_CMD_NAV_WAYPOINT, (30.0, 0.0, 8.0))
RTL = item(mav.MAV_CMD_NAV_RETURN_TO_LAUNCH, frame=mav.MAV_FRAME_MISSION)


def copter(**parameters: float) -> Bench:
    return Bench(profile="ardupilot", **parameters)


def up_to(height_m: float, **parameters: float) -> Bench:
    """Armed, in guided, at this height."""
    bench = copter(**parameters)
    bench.boot()
    assert bench.commander.request_mode(Mode.GUIDED) is Verdict.ACCEPTED
    assert bench.commander.arm() is Verdict.ACCEPTED
    assert bench.commander.takeoff(height_m) is Verdict.ACCEPTED
    bench.until(lambda: bench.commander.landed is Landed.IN_AIR, 30)
    return bench


def test_home_comes_after_twenty_seconds_and_it_can_be_armed_after_forty_one():
    bench = copter()
    assert bench.until(lambda: bench.vehicle.now.home_m is not None, 30) == pytest.approx(20, abs=1)
    assert bench.commander.arm() is Verdict.FAILED
    bench.step()
    assert bench.texts[-1] == "Arm: GPS 1: Bad fix"
    bench.until(lambda: bench.commander.arming_problem() is None, 30)
    assert bench.time_s == pytest.approx(41, abs=1)
    assert any(text.startswith("PreArm: ") for text in bench.texts)
    assert bench.commander.arm() is Verdict.ACCEPTED


def test_it_takes_off_only_armed_in_guided_and_upwards():
    bench = copter()
    bench.boot()
    assert bench.commander.arm() is Verdict.ACCEPTED
    assert bench.commander.takeoff(5.0) is Verdict.FAILED  # in Stabilize
    bench.commander.request_mode(Mode.GUIDED)
    assert bench.commander.takeoff(None) is Verdict.FAILED
    assert bench.commander.takeoff(5.0) is Verdict.ACCEPTED
    bench.until(lambda: bench.commander.landed is Landed.TAKING_OFF, 10)
    bench.until(lambda: bench.height_m > 4.5, 15)
    assert bench.commander.mode is Mode.GUIDED
    assert bench.commander.takeoff(9.0) is Verdict.FAILED  # in the air


def test_armed_on_the_ground_it_is_disarmed_after_its_delay():
    bench = copter(DISARM_DELAY=6)
    bench.boot()
    bench.commander.arm()
    assert bench.until(lambda: not bench.vehicle.now.armed, 10) == pytest.approx(6, abs=0.2)


def test_auto_needs_a_takeoff_item_on_the_ground():
    bench = copter()
    bench.boot()
    bench.upload(HOME, AWAY)
    bench.commander.arm()
    assert bench.commander.request_mode(Mode.MISSION) is Verdict.FAILED
    bench.step()
    assert bench.texts[-2:] == [
        "Auto: Missing Takeoff Cmd",
        "Mode change to AUTO failed: init failed",
    ]
    bench.upload(HOME, UP, AWAY)
    assert bench.commander.request_mode(Mode.MISSION) is Verdict.ACCEPTED
    bench.until(lambda: bench.height_m > 6, 20)


def test_a_mission_ends_in_auto_and_auto_again_begins_anew():
    bench = up_to(8.0)
    bench.upload(HOME, AWAY, FARTHER)
    assert bench.commander.request_mode(Mode.MISSION) is Verdict.ACCEPTED
    bench.until(lambda: bench.commander.mission_finished, 40)
    assert bench.commander.mode is Mode.MISSION
    bench.run(2.0)
    assert bench.height_m == pytest.approx(8.0, abs=1.0)
    bench.commander.request_mode(Mode.GUIDED)
    bench.commander.request_mode(Mode.MISSION)
    bench.run(0.2)
    assert (bench.commander.mission_index, bench.commander.mission_finished) == (1, False)


@pytest.mark.parametrize(("restart", "goes_on_with"), [(0, 2), (1, 1)])
def test_mis_restart_says_where_a_stopped_mission_goes_on(restart: int, goes_on_with: int):
    bench = up_to(8.0, MIS_RESTART=restart)
    bench.upload(HOME, AWAY, FARTHER)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bench.commander.mission_index == 2, 20)
    bench.commander.request_mode(Mode.GUIDED)
    bench.run(1.0)
    bench.commander.request_mode(Mode.MISSION)
    bench.step()
    assert bench.commander.mission_index == goes_on_with


def test_rtl_in_a_mission_stays_in_auto_until_it_is_disarmed_on_the_ground():
    bench = up_to(8.0, RTL_ALT=1200, RTL_LOIT_TIME=500, WPNAV_SPEED_DN=300)
    bench.upload(HOME, AWAY, RTL)
    bench.commander.request_mode(Mode.MISSION)
    tops: list[float] = []
    while bench.vehicle.now.armed:
        bench.run(0.5)
        tops.append(bench.height_m)
        assert bench.commander.mode is Mode.MISSION
        assert len(tops) < 200
    assert max(tops) == pytest.approx(12.0, abs=0.7)
    assert bench.commander.landed is Landed.ON_GROUND
    assert abs(bench.state.position_m[0]) < 1.0
    assert bench.commander.arm() is Verdict.FAILED  # AUTO is not a mode to arm in
    bench.step()
    assert bench.texts[-1] == "Arm: AUTO mode not armable"


def test_the_return_height_is_kept_in_centimetres_and_lower_near_home():
    bench = up_to(5.0, RTL_ALT=3000)
    bench.commander.request_mode(Mode.RETURN)
    bench.run(8.0)
    assert bench.height_m < 7.0  # RTL_CONE_SLOPE: right above home it does not climb
    bench.commander.goto((20.0, 0.0, 5.0), None, None, True)
    bench.until(lambda: bench.state.position_m[0] > 19, 20)
    bench.commander.request_mode(Mode.RETURN)
    bench.until(lambda: bench.height_m > 29, 30)


def test_loiter_without_a_throttle_stick_sinks_and_guided_holds():
    bench = up_to(10.0)
    bench.run(3.0)
    before = bench.height_m
    bench.commander.request_mode(Mode.POSITION)
    bench.run(2.0)
    assert bench.height_m < before - 2.0
    bench.commander.request_mode(Mode.GUIDED)
    bench.run(1.0)
    before = bench.height_m
    bench.run(3.0)
    assert bench.height_m == pytest.approx(before, abs=0.5)


def test_the_number_of_the_next_item_outlives_an_upload():
    bench = up_to(8.0)
    bench.upload(HOME, AWAY, FARTHER)
    bench.commander.request_mode(Mode.MISSION)
    bench.until(lambda: bench.commander.mission_index == 2, 20)
    bench.commander.request_mode(Mode.GUIDED)
    bench.step()
    bench.upload(HOME, FARTHER, AWAY)
    bench.commander.request_mode(Mode.MISSION)
    bench.run(0.2)
    assert bench.commander.mission_index == 2
    assert bench.commander.set_mission_index(1)
    assert not bench.commander.set_mission_index(0)


def test_the_fence_is_watched_only_when_it_is_switched_on():
    for switched_on, mode in ((0, Mode.GUIDED), (1, Mode.RETURN)):
        bench = up_to(8.0, FENCE_ENABLE=switched_on, FENCE_TYPE=2, FENCE_RADIUS=30)
        bench.commander.goto((29.5, 0.0, 8.0), None, None, True)
        bench.until(lambda b=bench: b.state.position_m[0] > 25, 20)
        bench.vehicle.parameters.set("FENCE_RADIUS", 20)
        bench.run(1.0)
        assert bench.commander.mode is mode
        assert ("Polygon fence breached" in bench.texts) is bool(switched_on)


def test_commands_that_cannot_be_done_now_fail_and_wrong_ones_are_denied():
    bench = copter()
    bench.boot()
    results = {}
    for name, command, values in (
        ("take off", mav.MAV_CMD_NAV_TAKEOFF, (0, 0, 0, 0, 0, 0, 5)),
        ("unknown mode", mav.MAV_CMD_DO_SET_MODE, (1, 99, 0, 0, 0, 0, 0)),
        ("mission from item 3", mav.MAV_CMD_MISSION_START, (3, 0, 0, 0, 0, 0, 0)),
        ("no speed", mav.MAV_CMD_DO_CHANGE_SPEED, (1, 0, 0, 0, 0, 0, 0)),
        ("pause", mav.MAV_CMD_DO_PAUSE_CONTINUE, (0, 0, 0, 0, 0, 0, 0)),
    ):
        message = mav.MAVLink_command_long_message(1, 1, command, 0, *values)
        results[name] = bench.commands.handle(order_of(message, (255, 190)))
    assert results == {
        "take off": Verdict.FAILED,
        "unknown mode": Verdict.FAILED,
        "mission from item 3": Verdict.DENIED,
        "no speed": Verdict.DENIED,
        "pause": Verdict.FAILED,
    }


def test_nothing_is_streamed_until_it_is_asked_for():
    bench = copter()
    bench.run(1.0)
    streams = Streams(bench.vehicle)
    assert {m.get_type() for m in streams.due(1.0, 1.0)} == {"HEARTBEAT"}
    assert not streams.set_interval(mav.MAVLINK_MSG_ID_ALTITUDE, 1e5)  # it has no such message
    streams.set_group(mav.MAV_DATA_STREAM_EXTENDED_STATUS, 2.0)
    sent = {m.get_type() for m in streams.due(1.1, 1.1)}
    assert sent == {"SYS_STATUS", "MISSION_CURRENT", "GPS_RAW_INT"}


def test_parameters_travel_as_floats_of_their_value():
    profile = ArduPilotProfile()
    assert profile.encode("RTL_ALT", 1500) == (1500.0, mav.MAV_PARAM_TYPE_INT32)
    assert profile.encode("LAND_SPEED", 50) == (50.0, mav.MAV_PARAM_TYPE_INT16)
    assert profile.encode("FENCE_ENABLE", 1) == (1.0, mav.MAV_PARAM_TYPE_INT8)
    assert profile.encode("WPNAV_SPEED", 500.0) == (500.0, mav.MAV_PARAM_TYPE_REAL32)
    assert profile.decode(4200.0, mav.MAV_PARAM_TYPE_REAL32, 1500) == 4200


def test_item_0_is_home_and_an_item_that_was_not_asked_for_is_refused():
    bench = copter()
    home = (298680000, 1216150000, 5.0)
    protocol = MissionProtocol(
        bench.vehicle.plan, lambda: 0.0, lambda _: None, ARDUPILOT, lambda: home
    )

    def send(message: mav.MAVLink_message) -> mav.MAVLink_message:
        message._header = mav.MAVLink_header(0, srcSystem=255, srcComponent=190)
        return protocol.handle(message, 0.0)[0]

    def sent(seq: int, what: Item) -> mav.MAVLink_message:
        return send(mav.MAVLink_mission_item_int_message(1, 1, *what._replace(seq=seq), 0))

    assert send(mav.MAVLink_mission_count_message(1, 1, 2, 0)).get_type() == "MISSION_REQUEST"
    assert sent(0, AWAY).seq == 1
    assert sent(0, AWAY).type == mav.MAV_MISSION_INVALID_SEQUENCE
    assert sent(1, AWAY._replace(param2=1.5, param4=90.0)).type == mav.MAV_MISSION_ACCEPTED
    first = send(mav.MAVLink_mission_request_int_message(1, 1, 0, 0))
    assert (first.x, first.y, first.z) == home
    second = send(mav.MAVLink_mission_request_int_message(1, 1, 1, 0))
    assert (second.x, second.param2, second.param4) == (AWAY.x, 0.0, 0.0)

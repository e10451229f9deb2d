"""Velocities from outside. PX4's offboard is refused without a stream and left when it ends;
ArduCopter takes them in guided, and stops there when they end.
"""

from __future__ import annotations

import math

import pytest
from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.rigid_body import Wind
from simulation.autopilot.mavlink.velocity import velocity_of
from simulation.autopilot.modes import Mode
from tests.autopilot_bench import Bench


def in_the_air(**parameters: float) -> Bench:
    bench = Bench(**parameters)
    bench.fly_to(8.0)
    bench.until(lambda: bench.commander.mode is Mode.HOLD, 20)
    return bench


def streamed(bench: Bench, velocity, seconds: float, yaw=None, every_s: float = 0.1) -> None:
    end = bench.time_s + seconds
    while bench.time_s < end:
        bench.commander.velocity_setpoint(velocity, yaw)
        bench.run(every_s)


def test_without_a_stream_it_is_refused_by_text():
    bench = in_the_air()
    bench.commander.request_mode(Mode.OFFBOARD)
    bench.run(0.5)
    assert bench.commander.mode is Mode.HOLD
    assert any("Switching to Offboard" in text for text in bench.texts)


def test_a_stream_that_ended_is_no_stream():
    bench = in_the_air()
    streamed(bench, (0.0, 0.0, 0.0), 1.0)
    bench.run(1.5)
    bench.commander.request_mode(Mode.OFFBOARD)
    assert bench.commander.mode is Mode.HOLD


@pytest.mark.parametrize("velocity", [(1.0, 0.0, 0.0), (0.0, -0.5, 0.0), (0.3, 0.2, -0.6)])
def test_it_flies_the_velocity_that_is_given(velocity):
    bench = in_the_air()
    streamed(bench, velocity, 0.5)
    bench.commander.request_mode(Mode.OFFBOARD)
    streamed(bench, velocity, 2.0)
    before = bench.state.position_m
    streamed(bench, velocity, 3.0)
    moved = [(b - a) / 3.0 for a, b in zip(before, bench.state.position_m, strict=True)]
    assert moved == pytest.approx(velocity, abs=0.1)


def test_zero_velocity_stands_still_in_wind():
    bench = Bench(wind=Wind(east_mps=5.0))
    bench.fly_to(8.0)
    streamed(bench, (0.0, 0.0, 0.0), 0.5)
    bench.commander.request_mode(Mode.OFFBOARD)
    streamed(bench, (0.0, 0.0, 0.0), 3.0)
    before = bench.state.position_m
    streamed(bench, (0.0, 0.0, 0.0), 10.0)
    assert math.dist(before, bench.state.position_m) < 0.3


@pytest.mark.parametrize(
    ("action", "mode"), [(0, Mode.HOLD), (3, Mode.RETURN), (4, Mode.LAND), (5, Mode.HOLD)]
)
def test_when_the_stream_ends_the_parameter_says_what_follows(action, mode):
    bench = in_the_air(COM_OBL_RC_ACT=action)
    streamed(bench, (0.5, 0.0, 0.0), 0.5)
    bench.commander.request_mode(Mode.OFFBOARD)
    streamed(bench, (0.5, 0.0, 0.0), 1.0)
    assert bench.commander.mode is Mode.OFFBOARD
    bench.run(1.3)
    assert bench.commander.mode is mode
    assert any("Offboard signal lost" in text for text in bench.texts)


def guided() -> Bench:
    bench = Bench(profile="ardupilot")
    bench.boot()
    bench.commander.request_mode(Mode.GUIDED)
    bench.commander.arm()
    bench.commander.takeoff(8.0)
    bench.until(lambda: bench.height_m > 7.5, 30)
    return bench


def test_arducopter_flies_velocities_in_guided_without_a_stream_before():
    bench = guided()
    streamed(bench, (0.0, 1.0, -0.3), 2.0)
    before = bench.state.position_m
    streamed(bench, (0.0, 1.0, -0.3), 3.0)
    moved = [(b - a) / 3.0 for a, b in zip(before, bench.state.position_m, strict=True)]
    assert moved == pytest.approx((0.0, 1.0, -0.3), abs=0.1)


def test_arducopter_goes_on_for_its_time_out_then_stops_and_stays_guided():
    bench = guided()
    streamed(bench, (1.0, 0.0, 0.0), 2.0)
    bench.run(2.5)
    assert bench.state.velocity_mps[0] == pytest.approx(1.0, abs=0.15)
    bench.run(3.0)
    assert math.hypot(*bench.state.velocity_mps) < 0.1
    assert bench.commander.mode is Mode.GUIDED


def test_arducopter_takes_no_velocity_in_another_mode_or_on_the_ground():
    bench = guided()
    bench.commander.request_mode(Mode.LAND)
    streamed(bench, (1.0, 0.0, 0.0), 1.0)
    assert bench.commander.mode is Mode.LAND
    assert abs(bench.state.velocity_mps[0]) < 0.2
    standing = Bench(profile="ardupilot")
    standing.boot()
    standing.commander.request_mode(Mode.GUIDED)
    standing.commander.arm()
    streamed(standing, (0.0, 0.0, 1.0), 3.0)
    assert standing.height_m < 0.1


def setpoint(**given: float) -> mav.MAVLink_message:
    fields = {
        **dict.fromkeys(("x", "y", "z", "vx", "vy", "vz", "afx", "afy", "afz"), 0.0),
        **{"yaw": 0.0, "yaw_rate": 0.0, "coordinate_frame": mav.MAV_FRAME_LOCAL_NED},
        **{"type_mask": 0x9C7, **given},
    }
    return mav.MAVLink_set_position_target_local_ned_message(0, 1, 1, **fields)


def test_north_east_down_becomes_east_north_up_and_compass_yaw_a_mathematical_one():
    velocity, yaw = velocity_of(setpoint(vx=1.0, vy=2.0, vz=3.0, yaw=0.0))
    assert velocity == (2.0, 1.0, -3.0)
    assert yaw == pytest.approx(math.pi / 2)
    assert velocity_of(setpoint(vx=1.0, type_mask=0xDC7))[1] is None


def test_positions_other_frames_and_what_is_no_number_are_not_taken():
    assert velocity_of(setpoint(type_mask=0xDF8)) is None
    assert velocity_of(setpoint(coordinate_frame=mav.MAV_FRAME_BODY_NED)) is None
    assert velocity_of(setpoint(vx=math.nan)) is None

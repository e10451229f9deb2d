"""The motor controller at the end of the cable: it obeys, ramps, and stops when nobody speaks."""

from __future__ import annotations

import math

import pytest

from comms.contracts.vehicle import RobotBody
from simulation.bridge.base_driver import wheel_speeds
from simulation.gazebo.motor_firmware import MotorFirmware
from simulation.gazebo.motor_link import WheelCommand

STEP_NS = 25_000_000


def run(firmware: MotorFirmware, start_ns: int, steps: int, left: float, right: float) -> int:
    """`steps` of 25 ms with a fresh command at each; returns the time after."""
    now = start_ns
    for count in range(steps):
        firmware.receive(WheelCommand(1, now + count, now, left, right), now)
        firmware.step(now)
        now += STEP_NS
    return now


def test_wheels_reach_the_commanded_speed_without_a_jump() -> None:
    firmware = MotorFirmware(max_radps=18.0)
    run(firmware, 0, 5, 8.0, 8.0)
    assert 0 < firmware.left_radps < 3.0
    run(firmware, 5 * STEP_NS, 60, 8.0, 8.0)
    assert firmware.left_radps == pytest.approx(8.0)


def test_wheels_stop_within_half_a_second_of_silence() -> None:
    firmware = MotorFirmware(max_radps=18.0)
    now = run(firmware, 0, 80, 10.0, 10.0)
    silent_since = now - STEP_NS
    while firmware.step(now) != (0.0, 0.0):
        now += STEP_NS
    assert now - silent_since < 500_000_000


def test_a_repeated_or_older_command_does_not_keep_the_wheels_turning() -> None:
    firmware = MotorFirmware(max_radps=18.0)
    old = WheelCommand(7, 5, 0, 5.0, 5.0)
    assert firmware.receive(old, 0)
    assert not firmware.receive(old, 300_000_000)
    assert not firmware.receive(WheelCommand(7, 4, 0, 5.0, 5.0), 300_000_000)
    assert firmware.silent(300_000_000)


def test_a_restarted_driver_is_heard_although_its_numbers_begin_anew() -> None:
    firmware = MotorFirmware(max_radps=18.0)
    firmware.receive(WheelCommand(1, 900, 0, 5.0, 5.0), 0)
    assert firmware.receive(WheelCommand(2, 1, 10, 1.0, 1.0), 10)


def test_nonsense_is_refused() -> None:
    firmware = MotorFirmware(max_radps=18.0)
    assert not firmware.receive(WheelCommand(1, 1, 0, math.nan, 1.0), 0)
    assert WheelCommand.decode(b"hello") is None
    assert WheelCommand.decode(b"\0" * len(WheelCommand(1, 1, 1, 0.0, 0.0).encode())) is None


def test_a_datagram_survives_the_cable() -> None:
    command = WheelCommand(3, 4, 5_000_000_000, -1.5, 2.5)
    assert WheelCommand.decode(command.encode()) == command


def test_a_command_beyond_the_body_keeps_its_curve() -> None:
    body = RobotBody(max_speed_mps=1.0, max_turn_radps=1.0)
    left, right = wheel_speeds(body, 2.0, 1.0)
    speed = (left + right) / 2 * body.wheel_radius_m
    turn = (right - left) * body.wheel_radius_m / body.wheel_track_m
    assert speed == pytest.approx(1.0)
    assert turn == pytest.approx(0.5)

"""Localisation in trouble: late, broken and missing measurements, restarts, wrong starts."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from robot.localization.estimate import Estimate, Level
from robot.localization.localizer import Localizer
from robot.localization.measurements import Fix, Inertial, Measurement, WheelSpeed
from robot.localization.memory import PoseMemory, PoseMemoryError
from robot.localization.planar import Pose, wrap
from tests.localization_drive import (
    DOCK,
    START_S,
    Drive,
    errors,
    inside_3_sigma,
    new_localizer,
    play,
    rmse_m,
)


def largest_odom_step_m(estimates: list[Estimate]) -> float:
    steps = [math.hypot(b.odom.x - a.odom.x, b.odom.y - a.odom.y) for a, b in pairwise(estimates)]
    return max(steps)


def test_the_order_of_arrival_does_not_matter() -> None:
    drive = Drive(seed=3, duration_s=60.0)
    measurements = drive.measurements()
    straight = play(new_localizer(), measurements)
    shuffle = random.Random(3)
    late = sorted(measurements, key=lambda m: m.stamp_s + shuffle.uniform(0.0, 0.3))
    # `play` hands over by position in the list: keep the stamps, change the order.
    localizer, mixed = new_localizer(), []
    arrival = sorted((m.stamp_s + 0.3, i) for i, m in enumerate(late))
    now, k = START_S, 0
    while k < len(arrival):
        now += 0.05
        while k < len(arrival) and arrival[k][0] <= now:
            localizer.add(late[arrival[k][1]])
            k += 1
        estimate = localizer.step(now)
        if estimate is not None:
            mixed.append(estimate)
    table = errors(drive, mixed[:-10])
    assert rmse_m(table) <= rmse_m(errors(drive, straight)) + 0.05
    assert inside_3_sigma(table) >= 0.99


def test_the_odom_track_never_jumps_whatever_gnss_says() -> None:
    drive = Drive(seed=1, duration_s=90.0, gnss_sigma_m=0.5, multipath=(40.0, 60.0))
    estimates = play(new_localizer(), drive.measurements())
    assert largest_odom_step_m(estimates) <= 1.4 * 0.05 * 1.3


def test_numbers_that_are_none_are_dropped_and_counted() -> None:
    drive = Drive(seed=2, duration_s=40.0)
    measurements: list[Measurement] = []
    for i, m in enumerate(drive.measurements()):
        measurements.append(m)
        if i % 7 == 0 and isinstance(m, Inertial):
            measurements.append(replace(m, gyro=(0.0, 0.0, math.nan)))
        if isinstance(m, WheelSpeed) and i % 5 == 0:
            measurements.append(replace(m, speed_mps=math.inf))
        if isinstance(m, Fix):
            measurements.append(replace(m, east_m=math.nan))
            measurements.append(replace(m, covariance=(math.nan, 0.0, 1.0)))
    localizer = new_localizer()
    estimates = play(localizer, measurements)
    assert rmse_m(errors(drive, estimates)) < 0.3
    health = localizer.health(estimates[-1].stamp_s, estimates[-1])
    assert int(health.values["measurements_dropped"]) > 100


def test_silent_wheels_are_an_error_and_bridged_by_their_own_count() -> None:
    drive = Drive(seed=4, duration_s=60.0)
    measurements = drive.measurements()
    gap = (START_S + 30.0, START_S + 33.0)
    kept = [m for m in measurements if not gap[0] <= m.stamp_s < gap[1]]
    localizer = new_localizer()
    before = play(localizer, kept, START_S + 31.0)
    health = localizer.health(START_S + 31.0, before[-1])
    assert health.level is Level.ERROR
    assert "no wheel odometry" in health.message
    localizer = new_localizer()
    estimates = [e for e in play(localizer, kept) if e.stamp_s > gap[1] + 0.2]
    table = errors(drive, estimates)
    assert rmse_m(table) < 0.4
    assert inside_3_sigma(table) >= 0.97
    assert localizer.health(estimates[-1].stamp_s, estimates[-1]).level is Level.OK


def _turns_until_its_driver_dies(
    turn_radps: float, went_on_s: float
) -> tuple[list[Measurement], float]:
    """A robot that stood at its dock and turns in place; after 0.8 s all is silent for 1.9 s, and
    a driver that counts from zero speaks again. What is measured, and the true yaw then."""
    rng = np.random.default_rng(5)
    found: list[Measurement] = []
    yaw, wheel, goes_at = DOCK.yaw, Pose(0.0, 0.0, 0.0), 2.8 + went_on_s
    for i in range(300):
        t = i * 0.02
        turn = turn_radps if 2.0 <= t < goes_at else 0.0
        yaw += turn * 0.02
        stamp = START_S + t
        if t >= 2.8 and t < 4.7:
            wheel = Pose(0.0, 0.0, 0.0)
            continue
        wheel = wheel.then(Pose(0.0, 0.0, turn * 0.02))
        found.append(
            Inertial(stamp, (0.0, 0.0, turn + rng.normal(0, 0.003)), (0.0, 0.0, 9.81), 0.003)
        )
        found.append(WheelSpeed(stamp + 0.003, 0.0, turn, 0.02, 0.05, tuple(wheel)))
        if i % 10 == 0:
            east, north = rng.normal((DOCK.x, DOCK.y), 0.1)
            found.append(Fix(stamp, float(east), float(north), (0.01, 0.0, 0.01)))
    return found, yaw


@pytest.mark.parametrize("went_on_s", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("turn_radps", [1.2, -1.2])
def test_a_driver_that_dies_while_it_turns_out_of_the_dock_does_not_leave_it_lost(
    turn_radps: float, went_on_s: float
) -> None:
    """Its watchdog ends the turn within half a second; nobody is there to push it."""
    measurements, yaw = _turns_until_its_driver_dies(turn_radps, went_on_s)
    localizer = new_localizer()
    last = play(localizer, measurements)[-1]
    assert any("the wheels were silent" in event for event in localizer.events)
    assert localizer.health(last.stamp_s, last).level is not Level.ERROR
    assert abs(wrap(last.pose.yaw - yaw)) < 3.0 * last.heading_sigma_rad


def test_without_imu_it_warns_and_goes_on() -> None:
    drive = Drive(seed=5, duration_s=60.0)
    localizer = new_localizer()
    estimates = play(localizer, [m for m in drive.measurements() if not isinstance(m, Inertial)])
    health = localizer.health(estimates[-1].stamp_s, estimates[-1])
    assert health.level is Level.WARN
    assert "no IMU" in health.message
    assert rmse_m(errors(drive, estimates)) < 0.4


def test_when_the_clock_goes_back_it_starts_over_and_finds_itself() -> None:
    drive = Drive(seed=6, duration_s=60.0)
    localizer = new_localizer()
    play(localizer, drive.measurements(), START_S + 20.0)
    # The world is reset: the robot is at the dock again and so is the time.
    again = Drive(seed=6, duration_s=60.0)
    estimates = play(localizer, again.measurements())
    table = errors(again, estimates[len(estimates) // 2 :])
    assert rmse_m(table) < 0.4
    assert math.degrees(abs(table[-1, 2])) < 3.0


def test_an_unknown_heading_is_an_error_until_motion_shows_it() -> None:
    drive = Drive(seed=7, duration_s=90.0)
    localizer = new_localizer(dock=None)
    estimates = play(localizer, drive.measurements(), START_S + 1.9)
    health = localizer.health(START_S + 1.9, estimates[-1])
    assert health.level is Level.ERROR
    assert "heading is not known" in health.message
    localizer = new_localizer(dock=None)
    estimates = play(localizer, drive.measurements())
    table = errors(drive, estimates[len(estimates) // 2 :])
    assert rmse_m(table) < 0.3
    assert math.degrees(float(np.max(np.abs(table[:, 2])))) < 6.0
    assert inside_3_sigma(table) >= 0.99


@pytest.mark.parametrize("seed", range(4))
def test_a_start_heading_that_is_wrong_by_half_a_turn_is_found_out(seed: int) -> None:
    drive = Drive(seed=seed, duration_s=90.0)
    localizer = new_localizer(dock=Pose(DOCK.x, DOCK.y, DOCK.yaw + math.pi))
    estimates = play(localizer, drive.measurements())
    table = errors(drive, estimates[-400:])
    assert math.degrees(float(np.max(np.abs(table[:, 2])))) < 6.0
    assert rmse_m(table) < 0.3


def test_a_dock_that_gnss_denies_is_not_believed() -> None:
    drive = Drive(seed=8, duration_s=20.0)
    localizer = new_localizer(dock=Pose(DOCK.x + 40.0, DOCK.y, DOCK.yaw))
    estimates = play(localizer, drive.measurements(), START_S + 1.9)
    assert localizer.source == "GNSS alone"
    assert localizer.health(START_S + 1.9, estimates[-1]).level is Level.ERROR


def test_a_robot_that_is_carried_is_found_again_within_twenty_seconds() -> None:
    drive = Drive(seed=9, duration_s=60.0)
    moved = [
        replace(m, east_m=m.east_m + 8.0) if isinstance(m, Fix) and m.stamp_s > START_S + 30 else m
        for m in drive.measurements()
    ]
    localizer = new_localizer()
    during = play(localizer, moved, START_S + 35.0)
    health = localizer.health(START_S + 35.0, during[-1])
    assert health.level is not Level.OK
    assert "GNSS says 8" in health.message
    localizer = new_localizer()
    estimates = [e for e in play(localizer, moved) if e.stamp_s > START_S + 50.0]
    table = errors(drive, estimates)
    assert abs(float(np.mean(table[:, 0])) - 8.0) < 0.3


def test_without_gnss_at_the_start_it_waits_then_goes_on_with_doubt() -> None:
    drive = Drive(seed=10, duration_s=20.0)
    blind = [m for m in drive.measurements() if not isinstance(m, Fix)]
    localizer = new_localizer()
    assert play(localizer, blind, START_S + 4.0) == []
    health = localizer.health(START_S + 4.0, None)
    assert health.level is Level.ERROR
    assert "waiting for GNSS" in health.message
    localizer = new_localizer()
    estimates = play(localizer, blind)
    health = localizer.health(estimates[0].stamp_s, estimates[0])
    assert health.level is Level.WARN
    assert inside_3_sigma(errors(drive, estimates)) >= 0.99


def restart(
    drive: Drive, off_s: float, run: str = "run-1", move: Pose | None = None
) -> tuple[Localizer, list[Estimate]]:
    """Localisation dies at 40 s and is back `off_s` later; the robot drives on meanwhile."""
    measurements = drive.measurements()
    first = new_localizer()
    estimates = play(first, measurements, START_S + 40.0)
    remembered = first.remember(estimates[-1], "site", "run-1")
    assert remembered is not None
    second = new_localizer(remembered=remembered, run=run)
    rest = [m for m in measurements if m.stamp_s > START_S + 40.0 + off_s]
    return second, play(second, rest)


@pytest.mark.parametrize("seed", range(5))
def test_a_restart_in_the_middle_of_the_street_finds_itself_at_once(seed: int) -> None:
    drive = Drive(seed=seed, duration_s=60.0)
    localizer, estimates = restart(drive, off_s=2.0)
    assert localizer.source == "last pose of this run"
    assert estimates[0].stamp_s < START_S + 43.0
    table = errors(drive, estimates)
    assert float(np.hypot(*table[0, :2])) < 0.5
    assert math.degrees(float(np.max(np.abs(table[:, 2])))) < 10.0
    assert inside_3_sigma(table) >= 0.99


def test_the_pose_of_an_earlier_run_gives_way_to_the_dock() -> None:
    remembered = None
    first = new_localizer()
    estimates = play(first, Drive(seed=0, duration_s=10.0).measurements())
    remembered = first.remember(estimates[-1], "site", "run-1")
    second = new_localizer(remembered=remembered, run="run-2")
    play(second, Drive(seed=0, duration_s=10.0).measurements())
    assert second.source == "kiosk's dock"


def test_the_last_pose_survives_on_disk_and_a_broken_file_is_said(tmp_path: Path) -> None:
    first = new_localizer()
    estimates = play(first, Drive(seed=0, duration_s=10.0).measurements())
    remembered = first.remember(estimates[-1], "site", "run-1")
    assert remembered is not None
    memory = PoseMemory(tmp_path / "new" / "folder")
    assert memory.load() is None
    memory.save(remembered)
    assert memory.load() == remembered
    memory.path.write_text("{half", encoding="utf-8")
    with pytest.raises(PoseMemoryError, match=r"localization\.json"):
        memory.load()


def test_a_person_can_set_the_pose() -> None:
    drive = Drive(seed=11, duration_s=10.0)
    localizer = new_localizer(dock=None)
    play(localizer, drive.measurements(), START_S + 1.9)
    localizer.set_pose(DOCK, np.diag([0.25, 0.25, 0.04]))
    estimate = localizer.step(START_S + 1.95)
    assert estimate is not None
    assert abs(wrap(estimate.pose.yaw - DOCK.yaw)) < 1e-6
    assert localizer.health(START_S + 1.95, estimate).level is not Level.ERROR

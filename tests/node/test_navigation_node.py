"""The navigator as shipped, over DDS: goals, headings, feedback, new goals, cancel.

A FAKE robot drives what it asks for; simulated time goes on when it has answered.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from tests.navigation_bench import PERIOD_S, NavigationBench, Result, Status, a_pose
from tests.navigation_course import Disc

BRAKE_MPS2 = 1.0


@pytest.fixture(scope="module")
def navigator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NavigationBench]:
    bench = NavigationBench(tmp_path_factory.mktemp("navigation"))
    try:
        bench.start()
        yield bench
        assert bench.stop() == 0
    finally:
        bench.close()


@pytest.fixture
def bench(navigator: NavigationBench) -> NavigationBench:
    navigator.place(2.0, 8.0)
    return navigator


def away_m(bench: NavigationBench, x_m: float, y_m: float) -> float:
    return math.dist((bench.course.x_m, bench.course.y_m), (x_m, y_m))


def heading_error(bench: NavigationBench, yaw_rad: float) -> float:
    return abs(math.remainder(bench.course.yaw_rad - yaw_rad, math.tau))


def test_it_drives_to_a_goal_and_arrives_at_the_place_and_heading(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(14, 8, math.pi / 2))
    result = bench.finish(drive, 30.0)
    assert (drive.status, result.error_code) == (Status.STATUS_SUCCEEDED, Result.NONE)
    assert away_m(bench, 14, 8) < 0.3
    assert heading_error(bench, math.pi / 2) < 0.1
    assert (bench.course.v_mps, bench.course.w_radps) == pytest.approx((0, 0), abs=0.03)
    bench.says("idle")
    assert bench.states == ["idle", "driving", "idle"]
    assert bench.wish.header.frame_id == "base_link"
    speeds = [v for v, _ in bench.commands]
    assert 0.9 < max(speeds) <= 1.0


def test_the_plan_is_shown_while_it_drives_and_gone_afterwards(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(10, 8))
    bench.run_until(lambda: bench.plan, 1.0, "a plan")
    assert bench.plan[0] == pytest.approx((2, 8), abs=0.05)
    assert bench.plan[-1] == pytest.approx((10, 8), abs=0.05)
    bench.finish(drive, 20.0)
    bench.run_until(lambda: not bench.plan, 1.0, "no plan")


def test_it_passes_several_poses_in_their_order_and_tells_how_far_it_is(
    bench: NavigationBench,
) -> None:
    stops = [(6.0, 8.0), (9.0, 6.8), (12.0, 9.0)]
    drive = bench.go(*(a_pose(x, y) for x, y in stops))
    assert bench.finish(drive, 30.0).error_code == Result.NONE
    track = np.array(bench.course.track)
    gaps = [np.hypot(track[:, 1] - x, track[:, 2] - y) for x, y in stops]
    assert max(gap.min() for gap in gaps) < 0.65
    assert all(a.argmin() < b.argmin() for a, b in itertools.pairwise(gaps))
    assert min(v for _, x, _, v in bench.course.track if 4 < x < 10) > 0.5, "it halted on the way"

    said = drive.feedback
    poses = [f.number_of_poses_remaining for f in said]
    assert [n for n, _ in itertools.groupby(poses)] == [3, 2, 1]
    distances = [f.distance_remaining for f in said]
    assert distances[0] == pytest.approx(10.5, abs=0.5)
    assert max(np.diff(distances)) < 0.25, "the distance grew"
    assert distances[-1] < 0.5
    times = [f.navigation_time.sec + 1e-9 * f.navigation_time.nanosec for f in said]
    assert times == sorted(times)
    assert times[-1] > 8
    # a message every quarter of a second, to the nearest control step
    assert len(said) == pytest.approx((track[-1, 0] - track[0, 0]) / 0.25, abs=3)
    assert said[-1].current_pose.pose.position.x == pytest.approx(bench.course.x_m, abs=0.3)


def test_four_headings_at_one_place_are_a_look_around_on_the_spot(bench: NavigationBench) -> None:
    bench.place(10.03, 7.95, 0.3)  # where the drive to (10, 8) may have ended
    quarters = [math.remainder(0.3 + k * math.pi / 2, math.tau) for k in (1, 2, 3, 4)]
    drive = bench.go(*(a_pose(10, 8, yaw) for yaw in quarters))
    assert bench.finish(drive, 25.0).error_code == Result.NONE
    turned = PERIOD_S * sum(w for _, w in bench.commands)
    assert turned == pytest.approx(2 * math.pi, abs=0.2)
    assert away_m(bench, 10.03, 7.95) < 0.1
    assert heading_error(bench, 0.3) < 0.1
    poses = [f.number_of_poses_remaining for f in drive.feedback]
    assert [n for n, _ in itertools.groupby(poses)] == [4, 3, 2, 1]


def test_it_drives_somewhere_and_looks_around_there_in_one_goal(bench: NavigationBench) -> None:
    looks = [a_pose(8, 8, yaw) for yaw in (math.pi / 2, math.pi, -math.pi / 2)]
    drive = bench.go(a_pose(8, 8), *looks)
    assert bench.finish(drive, 40.0).error_code == Result.NONE
    assert away_m(bench, 8, 8) < 0.35
    assert heading_error(bench, -math.pi / 2) < 0.1
    assert PERIOD_S * sum(w for _, w in bench.commands) == pytest.approx(1.5 * math.pi, abs=0.3)


def test_a_goal_where_it_stands_is_reached_at_once(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(2, 8))
    assert bench.finish(drive, 1.0).error_code == Result.NONE
    assert away_m(bench, 2, 8) < 0.02


def test_it_turns_about_on_the_spot_where_only_a_heading_is_asked_for(
    bench: NavigationBench,
) -> None:
    drive = bench.go(a_pose(2, 8, math.pi))
    assert bench.finish(drive, 12.0).error_code == Result.NONE
    assert heading_error(bench, math.pi) < 0.1
    assert away_m(bench, 2, 8) < 0.05


def test_a_new_goal_replaces_the_old_one_without_stopping(bench: NavigationBench) -> None:
    old = bench.go(a_pose(20, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.commands.clear()
    new = bench.go(a_pose(12, 7))
    bench.run_until(lambda: old.ended, 1.0, "the old goal's result")
    assert old.status == Status.STATUS_ABORTED
    assert old.result is not None
    assert old.result.error_msg == "another goal took its place"
    bench.run(2.0)
    assert min(v for v, _ in bench.commands) > 0.7
    assert bench.finish(new, 20.0).error_code == Result.NONE
    assert away_m(bench, 12, 7) < 0.3
    assert "idle" not in bench.states[1:-1]


def test_of_two_clients_the_later_one_is_obeyed_and_both_are_told(bench: NavigationBench) -> None:
    first, second = bench.go(a_pose(12, 8), client=0), bench.go(a_pose(0, 8), client=1)
    bench.run_until(lambda: first.ended, 1.0, "the first client's result")
    assert first.status == Status.STATUS_ABORTED
    assert first.result is not None
    assert "another goal" in first.result.error_msg
    assert bench.finish(second, 20.0).error_code == Result.NONE
    assert away_m(bench, 0, 8) < 0.3


def test_cancel_slows_it_down_smoothly_and_says_cancelled(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(20, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.commands.clear()
    begin_m = bench.course.x_m
    bench.cancel(drive)
    result = bench.finish(drive, 0.5)
    assert (drive.status, result.error_code) == (Status.STATUS_CANCELED, Result.NONE)
    assert result.error_msg == "cancelled"
    bench.run(2.0)
    assert bench.course.v_mps == pytest.approx(0.0, abs=0.01)
    steps = np.diff([v for v, _ in bench.commands])
    assert steps.min() >= -BRAKE_MPS2 * PERIOD_S - 1e-6, "a jerk"
    assert bench.course.x_m - begin_m < 0.9
    assert bench.states[-1] == "idle"


def test_cancel_of_a_goal_that_was_replaced_leaves_the_new_one_alone(
    bench: NavigationBench,
) -> None:
    old = bench.go(a_pose(20, 8), client=1)
    bench.run(2.0)
    new = bench.go(a_pose(8, 8))
    bench.cancel(old)
    assert bench.finish(new, 20.0).error_code == Result.NONE
    assert old.ended


def test_it_stands_while_the_emergency_stop_is_latched_and_goes_on_afterwards(
    bench: NavigationBench,
) -> None:
    drive = bench.go(a_pose(12, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.estop_by = "Officer Li"
    bench.run_until(lambda: bench.states[-1] == "waiting", 0.5, "it says that it waits")
    bench.run(15.0)
    assert bench.wish.twist.linear.x == 0.0
    assert bench.states[-1] == "waiting", "time in the emergency stop counted as stuck"
    bench.estop_by = ""
    assert bench.finish(drive, 20.0).error_code == Result.NONE


@pytest.mark.alone
def test_a_control_step_takes_a_small_part_of_its_period(bench: NavigationBench) -> None:
    assert bench.process is not None
    process = psutil.Process(bench.process.pid)
    bench.course.discs = [Disc(12.0, 8.1), Disc(18.0, 7.0, vx_mps=-0.6), Disc(9.0, 9.4)]
    begin = process.cpu_times()
    begin_s = bench.course.now_s
    bench.finish(bench.go(a_pose(20, 8)), 40.0)
    used = process.cpu_times()
    share = (used.user + used.system - begin.user - begin.system) / (bench.course.now_s - begin_s)
    last = bench.log().rstrip().splitlines()[-1]
    figures = [float(re.search(rf"step_{p}_ms=([\d.]+)", last)[1]) for p in ("p50", "p99")]
    print(
        f"\nnavigator: control step {figures[0]} ms median, {figures[1]} ms p99; "
        f"{100 * share:.0f} % of a core at 20 Hz with a lidar of 240 rays"
    )
    assert figures[0] < 10.0
    assert figures[1] <= 25.0
    assert share < 0.4

"""The navigator as shipped, over DDS, when something is wrong: goals, inputs, the way, itself.

A FAKE robot drives what it asks for; simulated time goes on when it has answered.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped

from tests.navigation_bench import NavigationBench, Result, Status, a_pose, settings
from tests.navigation_course import Disc

INPUT_AGE_S = 0.6
FULL_STOP_S = 1.2  # from 1 m/s with 1 m/s2, and two control steps


@pytest.fixture(scope="module")
def navigator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NavigationBench]:
    bench = NavigationBench(tmp_path_factory.mktemp("navigation"), settings(wait_s=2.0))
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


def skewed(pose: PoseStamped) -> PoseStamped:
    pose.pose.orientation.z, pose.pose.orientation.w = 1.0, 1.0
    return pose


def off_the_ground(pose: PoseStamped) -> PoseStamped:
    pose.pose.position.z = math.inf
    return pose


@pytest.mark.parametrize(
    ("pose", "code", "sentence"),
    [
        (a_pose(0, 30), Result.NO_VALID_ROUTE, "lies in building Hall"),
        (a_pose(49, 8), Result.NO_VALID_ROUTE, "lies in keep-out Works"),
        (a_pose(0, 90), Result.NO_VALID_ROUTE, "lies outside the site"),
        (a_pose(5, 0), Result.NO_VALID_ROUTE, "lies on a road, not on a crossing"),
        (a_pose(math.nan, 8), Result.NO_VALID_ROUTE, "pose 1 has a position that is not a number"),
        (a_pose(2, math.inf), Result.NO_VALID_ROUTE, "pose 1 has a position that is not a number"),
        (
            off_the_ground(a_pose(8, 8)),
            Result.NO_VALID_ROUTE,
            "pose 1 has a position that is not a number",
        ),
        (a_pose(8, 8, math.nan), Result.NO_VALID_ROUTE, "pose 1 has a heading that is none"),
        (skewed(a_pose(8, 8)), Result.NO_VALID_ROUTE, "pose 1 has a heading that is none"),
        (a_pose(8, 8, frame="odom"), Result.TF_ERROR, "pose 1 is in the frame 'odom', not in map"),
    ],
    ids=["building", "keep-out", "outside", "road", "nan", "inf", "height", "yaw", "skew", "frame"],
)
def test_a_goal_that_cannot_be_is_refused_at_once_with_a_sentence(
    bench: NavigationBench, pose: PoseStamped, code: int, sentence: str
) -> None:
    result = bench.refused(pose)
    assert result.error_code == code
    assert sentence in result.error_msg
    bench.run(0.5)
    assert all(command == (0.0, 0.0) for command in bench.commands)
    assert bench.states[-1] == "idle"


def test_one_bad_pose_among_good_ones_spoils_the_goal_and_is_named(bench: NavigationBench) -> None:
    result = bench.refused(a_pose(8, 8), a_pose(12, math.nan))
    assert "pose 2 has a position" in result.error_msg
    assert not bench.go().handle.accepted, "a goal without poses"


def test_a_refused_goal_leaves_the_present_drive_alone(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(10, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.commands.clear()
    bench.refused(a_pose(49, 8))
    bench.refused(a_pose(10, 8, math.nan))
    bench.run(1.0)
    assert min(v for v, _ in bench.commands) > 0.9
    assert bench.finish(drive, 20.0).error_code == Result.NONE


def test_without_a_position_a_goal_is_refused_as_a_transform_error(bench: NavigationBench) -> None:
    bench.silent = {"odometry"}
    bench.run(1.0)
    result = bench.refused(a_pose(8, 8))
    assert (result.error_code, result.error_msg) == (
        Result.TF_ERROR,
        "the robot's position is not known",
    )
    bench.silent = set()
    bench.run(0.3)
    assert bench.finish(bench.go(a_pose(6, 8)), 15.0).error_code == Result.NONE


@pytest.mark.parametrize("what", ["scan", "odometry"])
def test_a_lost_input_stops_it_in_time_and_it_goes_on_when_it_is_back(
    bench: NavigationBench, what: str
) -> None:
    drive = bench.go(a_pose(14, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.silent = {what}
    bench.run(INPUT_AGE_S + FULL_STOP_S)
    assert bench.wish.twist.linear.x == 0.0
    assert bench.course.v_mps == 0.0
    assert bench.states[-1] == "waiting"
    bench.run(8.0)
    assert bench.states[-1] == "waiting", "time without data counted as stuck"
    bench.silent = set()
    assert bench.finish(drive, 20.0).error_code == Result.NONE


def test_a_position_that_is_not_a_number_is_no_position(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(14, 8))
    bench.run_until(lambda: bench.course.v_mps > 0.9, 5.0, "full speed")
    bench.silent = {"odometry is a number"}
    bench.commands.clear()
    bench.run(INPUT_AGE_S + FULL_STOP_S)
    assert np.isfinite(bench.commands).all()
    assert bench.wish.twist.linear.x == 0.0
    bench.silent = set()
    assert bench.finish(drive, 20.0).error_code == Result.NONE


def test_it_goes_round_a_post_that_appears_on_its_path(bench: NavigationBench) -> None:
    drive = bench.go(a_pose(16, 8))
    bench.run_until(lambda: bench.course.x_m > 6.0, 10.0, "half the way")
    bench.course.discs = [Disc(9.5, 8.05)]
    assert bench.finish(drive, 25.0).error_code == Result.NONE
    assert bench.course.nearest_m > 0.4, "hull against post"
    assert set(bench.states) == {"idle", "driving"}
    assert min(y for _, _, y, _ in bench.course.track) > 6.0, "it left the pavement"


def test_it_waits_for_a_row_of_people_says_so_and_goes_on_when_they_go(
    bench: NavigationBench,
) -> None:
    drive = bench.go(a_pose(16, 8))
    bench.run_until(lambda: bench.course.x_m > 4.0, 10.0, "on its way")
    bench.course.discs = [Disc(9.0, 4.0 + 0.45 * k) for k in range(40)]
    bench.run_until(lambda: bench.states[-1] == "waiting", 12.0, "it says that it waits")
    assert bench.course.x_m < 8.6
    assert not drive.ended
    bench.course.discs = []
    assert bench.finish(drive, 20.0).error_code == Result.NONE
    bench.says("idle")
    assert bench.states[-3:] == ["waiting", "driving", "idle"]
    assert bench.course.nearest_m > 0.3


def test_a_pavement_that_stays_blocked_is_backed_away_from_and_driven_round(
    bench: NavigationBench,
) -> None:
    bench.place(14.0, 8.0)
    bench.course.discs = [Disc(20.0, 3.0 + 0.3 * k, 0.2) for k in range(34)]  # y 3 to 13
    drive = bench.go(a_pose(28, 8))
    assert bench.finish(drive, 120.0).error_code == Result.NONE
    recovering = [s for s in bench.states if s in ("waiting", "backing_off", "replanning")]
    assert recovering[:3] == ["waiting", "backing_off", "replanning"]
    assert drive.feedback[-1].number_of_recoveries >= 1
    assert bench.course.nearest_m > 0.25


def test_shut_in_on_all_sides_it_gives_up_and_says_why(bench: NavigationBench) -> None:
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    bench.place(10.0, 8.0)
    bench.course.discs = [Disc(10 + 2.2 * math.cos(a), 8 + 2.2 * math.sin(a), 0.2) for a in angles]
    drive = bench.go(a_pose(20, 8))
    result = bench.finish(drive, 90.0)
    assert (drive.status, result.error_code) == (Status.STATUS_ABORTED, Result.BLOCKED)
    assert "blocked" in result.error_msg
    bench.says("blocked")
    assert bench.course.nearest_m > 0.25
    bench.course.discs = []
    bench.run(1.0)
    assert bench.finish(bench.go(a_pose(12, 8)), 15.0).error_code == Result.NONE


def test_killed_on_the_way_and_started_anew_it_stands_until_it_gets_a_goal(
    bench: NavigationBench,
) -> None:
    bench.go(a_pose(20, 8))
    bench.run_until(lambda: bench.course.x_m > 5.0, 10.0, "on its way")
    bench.kill()
    bench.run(2.0)
    bench.forget_drives()
    bench.start()
    here = bench.course.x_m
    bench.run(2.0)
    assert bench.course.x_m == pytest.approx(here, abs=0.01)
    assert bench.states[-1] == "idle"
    assert bench.finish(bench.go(a_pose(here + 3, 8)), 15.0).error_code == Result.NONE


def test_a_simulation_that_starts_anew_at_an_earlier_time_can_be_driven_in(
    bench: NavigationBench,
) -> None:
    bench.course.discs = [Disc(5.0, 8.0)]
    bench.run(1.0)
    bench.course.now_s -= 100.0
    bench.course.discs = []
    bench.run(1.0)
    assert bench.finish(bench.go(a_pose(7, 8)), 15.0).error_code == Result.NONE
    aside = max(abs(y - 8.0) for _, _, y, _ in bench.course.track)
    assert aside < 0.1, "it went round what it saw in the simulation before"


def test_a_broken_site_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.site.geojson"
    broken.write_text("{", encoding="utf-8")
    command = [sys.executable, "-m", "robot.navigation.node", "--ros-args"]
    done = subprocess.run(
        [*command, "-p", f"site_file:={broken}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    assert "broken.site.geojson, line 1, column 2: this is not JSON" in done.stderr

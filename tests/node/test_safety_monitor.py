"""The collision monitor as shipped, in its own process, against real rclpy inputs."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from patrol_interfaces.msg import SafetyState

from tests.safety_stand_in import Monitor, StandIn

TRIES = 50


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    monitor = Monitor(tmp_path_factory.mktemp("safety-state"))
    monitor.start()
    yield monitor
    assert monitor.stop() == 0


@pytest.fixture(scope="module")
def surroundings(monitor: Monitor) -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def robot(surroundings: StandIn) -> StandIn:
    """A robot that drives, all inputs good."""
    surroundings.behave()
    surroundings.wait_until_driving()
    return surroundings


def report(what: str, times_s: list[float]) -> float:
    """Print the figures; returns the 99th percentile in s."""
    ms = 1000 * np.array(times_s)
    p99 = float(np.percentile(ms, 99))
    print(f"\n{what}: median {np.median(ms):.1f} ms, p99 {p99:.1f} ms, {len(ms)} tries")
    return p99 / 1000


def test_a_clear_way_lets_the_command_through_unchanged(robot: StandIn) -> None:
    robot.wanted = (0.6, -0.2)
    robot.wait(lambda: robot.velocity() == (0.6, -0.2), 2.0, "the command passes")
    assert robot.states[-1].state == SafetyState.GO


@pytest.mark.alone
def test_commands_leave_at_20_hz_and_states_at_10_hz(robot: StandIn) -> None:
    robot.sent.clear()
    robot.states.clear()
    time.sleep(2.0)
    assert 36 <= len(robot.sent) <= 44
    assert 17 <= len(robot.states) <= 23


@pytest.mark.alone
def test_an_obstacle_gives_zero_within_a_tenth_of_a_second(robot: StandIn) -> None:
    times = []
    for i in range(TRIES):
        robot.silent = {"scan"}
        time.sleep(random.Random(i).uniform(0.0, 0.1))
        robot.obstacle_m = 0.55
        moment = time.monotonic()
        robot.publish_scan()
        robot.wait(lambda m=moment: robot.first_zero_after(m) is not None, 1.0, "zero")
        times.append(robot.first_zero_after(moment) - moment)
        assert robot.wait_until_stopped("m ahead").state == SafetyState.STOP
        robot.behave()
        robot.wait_until_driving()
    assert report("obstacle -> zero", times) <= 0.100
    assert float(np.median(times)) <= 0.015  # at once, not on the next tick of 50 ms


@pytest.mark.alone
def test_the_e_stop_gives_zero_within_a_twentieth_of_a_second(robot: StandIn) -> None:
    times = []
    for i in range(TRIES):
        time.sleep(random.Random(i).uniform(0.0, 0.1))
        moment = time.monotonic()
        answer = robot.set_estop(True)
        robot.wait(lambda m=moment: robot.first_zero_after(m) is not None, 1.0, "zero")
        times.append(robot.first_zero_after(moment) - moment)
        assert answer.success
        assert robot.set_estop(False).success
        robot.wait_until_driving()
    assert report("e-stop -> zero", times) <= 0.050


def test_the_e_stop_says_who_and_why_and_needs_a_name_to_be_released(robot: StandIn) -> None:
    robot.set_estop(True, who="officer Li", reason="a child runs")
    state = robot.wait_until_stopped("officer Li")
    assert state.state == SafetyState.ESTOP
    assert state.estop_latched
    assert state.estop_by == "officer Li"
    assert "a child runs" in state.reason
    assert not robot.set_estop(False, who=" ").success
    assert robot.states[-1].estop_latched
    assert robot.set_estop(False).success
    robot.wait_until_driving()


@pytest.mark.parametrize(
    ("name", "says", "longest_s"),
    [
        ("scan", "no lidar scan", 0.5),
        ("command", "no velocity command", 0.3),
        ("odometry", "no position from localisation", 0.5),
        ("bumper", "no word from the bumper", 1.0),
        ("status", "no word from localisation", 3.0),
    ],
)
def test_each_input_that_falls_silent_stops_it_and_is_named(
    robot: StandIn, name: str, says: str, longest_s: float
) -> None:
    robot.silent = {name}
    moment = time.monotonic()
    assert robot.wait_until_stopped(says, longest_s + 2.0).state == SafetyState.STOP
    assert robot.first_zero_after(moment) - moment <= longest_s + 0.2
    robot.behave()
    robot.wait_until_driving()


def test_a_lost_localisation_stops_it(robot: StandIn) -> None:
    robot.level = DiagnosticStatus.ERROR
    robot.publish_status()
    robot.wait_until_stopped("lost: the position", 0.5)
    robot.level = DiagnosticStatus.WARN
    robot.publish_status()
    robot.wait_until_driving()


def test_the_bumper_stops_it_and_lets_it_back_off_slowly(robot: StandIn) -> None:
    robot.speed = 0.5
    time.sleep(0.2)
    robot.pressed = True
    robot.publish_bumper()
    robot.wait_until_stopped("a bollard", 0.5)
    robot.speed, robot.wanted = 0.0, (-0.5, 0.0)
    robot.wait(lambda: -0.15 <= robot.velocity()[0] < 0.0, 1.0, "it backs off slowly")


@pytest.mark.parametrize("wanted", [(math.nan, 0.0), (0.5, math.inf), (-math.inf, math.nan)])
def test_a_command_that_is_not_a_number_stops_it(
    robot: StandIn, wanted: tuple[float, float]
) -> None:
    robot.wanted = wanted
    robot.wait_until_stopped("not a number")


def test_a_blind_lidar_stops_it(robot: StandIn) -> None:
    robot.all_rays = math.nan
    robot.wait_until_stopped("the lidar is blind")


def test_its_own_hull_in_the_scan_does_not_stop_it(robot: StandIn) -> None:
    robot.obstacle_m = 0.28  # inside the hull, whose front is at 0.30
    time.sleep(0.3)
    assert robot.velocity() == (0.5, 0.0)


def test_a_position_that_is_not_a_number_stops_it(robot: StandIn) -> None:
    robot.pose = (math.nan, 0.0, 0.0)
    robot.wait_until_stopped("position is not a number")


@pytest.mark.alone
def test_it_costs_little_of_one_core(robot: StandIn, monitor: Monitor) -> None:
    process = psutil.Process(monitor.process.pid)
    robot.all_rays = 1.5  # something everywhere: the zones have work
    robot.wait_until_driving()
    process.cpu_percent()
    time.sleep(4.0)
    share = process.cpu_percent()
    print(f"\ncollision monitor: {share:.1f} % of a core")
    assert share <= 15.0  # the aim is 6 % on a quiet machine; the test runs on busy ones too

"""The collision monitor over its own death: it starts stopped, and the e-stop's latch survives."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from patrol_interfaces.msg import SafetyState

from tests.safety_stand_in import Monitor, StandIn


@pytest.fixture
def robot() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    monitor = Monitor(tmp_path)
    yield monitor
    monitor.stop()


def test_it_stays_stopped_until_every_input_was_seen_good(robot: StandIn, monitor: Monitor) -> None:
    robot.silent = {"bumper"}
    monitor.start()
    robot.wait_until_stopped("no word from the bumper yet", 8.0)
    assert all((v, w) == (0.0, 0.0) for _, v, w in robot.sent)
    robot.behave()
    robot.wait_until_driving()


def test_the_latch_survives_a_kill_and_a_restart(robot: StandIn, monitor: Monitor) -> None:
    monitor.start()
    robot.wait_until_driving()
    assert robot.set_estop(True, who="officer Li", reason="a child runs").success
    monitor.kill()
    robot.sent.clear()
    robot.states.clear()
    monitor.start()
    state = robot.wait_until_stopped("officer Li", 8.0)
    assert state.state == SafetyState.ESTOP
    time.sleep(1.0)
    assert all((v, w) == (0.0, 0.0) for _, v, w in robot.sent)
    assert robot.set_estop(False, who="officer Li").success
    robot.wait_until_driving()
    monitor.kill()
    robot.sent.clear()
    monitor.start()
    robot.wait_until_driving()  # released stays released


def test_nobody_else_keeps_the_base_moving_when_it_dies(robot: StandIn, monitor: Monitor) -> None:
    monitor.start()
    robot.wait_until_driving()
    monitor.kill()
    time.sleep(0.2)
    robot.sent.clear()
    time.sleep(0.5)
    assert not robot.sent  # so that the base's watchdog ends the motion


def test_its_last_word_is_zero(robot: StandIn, monitor: Monitor) -> None:
    monitor.start()
    robot.wait_until_driving()
    assert monitor.stop() == 0
    robot.wait(lambda: robot.velocity() == (0.0, 0.0), 1.0, "zero at the end")

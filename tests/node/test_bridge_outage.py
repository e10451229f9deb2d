"""Findings on their way when the link, the centre or the bridge dies: all stored, each once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from comms.wire import centre_pb2 as pb
from tests.node.bridge_rig import UNIT, Rig, finding_message, until
from tests.node.fake_executor import FakeExecutor

COUNT = 2000
PER_S = 250.0


@pytest.fixture
def robot() -> Iterator[FakeExecutor]:
    fake = FakeExecutor("robot")
    yield fake
    fake.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    made.start_centre("--unit", UNIT)
    made.start_bridge()
    until(made.connected)
    yield made
    made.close()


def publish(robot: FakeExecutor, count: int, *, size: int = 4000) -> threading.Thread:
    """Publish `count` findings at PER_S in a thread."""

    def run() -> None:
        begin = time.monotonic()
        for number in range(count):
            robot.findings.publish(finding_message(number, size))
            time.sleep(max(0.0, begin + number / PER_S - time.monotonic()))

    until(lambda: robot.findings.get_subscription_count() > 0)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def stored_once(rig: Rig, count: int) -> None:
    until(lambda: rig.stored() >= count, 60)
    time.sleep(1.0)  # would a double come late?
    assert rig.stored() == count
    assert rig.stored("finding_heads") == count
    assert rig.stored("pictures") == count
    assert rig.stub.ListFindings(pb.ListFindingsRequest()).total == count
    assert rig.stored("refused") == 0
    path = rig.folder / "state" / "bridge" / UNIT / "outbox.sqlite"
    with closing(sqlite3.connect(path)) as outbox:
        until(lambda: outbox.execute("SELECT count(*) FROM records").fetchone()[0] == 0, 5)


def test_killing_the_centre_in_the_middle_loses_and_doubles_none(
    rig: Rig, robot: FakeExecutor
) -> None:
    publishing = publish(robot, COUNT)
    for _ in range(2):
        have = rig.stored()
        until(lambda have=have: rig.stored() > have + COUNT // 10)
        assert rig.centre is not None
        rig.centre.kill()
        time.sleep(1.0)
        rig.start_centre()
    publishing.join()
    stored_once(rig, COUNT)


def test_killing_the_bridge_in_the_middle_loses_and_doubles_none(
    rig: Rig, robot: FakeExecutor
) -> None:
    # The topic keeps the last 200 for a bridge that comes back: so many may pass while it is dead.
    publish(robot, 600).join()
    assert rig.bridge is not None
    rig.bridge.kill()
    for number in range(600, 750):
        robot.findings.publish(finding_message(number, 4000))
    rig.start_bridge()
    until(lambda: rig.stored() > 600)
    rig.bridge.kill()
    rig.start_bridge()
    stored_once(rig, 750)


def test_a_long_outage_is_caught_up_from_the_unit_s_disk(rig: Rig, robot: FakeExecutor) -> None:
    assert rig.centre is not None
    rig.centre.end()
    publish(robot, 1000).join()
    time.sleep(0.5)
    assert rig.bridge is not None
    rig.bridge.kill()  # the topic has only the last 200; the rest is on the unit's disk
    rig.start_bridge()
    rig.start_centre()
    stored_once(rig, 1000)

"""Watchers get the present and then every change, each at its own pace."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comms.centre.watch import SlowWatcherError, Watcher
from comms.wire import centre_pb2 as pb
from comms.wire import convert, link_pb2, types_pb2
from tests.unit.centre_rig import RunningCentre, finding, until


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[RunningCentre]:
    running = RunningCentre(tmp_path)
    yield running
    running.stop()


def follow(stub: object, into: list[pb.Event]) -> object:
    call = stub.Watch(pb.WatchRequest())  # type: ignore[attr-defined]

    def read() -> None:
        import grpc

        try:
            into.extend(iter(call.__next__, None))
        except (grpc.RpcError, StopIteration):
            return

    threading.Thread(target=read, daemon=True).start()
    return call


def kinds(events: list[pb.Event]) -> list[str]:
    return [str(event.WhichOneof("body")) for event in events]


def test_a_watcher_gets_the_present_and_then_each_change(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.record(1, finding=finding(1))
    unit.record(2, finding=finding(2, phase=types_pb2.FINDING_PHASE_ENDED))
    until(lambda: unit.acked(2))
    seen: list[pb.Event] = []
    with centre.operator() as stub:
        follow(stub, seen)
        until(lambda: kinds(seen) == ["unit", "finding"])  # an ended finding is no present
        assert seen[0].unit.connected
        assert seen[1].finding.finding_id == "finding-1"
        assert seen[1].finding.unit_id == "unit-1"
        assert seen[1].finding.snapshot_jpeg == b""
        unit.record(3, finding=finding(1, revision=1))
        until(lambda: kinds(seen) == ["unit", "finding", "finding"])
        visit = types_pb2.CheckpointVisit(visit_id="v", task_id="t")
        unit.record(4, visit=visit)
        unit.record(5, visit=visit)
        unit.record(6, finding=finding(3))
        until(lambda: kinds(seen)[3:] == ["visit", "finding"])
        unit.close()
        until(lambda: kinds(seen)[-1] == "unit" and not seen[-1].unit.connected)


def test_a_slow_watcher_holds_up_nobody_and_gets_the_newest_state(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    now = convert.time_to_wire(convert.time_from_wire(finding(1).last_seen))
    fast: list[pb.Event] = []
    with centre.operator() as stub, centre.operator() as slow_stub:
        follow(stub, fast)
        slow = slow_stub.Watch(pb.WatchRequest())
        next(slow)
        until(lambda: len(centre.centre.watchers) == 2)
        began = time.monotonic()
        padding = "x" * 20_000
        for number in range(1, 1001):
            state = types_pb2.VehicleState(
                at=now, vehicle=types_pb2.VEHICLE_ROBOT, speed_mps=number, detail=padding
            )
            unit.send(telemetry=link_pb2.Telemetry(vehicles=[state]))
            unit.record(number, finding=finding(number, reason=padding))
        until(lambda: unit.acked(1000), 20)
        until(lambda: kinds(fast).count("finding") == 1000)
        assert time.monotonic() - began < 20
        # Now the slow one reads: all findings, and of the telemetry not the whole past.
        late: list[pb.Event] = []
        for event in slow:
            late.append(event)
            if kinds(late).count("finding") == 1000:
                break
        units = [event.unit for event in late if event.WhichOneof("body") == "unit"]
        assert len(units) < 900
        slow.cancel()
    unit.close()


def event_of(number: int, revision: int = 0) -> pb.Event:
    return pb.Event(finding=finding(number, revision))


def test_the_newest_of_a_subject_takes_the_older_one_s_place() -> None:
    async def run() -> list[int]:
        watcher = Watcher("")
        watcher.put_snapshot([event_of(1)])
        watcher.put(event_of(1, 1))
        watcher.put(event_of(2, 0))
        watcher.put(event_of(1, 2))
        events = watcher.events()
        return [(await anext(events)).finding.revision for _ in range(2)]

    assert asyncio.run(run()) == [2, 0]


def test_a_change_during_the_snapshot_is_not_undone_by_it() -> None:
    async def run() -> int:
        watcher = Watcher("")
        watcher.put(event_of(1, 5))
        watcher.put_snapshot([event_of(1, 4)])
        return (await anext(watcher.events())).finding.revision

    assert asyncio.run(run()) == 5


def test_a_watcher_that_is_hopelessly_behind_is_told_so() -> None:
    async def run() -> None:
        watcher = Watcher("", max_waiting=10)
        for number in range(11):
            watcher.put(event_of(number))
        await anext(watcher.events())

    with pytest.raises(SlowWatcherError):
        asyncio.run(run())


def test_a_watcher_of_one_unit_hears_of_that_unit_only() -> None:
    async def run() -> str:
        watcher = Watcher("unit-2")
        watcher.put(pb.Event(unit=pb.Unit(unit_id="unit-1")))
        watcher.put(pb.Event(unit=pb.Unit(unit_id="unit-2")))
        return (await anext(watcher.events())).unit.unit_id

    assert asyncio.run(run()) == "unit-2"

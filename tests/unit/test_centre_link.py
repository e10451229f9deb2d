"""What the centre promises a unit: each record stored once, each task told until it has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from comms.wire import centre_pb2 as pb
from comms.wire import convert, link_pb2, types_pb2
from tests.unit.centre_rig import UNIT, RunningCentre, finding, until


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[RunningCentre]:
    running = RunningCentre(tmp_path)
    yield running
    running.stop()


def rows(centre: RunningCentre, table: str) -> int:
    path = f"file:{centre.folder / 'centre.sqlite'}?mode=ro"
    with closing(sqlite3.connect(path, uri=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def return_task(**fields: object) -> types_pb2.Task:
    return types_pb2.Task(
        unit_id=UNIT, vehicle=types_pb2.VEHICLE_ROBOT, kind=types_pb2.TASK_KIND_RETURN, **fields
    )


def test_a_record_is_acknowledged_when_it_is_in_the_store(centre: RunningCentre) -> None:
    unit = centre.unit()
    assert unit.wait("welcome")[0].stored_seq == 0
    unit.record(1, finding=finding(1))
    until(lambda: unit.acked(1))
    assert rows(centre, "findings") == 1
    unit.close()


def test_a_repeated_record_changes_nothing(centre: RunningCentre) -> None:
    unit = centre.unit()
    for seq in (1, 2, 1, 2, 3):
        unit.record(seq, finding=finding(seq))
    until(lambda: unit.acked(3))
    assert rows(centre, "findings") == 3
    unit.close()


def test_a_restarted_centre_knows_where_the_unit_stands(centre: RunningCentre) -> None:
    unit = centre.unit()
    for seq in range(1, 51):
        unit.record(seq, finding=finding(seq))
    until(lambda: unit.acked(50))
    unit.close()
    centre.stop()
    centre.start()
    again = centre.unit()
    assert again.wait("welcome")[0].stored_seq == 50
    again.close()
    anew = centre.unit(outbox_id="another disk")
    assert anew.wait("welcome")[0].stored_seq == 0
    anew.record(1, finding=finding(1))  # the same finding under a new number
    until(lambda: anew.acked(1))
    assert rows(centre, "findings") == 50
    anew.close()


def test_a_record_that_makes_no_sense_is_kept_and_holds_up_nobody(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.record(1, finding=finding(1))
    unit.record(2, finding=finding(2, position=types_pb2.GeoPoint(latitude_deg=200)))
    unit.send(record=link_pb2.Record(seq=3))  # a kind that only a newer version knows
    unit.record(4, task_update=types_pb2.TaskUpdate(task_id="never heard of", vehicle=1, state=5))
    unit.record(5, finding=finding(5))
    until(lambda: unit.acked(5))
    assert rows(centre, "findings") == 2
    assert rows(centre, "refused") == 3
    unit.close()


def test_an_older_revision_that_comes_late_does_not_replace_the_newest(
    centre: RunningCentre,
) -> None:
    unit = centre.unit()
    unit.record(1, finding=finding(1, revision=2, label="newest"))
    unit.record(2, finding=finding(1, revision=1, label="older"))
    until(lambda: unit.acked(2))
    with centre.operator() as stub:
        answer = stub.ListFindings(pb.ListFindingsRequest())
        assert [f.label for f in answer.findings] == ["newest"]
        assert answer.total == 1
        assert stub.GetSnapshot(pb.GetSnapshotRequest(finding_id="finding-1")).jpeg == bytes(100)
    unit.close()


def test_another_version_of_the_link_is_refused_with_the_number(centre: RunningCentre) -> None:
    error = centre.unit(protocol=7).ended()
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "speaks version 1 of the link, not 7" in str(error.details())


def test_a_second_stream_of_a_unit_ends_the_first(centre: RunningCentre) -> None:
    first = centre.unit()
    first.wait("welcome")
    second = centre.unit()
    second.wait("welcome")
    first._thread.join(5)
    assert not first._thread.is_alive()
    with centre.operator() as stub:
        assert stub.ListUnits(pb.ListUnitsRequest()).units[0].connected
    second.close()
    with centre.operator() as stub:
        until(lambda: not stub.ListUnits(pb.ListUnitsRequest()).units[0].connected)


def test_a_task_is_told_on_every_stream_until_the_unit_has_it(centre: RunningCentre) -> None:
    was_here = centre.unit()
    was_here.wait("welcome")
    was_here.close()
    with centre.operator() as stub:
        until(lambda: not stub.ListUnits(pb.ListUnitsRequest()).units[0].connected)
        created = stub.CreateTask(pb.CreateTaskRequest(task=return_task()))
        assert created.latest.state == types_pb2.TASK_STATE_APPROVED  # nobody to send it to
    task_id = created.task.task_id
    unit = centre.unit()
    assert [task.task_id for task in unit.wait("task")] == [task_id]
    unit.close()  # it dies before it has said that it has it
    centre.stop()
    centre.start()
    again = centre.unit()
    assert [task.task_id for task in again.wait("task")] == [task_id]
    again.send(task_receipt=link_pb2.TaskReceipt(task_id=task_id, stored=True))
    again.record(1, finding=finding(1))
    until(lambda: again.acked(1))
    again.close()
    third = centre.unit()
    third.record(2, finding=finding(2))
    until(lambda: third.acked(2))
    assert third.all_of("task") == []
    third.close()


def test_a_wish_is_told_again_until_it_is_done(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub:
        task_id = stub.CreateTask(pb.CreateTaskRequest(task=return_task())).task.task_id
        unit.wait("task")
        unit.send(task_receipt=link_pb2.TaskReceipt(task_id=task_id, stored=True))
        cancel = pb.ControlTaskRequest(
            task_id=task_id, action=pb.ControlTaskRequest.CANCEL, by="Li", reason="too late"
        )
        stub.ControlTask(cancel)
        assert unit.wait("control")[0].actor == "Li"
        unit.close()
        again = centre.unit()
        control = again.wait("control")[0]
        assert (control.action, control.reason) == (link_pb2.TaskControl.CANCEL, "too late")
        step = types_pb2.TaskUpdate(
            task_id=task_id, vehicle=types_pb2.VEHICLE_ROBOT,
            state=types_pb2.TASK_STATE_CANCELLED, actor="robot",
        )  # fmt: skip
        again.record(1, task_update=step)
        until(lambda: again.acked(1))
        with pytest.raises(grpc.RpcError) as refused:
            stub.ControlTask(cancel)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        again.close()


def test_a_task_that_the_unit_refuses_is_rejected_with_its_reason(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub:
        task_id = stub.CreateTask(pb.CreateTaskRequest(task=return_task())).task.task_id
        unit.send(
            task_receipt=link_pb2.TaskReceipt(task_id=task_id, stored=False, why_not="no such beat")
        )
        record = until(
            lambda: next(
                (
                    r
                    for r in stub.ListTasks(pb.ListTasksRequest()).tasks
                    if r.latest.state == types_pb2.TASK_STATE_REJECTED
                ),
                None,
            )
        )
    assert (record.latest.reason, record.latest.actor) == ("no such beat", UNIT)
    unit.close()


def test_a_task_that_could_not_be_sent_in_time_expires(centre: RunningCentre) -> None:
    was_here = centre.unit()
    was_here.wait("welcome")
    was_here.close()
    with centre.operator() as stub:
        until(lambda: not stub.ListUnits(pb.ListUnitsRequest()).units[0].connected)
        deadline = convert.time_to_wire(datetime.now(UTC) + timedelta(seconds=0.3))
        stub.CreateTask(pb.CreateTaskRequest(task=return_task(deadline=deadline)))
        until(
            lambda: (
                stub.ListTasks(pb.ListTasksRequest()).tasks[0].latest.state
                == types_pb2.TASK_STATE_EXPIRED
            )
        )
    unit = centre.unit()
    unit.record(1, finding=finding(1))
    until(lambda: unit.acked(1))
    assert unit.all_of("task") == []
    unit.close()


def test_a_stop_that_was_not_confirmed_is_told_again(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    with centre.operator() as stub:
        stop_id = stub.StopUnit(pb.StopUnitRequest(by="Li")).stop_id
    assert unit.wait("stop")[0].engage
    unit.close()
    again = centre.unit()
    assert again.wait("stop")[0].stop_id == stop_id
    again.send(stop_receipt=link_pb2.StopReceipt(stop_id=stop_id, effective=True))
    again.record(1, finding=finding(1))
    until(lambda: again.acked(1))
    again.close()
    third = centre.unit()
    third.record(2, finding=finding(2))
    until(lambda: third.acked(2))
    assert third.all_of("stop") == []
    third.close()


def test_a_stop_overtakes_a_unit_that_is_catching_up(centre: RunningCentre) -> None:
    unit = centre.unit()
    unit.wait("welcome")
    for seq in range(1, 1001):
        unit.record(seq, finding=finding(seq, size=20_000))
    with centre.operator() as stub:
        stub.StopUnit(pb.StopUnitRequest())
        unit.wait("stop")
        assert not unit.acked(1000)
    until(lambda: unit.acked(1000))
    assert rows(centre, "findings") == 1000
    unit.close()


def test_the_clock_s_offset_can_be_measured(centre: RunningCentre) -> None:
    unit = centre.unit()
    stamp = convert.time_to_wire(datetime(2020, 1, 1, tzinfo=UTC))
    unit.send(time_ping=link_pb2.TimePing(unit_time=stamp))
    pong = unit.wait("time_pong")[0]
    assert pong.unit_time == stamp
    away = datetime.now(UTC) - convert.time_from_wire(pong.centre_time)
    assert abs(away.total_seconds()) < 2
    unit.close()

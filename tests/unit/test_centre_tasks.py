"""What people may ask of the centre, and the one sentence that they get when it makes no sense."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from comms.centre.site_files import read_site_files
from comms.wire import centre_pb2 as pb
from comms.wire import convert, types_pb2
from tests.unit.centre_rig import UNIT, HandUnit, RunningCentre, until

ROBOT, DRONE = types_pb2.VEHICLE_ROBOT, types_pb2.VEHICLE_DRONE
PATROL, GO_TO = types_pb2.TASK_KIND_PATROL, types_pb2.TASK_KIND_GO_TO
ORBIT, RETURN = types_pb2.TASK_KIND_ORBIT, types_pb2.TASK_KIND_RETURN
INSIDE = types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615)
OUTSIDE = types_pb2.GeoPoint(latitude_deg=29.9, longitude_deg=121.615)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[RunningCentre]:
    site = read_site_files(
        repository / "launch/sites/ningbo_east.site.geojson", repository / "launch/beats"
    )
    running = RunningCentre(tmp_path_factory.mktemp("centre"), site)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def unit(centre: RunningCentre) -> Iterator[HandUnit]:
    unit = centre.unit(beat_ids=["night"], site_id="ningbo_east")
    unit.wait("welcome")
    yield unit
    unit.close()


@pytest.fixture
def stub(centre: RunningCentre, unit: HandUnit) -> Iterator[Any]:
    with centre.operator() as made:
        yield made


def create(stub: Any, **fields: Any) -> pb.TaskRecord:
    fields = {"unit_id": UNIT, "vehicle": ROBOT, "kind": RETURN, **fields}
    return stub.CreateTask(pb.CreateTaskRequest(task=types_pb2.Task(**fields)), timeout=5)


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"unit_id": "nobody"}, "NOT_FOUND", "there is no unit 'nobody'"),
        ({"kind": ORBIT, "points": [INSIDE]}, "INVALID_ARGUMENT", "a robot cannot do a orbit"),
        ({"kind": PATROL}, "INVALID_ARGUMENT", "a patrol task needs the id of a beat"),
        ({"kind": PATROL, "beat_id": "x"}, "INVALID_ARGUMENT", "there is no beat 'x'; there is"),
        ({"kind": GO_TO}, "INVALID_ARGUMENT", "needs exactly one point"),
        ({"kind": GO_TO, "points": [OUTSIDE]}, "INVALID_ARGUMENT", "m outside the site"),
        ({"kind": GO_TO, "points": [INSIDE] * 101}, "INVALID_ARGUMENT", "points"),
        ({"kind": 99}, "INVALID_ARGUMENT", "99 is not a TaskKind that this version knows"),
        ({"vehicle": 0}, "INVALID_ARGUMENT", "0 is not a Vehicle"),
        ({"radius_m": float("nan")}, "INVALID_ARGUMENT", "radius_m"),
        ({"task_id": "x" * 65}, "INVALID_ARGUMENT", "task_id"),
        (
            {"deadline": convert.time_to_wire(datetime(2020, 1, 1, tzinfo=UTC))},
            "INVALID_ARGUMENT",
            "the deadline is in the past",
        ),
        (
            {"approval": types_pb2.Approval(by="me")},
            "INVALID_ARGUMENT",
            "a new task carries no approval",
        ),
    ],
)
def test_a_task_that_makes_no_sense_is_refused_with_one_sentence(
    stub: Any, fields: dict[str, Any], code: str, sentence: str
) -> None:
    before = len(stub.ListTasks(pb.ListTasksRequest()).tasks)
    with pytest.raises(grpc.RpcError) as refused:
        create(stub, **fields)
    assert refused.value.code().name == code
    assert sentence in refused.value.details()
    assert len(stub.ListTasks(pb.ListTasksRequest()).tasks) == before


@pytest.mark.parametrize("beat", ["plaza", "night"])
def test_beats_of_the_centre_and_of_the_unit_are_known(stub: Any, beat: str) -> None:
    assert create(stub, kind=PATROL, beat_id=beat).task.beat_id == beat


def test_a_repeated_id_gives_the_task_as_it_is_and_sends_it_once(stub: Any, unit: HandUnit) -> None:
    first = create(stub, task_id="once", created_by="Li")
    again = create(stub, task_id="once", created_by="Li")
    assert again.task == first.task
    with pytest.raises(grpc.RpcError) as refused:
        create(stub, task_id="once", created_by="Li", priority=5)
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    until(lambda: [t.task_id for t in unit.all_of("task")].count("once") == 1)


def test_a_drone_task_waits_for_a_person_and_carries_who_and_when(
    stub: Any, unit: HandUnit
) -> None:
    record = create(stub, vehicle=DRONE, kind=ORBIT, points=[INSIDE])
    task_id = record.task.task_id
    assert record.latest.state == types_pb2.TASK_STATE_PROPOSED
    record = stub.ApproveTask(pb.ApproveTaskRequest(task_id=task_id, by="Wang"))
    assert record.task.approval.by == "Wang"
    sent = until(lambda: [t for t in unit.all_of("task") if t.task_id == task_id])[0]
    assert sent.approval.by == "Wang"
    age = datetime.now(UTC) - convert.time_from_wire(sent.approval.at)
    assert timedelta(0) <= age < timedelta(seconds=10)
    states = [types_pb2.TaskState.Name(step.state)[11:] for step in record.history]
    assert states == ["PROPOSED", "APPROVED", "SENT"]
    assert record.history[1].actor == "Wang"
    with pytest.raises(grpc.RpcError) as refused:
        stub.ApproveTask(pb.ApproveTaskRequest(task_id=task_id, by="Wang"))
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_who_gives_no_name_is_named_by_the_certificate(stub: Any) -> None:
    record = create(stub)
    assert record.task.created_by == "operator"


def test_a_proposed_task_that_is_cancelled_never_reaches_the_unit(
    stub: Any, unit: HandUnit
) -> None:
    record = create(stub, vehicle=DRONE, kind=ORBIT, points=[INSIDE])
    task_id = record.task.task_id
    record = stub.ControlTask(
        pb.ControlTaskRequest(task_id=task_id, action=pb.ControlTaskRequest.CANCEL, by="Li")
    )
    assert record.latest.state == types_pb2.TASK_STATE_CANCELLED
    assert record.latest.actor == "Li"
    marker = create(stub).task.task_id
    until(lambda: any(t.task_id == marker for t in unit.all_of("task")))
    assert all(t.task_id != task_id for t in unit.all_of("task"))


def test_what_is_not_there_is_not_found(stub: Any) -> None:
    for call in (
        lambda: stub.ApproveTask(pb.ApproveTaskRequest(task_id="x")),
        lambda: stub.ControlTask(
            pb.ControlTaskRequest(task_id="x", action=pb.ControlTaskRequest.CANCEL)
        ),
        lambda: stub.GetSnapshot(pb.GetSnapshotRequest(finding_id="x")),
        lambda: stub.GetSite(pb.GetSiteRequest(site_id="x")),
        lambda: stub.StopUnit(pb.StopUnitRequest(unit_id="x")),
    ):
        with pytest.raises(grpc.RpcError) as refused:
            call()
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_the_site_is_given_as_geojson_with_its_beats(stub: Any) -> None:
    answer = stub.GetSite(pb.GetSiteRequest())
    assert answer.site_id == "ningbo_east"
    assert '"FeatureCollection"' in answer.site_geojson
    assert len(answer.beat_geojson) == 2


def test_a_plans_text_goes_to_the_unit_and_not_to_every_list(stub: Any, unit: HandUnit) -> None:
    text = '{"fileType":"Plan"}'
    kind = types_pb2.TASK_KIND_PLAN
    record = create(stub, vehicle=DRONE, kind=kind, plan_json=text)
    listed = stub.ListTasks(pb.ListTasksRequest(unit_id=UNIT, limit=50), timeout=5).tasks
    assert [t.task.plan_json for t in listed if t.task.task_id == record.task.task_id] == [""]
    stub.ApproveTask(pb.ApproveTaskRequest(task_id=record.task.task_id, by="Wang"), timeout=5)
    sent = until(lambda: [t for t in unit.all_of("task") if t.task_id == record.task.task_id])
    assert sent[0].plan_json == text

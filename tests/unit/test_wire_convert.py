"""What goes over the wire comes back the same; what this version does not know is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.contracts.errors import ContractError
from comms.contracts.finding import Finding, FindingPhase
from comms.contracts.place import GeoPoint
from comms.contracts.task import (
    Approval,
    OnLinkLoss,
    Task,
    TaskKind,
    TaskState,
    TaskUpdate,
    Vehicle,
)
from comms.contracts.unit import CheckpointVisit, PreflightItem, VehicleState
from comms.wire import convert, types_pb2

text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
ids = st.text("abcdef0123456789-", min_size=1, max_size=36)
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
number = st.floats(allow_nan=False, allow_infinity=False)
fraction32 = st.floats(0, 1, width=32)
places = st.builds(
    GeoPoint,
    latitude_deg=st.floats(-90, 90),
    longitude_deg=st.floats(-180, 180),
    altitude_m=st.none() | number,
)
covariances = st.tuples(number, number, number, number)
int32 = st.integers(0, 2**31 - 1)

tasks = st.builds(
    Task,
    task_id=ids,
    unit_id=ids,
    vehicle=st.sampled_from(Vehicle),
    kind=st.sampled_from(TaskKind),
    beat_id=text,
    loops=st.integers(1, 100),
    points=st.lists(places, max_size=3).map(tuple),
    radius_m=st.floats(5, 200),
    height_m=st.floats(5, 120),
    duration_s=st.floats(0, 1200),
    text=text,
    priority=st.integers(0, 9),
    on_link_loss=st.sampled_from(OnLinkLoss),
    deadline=st.none() | times,
    created_by=text,
    approval=st.none() | st.builds(Approval, by=ids, at=times),
    speed_mps=st.floats(0, 15),
    counter_clockwise=st.booleans(),
    swath_m=st.floats(0, 200),
    overlap=st.floats(0, 0.9),
    width_m=st.floats(0, 200),
    distance_m=st.floats(0, 100),
    bearing_rad=st.floats(-7, 7),
    target=ids,
    plan_json=text,
)
updates = st.builds(
    TaskUpdate,
    task_id=ids,
    vehicle=st.sampled_from(Vehicle),
    state=st.sampled_from(TaskState),
    reason=text,
    actor=text,
    progress=fraction32,
    checkpoint=int32,
    remaining_s=st.none() | number,
    at=times,
)
findings = st.builds(
    Finding,
    finding_id=ids,
    revision=int32,
    phase=st.sampled_from(FindingPhase),
    kind=text,
    label=text,
    confidence=fraction32,
    reason=text,
    source=st.sampled_from(Vehicle),
    first_seen=times,
    last_seen=times,
    position=places,
    position_covariance=covariances,
    count=int32,
    snapshot_jpeg=st.binary(max_size=50),
)
visits = st.builds(
    CheckpointVisit,
    visit_id=ids,
    task_id=ids,
    beat_id=ids,
    checkpoint_id=ids,
    index=int32,
    arrived=times,
    left=times,
    actions_done=st.lists(text, max_size=3).map(tuple),
    position=places,
    picture_jpeg=st.binary(max_size=50),
)
vehicles = st.builds(
    VehicleState,
    at=times,
    vehicle=st.sampled_from(Vehicle),
    position=places,
    position_covariance=covariances,
    heading_rad=number,
    speed_mps=number,
    height_m=number,
    battery_fraction=st.none() | fraction32,
    mode=text,
    detail=text,
    task_id=text,
    estop=st.booleans(),
    safety=text,
    localized=st.booleans(),
    connected=st.booleans(),
    route=st.lists(places, max_size=3).map(tuple),
    preflight=st.lists(
        st.builds(PreflightItem, name=text, ok=st.booleans(), detail=text), max_size=2
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(tasks)
def test_a_task_comes_back_the_same(task: Task) -> None:
    wire = types_pb2.Task.FromString(convert.task_to_wire(task).SerializeToString())
    assert convert.task_from_wire(wire) == task


@settings(max_examples=60, deadline=None)
@given(updates)
def test_a_task_update_comes_back_the_same(update: TaskUpdate) -> None:
    wire = types_pb2.TaskUpdate.FromString(convert.update_to_wire(update).SerializeToString())
    assert convert.update_from_wire(wire) == update


@settings(max_examples=60, deadline=None)
@given(findings)
def test_a_finding_comes_back_the_same(finding: Finding) -> None:
    wire = types_pb2.Finding.FromString(convert.finding_to_wire(finding).SerializeToString())
    assert convert.finding_from_wire(wire) == finding


@settings(max_examples=60, deadline=None)
@given(visits)
def test_a_visit_comes_back_the_same(visit: CheckpointVisit) -> None:
    wire = types_pb2.CheckpointVisit.FromString(convert.visit_to_wire(visit).SerializeToString())
    assert convert.visit_from_wire(wire) == visit


@settings(max_examples=60, deadline=None)
@given(vehicles)
def test_a_vehicle_state_comes_back_the_same(state: VehicleState) -> None:
    wire = types_pb2.VehicleState.FromString(convert.vehicle_to_wire(state).SerializeToString())
    assert convert.vehicle_from_wire(wire) == state


def test_a_kind_of_a_newer_version_is_refused_with_one_sentence() -> None:
    wire = types_pb2.Task(task_id="a", unit_id="u", vehicle=types_pb2.VEHICLE_ROBOT)
    wire.kind = 77  # type: ignore[assignment]
    with pytest.raises(ContractError, match="77 is not a TaskKind that this version knows"):
        convert.task_from_wire(wire)


def test_a_number_out_of_bounds_is_refused_with_its_name() -> None:
    wire = types_pb2.Task(
        task_id="a", unit_id="u", vehicle=types_pb2.VEHICLE_DRONE, kind=types_pb2.TASK_KIND_ORBIT
    )
    wire.radius_m = 4000.0
    with pytest.raises(ContractError, match=r"task 'a': radius_m: .*4000"):
        convert.task_from_wire(wire)


@pytest.mark.parametrize("latitude", [91.0, float("nan"), float("inf")])
def test_a_place_that_is_none_is_refused(latitude: float) -> None:
    with pytest.raises(ContractError, match="a place: latitude_deg"):
        convert.point_from_wire(types_pb2.GeoPoint(latitude_deg=latitude))


def test_a_covariance_of_three_numbers_is_refused() -> None:
    wire = types_pb2.Finding(
        finding_id="f", phase=types_pb2.FINDING_PHASE_NEW, source=types_pb2.VEHICLE_ROBOT
    )
    wire.position_covariance.extend([1, 2, 3])
    with pytest.raises(ContractError, match="4 numbers, not 3"):
        convert.finding_from_wire(wire)


def test_zero_numbers_take_the_contract_defaults() -> None:
    wire = types_pb2.Task(
        task_id="a", unit_id="u", vehicle=types_pb2.VEHICLE_DRONE, kind=types_pb2.TASK_KIND_ORBIT
    )
    task = convert.task_from_wire(wire)
    assert (task.loops, task.radius_m, task.height_m) == (1, 20.0, 30.0)
    assert task.on_link_loss is OnLinkLoss.GO_ON

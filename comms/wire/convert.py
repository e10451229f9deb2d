"""Between the plain types of `comms.contracts` and the messages of patrol/v1, both ways.

Every `..._from_wire` checks what came over the wire and raises ContractError with one sentence: a
peer that is newer than we are, or broken, is refused clearly and never crashes the link. Numbers
that proto3 leaves at zero where the contract has a default (loops, radius, height) take it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import ValidationError

from comms.contracts.errors import ContractError, first_fault
from comms.contracts.finding import Finding, FindingPhase, Source
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
from comms.contracts.weather import Weather
from comms.wire import types_pb2 as pb

Word = TypeVar("Word", bound=StrEnum)

_WIRE_ENUM: dict[type[StrEnum], tuple[Any, str]] = {
    Vehicle: (pb.Vehicle, "VEHICLE_"),
    Source: (pb.Vehicle, "VEHICLE_"),
    TaskKind: (pb.TaskKind, "TASK_KIND_"),
    TaskState: (pb.TaskState, "TASK_STATE_"),
    OnLinkLoss: (pb.OnLinkLoss, "ON_LINK_LOSS_"),
    FindingPhase: (pb.FindingPhase, "FINDING_PHASE_"),
}
_NUMBER: dict[tuple[type[StrEnum], StrEnum], int] = {
    (kind, word): wire.Value(prefix + word.name)
    for kind, (wire, prefix) in _WIRE_ENUM.items()
    for word in kind
}
_WORD: dict[tuple[type[StrEnum], int], StrEnum] = {
    (kind, number): word for (kind, word), number in _NUMBER.items()
}


def word_to_wire(word: StrEnum) -> Any:
    """The number of an enum's word in patrol/v1."""
    return _NUMBER[type(word), word]


def word_from_wire(kind: type[Word], number: int) -> Word:
    """The word of a number; ContractError for one that this version does not know."""
    word = _WORD.get((kind, number))
    if word is None:
        raise ContractError(f"{number} is not a {kind.__name__} that this version knows")
    return kind(word)


def time_to_wire(at: datetime) -> Timestamp:
    """UTC; a datetime without a zone is taken as UTC."""
    stamp = Timestamp()
    stamp.FromDatetime(at if at.tzinfo is None else at.astimezone(UTC))
    return stamp


def time_from_wire(stamp: Timestamp) -> datetime:
    """An aware UTC datetime, to the microsecond. ContractError when it is out of range."""
    try:
        at: datetime = stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ContractError(f"{stamp.seconds} s is not a time") from None
    return at


def point_to_wire(point: GeoPoint) -> pb.GeoPoint:
    return pb.GeoPoint(
        latitude_deg=point.latitude_deg,
        longitude_deg=point.longitude_deg,
        altitude_m=point.altitude_m,
    )


def point_from_wire(wire: pb.GeoPoint) -> GeoPoint:
    with _one_sentence("a place"):
        return GeoPoint(
            latitude_deg=wire.latitude_deg,
            longitude_deg=wire.longitude_deg,
            altitude_m=wire.altitude_m if wire.HasField("altitude_m") else None,
        )


def task_to_wire(task: Task) -> pb.Task:
    wire = pb.Task(
        task_id=task.task_id,
        unit_id=task.unit_id,
        vehicle=word_to_wire(task.vehicle),
        kind=word_to_wire(task.kind),
        beat_id=task.beat_id,
        loops=task.loops,
        points=[point_to_wire(point) for point in task.points],
        radius_m=task.radius_m,
        height_m=task.height_m,
        duration_s=task.duration_s,
        text=task.text,
        priority=task.priority,
        on_link_loss=word_to_wire(task.on_link_loss),
        created_by=task.created_by,
        speed_mps=task.speed_mps,
        counter_clockwise=task.counter_clockwise,
        swath_m=task.swath_m,
        overlap=task.overlap,
        width_m=task.width_m,
        distance_m=task.distance_m,
        bearing_rad=task.bearing_rad,
        target=task.target,
        plan_json=task.plan_json,
    )
    if task.deadline is not None:
        wire.deadline.CopyFrom(time_to_wire(task.deadline))
    if task.approval is not None:
        wire.approval.by = task.approval.by
        wire.approval.at.CopyFrom(time_to_wire(task.approval.at))
    return wire


def task_from_wire(wire: pb.Task) -> Task:
    default = Task.model_fields
    with _one_sentence(f"task {wire.task_id!r}"):
        return Task(
            task_id=wire.task_id,
            unit_id=wire.unit_id,
            vehicle=word_from_wire(Vehicle, wire.vehicle),
            kind=word_from_wire(TaskKind, wire.kind),
            beat_id=wire.beat_id,
            loops=wire.loops or 1,
            points=tuple(point_from_wire(point) for point in wire.points),
            radius_m=wire.radius_m or default["radius_m"].default,
            height_m=wire.height_m or default["height_m"].default,
            duration_s=wire.duration_s,
            text=wire.text,
            priority=wire.priority,
            on_link_loss=(
                word_from_wire(OnLinkLoss, wire.on_link_loss)
                if wire.on_link_loss
                else OnLinkLoss.GO_ON
            ),
            deadline=time_from_wire(wire.deadline) if wire.HasField("deadline") else None,
            created_by=wire.created_by,
            speed_mps=wire.speed_mps,
            counter_clockwise=wire.counter_clockwise,
            swath_m=wire.swath_m,
            overlap=wire.overlap if wire.HasField("overlap") else default["overlap"].default,
            width_m=wire.width_m,
            distance_m=wire.distance_m,
            bearing_rad=wire.bearing_rad,
            target=wire.target or default["target"].default,
            plan_json=wire.plan_json,
            approval=(
                Approval(by=wire.approval.by, at=time_from_wire(wire.approval.at))
                if wire.HasField("approval")
                else None
            ),
        )


def update_to_wire(update: TaskUpdate) -> pb.TaskUpdate:
    return pb.TaskUpdate(
        task_id=update.task_id,
        vehicle=word_to_wire(update.vehicle),
        state=word_to_wire(update.state),
        reason=update.reason,
        actor=update.actor,
        progress=update.progress,
        checkpoint=update.checkpoint,
        remaining_s=update.remaining_s,
        at=time_to_wire(update.at),
    )


def update_from_wire(wire: pb.TaskUpdate) -> TaskUpdate:
    with _one_sentence(f"a state of task {wire.task_id!r}"):
        return TaskUpdate(
            task_id=wire.task_id,
            vehicle=word_from_wire(Vehicle, wire.vehicle),
            state=word_from_wire(TaskState, wire.state),
            reason=wire.reason,
            actor=wire.actor,
            progress=wire.progress,
            checkpoint=wire.checkpoint,
            remaining_s=wire.remaining_s if wire.HasField("remaining_s") else None,
            at=time_from_wire(wire.at),
        )


def finding_to_wire(finding: Finding) -> pb.Finding:
    return pb.Finding(
        finding_id=finding.finding_id,
        revision=finding.revision,
        phase=word_to_wire(finding.phase),
        kind=finding.kind,
        label=finding.label,
        confidence=finding.confidence,
        reason=finding.reason,
        source=word_to_wire(finding.source),
        first_seen=time_to_wire(finding.first_seen),
        last_seen=time_to_wire(finding.last_seen),
        position=point_to_wire(finding.position),
        position_covariance=finding.position_covariance,
        count=finding.count,
        snapshot_jpeg=finding.snapshot_jpeg,
    )


def finding_from_wire(wire: pb.Finding) -> Finding:
    with _one_sentence(f"finding {wire.finding_id!r}"):
        return Finding(
            finding_id=wire.finding_id,
            revision=wire.revision,
            phase=word_from_wire(FindingPhase, wire.phase),
            kind=wire.kind,
            label=wire.label,
            confidence=wire.confidence,
            reason=wire.reason,
            source=word_from_wire(Source, wire.source),
            first_seen=time_from_wire(wire.first_seen),
            last_seen=time_from_wire(wire.last_seen),
            position=point_from_wire(wire.position),
            position_covariance=_four(wire.position_covariance),
            count=wire.count,
            snapshot_jpeg=wire.snapshot_jpeg,
        )


def visit_to_wire(visit: CheckpointVisit) -> pb.CheckpointVisit:
    return pb.CheckpointVisit(
        visit_id=visit.visit_id,
        task_id=visit.task_id,
        beat_id=visit.beat_id,
        checkpoint_id=visit.checkpoint_id,
        index=visit.index,
        arrived=time_to_wire(visit.arrived),
        left=time_to_wire(visit.left),
        actions_done=visit.actions_done,
        position=point_to_wire(visit.position),
        picture_jpeg=visit.picture_jpeg,
    )


def visit_from_wire(wire: pb.CheckpointVisit) -> CheckpointVisit:
    with _one_sentence(f"visit {wire.visit_id!r}"):
        return CheckpointVisit(
            visit_id=wire.visit_id,
            task_id=wire.task_id,
            beat_id=wire.beat_id,
            checkpoint_id=wire.checkpoint_id,
            index=wire.index,
            arrived=time_from_wire(wire.arrived),
            left=time_from_wire(wire.left),
            actions_done=tuple(wire.actions_done),
            position=point_from_wire(wire.position),
            picture_jpeg=wire.picture_jpeg,
        )


def vehicle_to_wire(state: VehicleState) -> pb.VehicleState:
    return pb.VehicleState(
        at=time_to_wire(state.at),
        vehicle=word_to_wire(state.vehicle),
        position=point_to_wire(state.position),
        position_covariance=state.position_covariance,
        heading_rad=state.heading_rad,
        speed_mps=state.speed_mps,
        height_m=state.height_m,
        battery_fraction=state.battery_fraction,
        mode=state.mode,
        detail=state.detail,
        task_id=state.task_id,
        estop=state.estop,
        safety=state.safety,
        localized=state.localized,
        connected=state.connected,
        route=[point_to_wire(point) for point in state.route],
        preflight=[
            pb.PreflightItem(name=item.name, ok=item.ok, detail=item.detail, caution=item.caution)
            for item in state.preflight
        ],
    )


def vehicle_from_wire(wire: pb.VehicleState) -> VehicleState:
    with _one_sentence("a vehicle's state"):
        return VehicleState(
            at=time_from_wire(wire.at),
            vehicle=word_from_wire(Vehicle, wire.vehicle),
            position=point_from_wire(wire.position),
            position_covariance=_four(wire.position_covariance),
            heading_rad=wire.heading_rad,
            speed_mps=wire.speed_mps,
            height_m=wire.height_m,
            battery_fraction=wire.battery_fraction if wire.HasField("battery_fraction") else None,
            mode=wire.mode,
            detail=wire.detail,
            task_id=wire.task_id,
            estop=wire.estop,
            safety=wire.safety,
            localized=wire.localized,
            connected=wire.connected,
            route=tuple(point_from_wire(point) for point in wire.route),
            preflight=tuple(
                PreflightItem(name=item.name, ok=item.ok, detail=item.detail, caution=item.caution)
                for item in wire.preflight
            ),
        )


def weather_from_wire(wire: pb.WeatherReport) -> Weather:
    """Raises ContractError with one sentence."""
    given = {
        name: getattr(wire, name)
        for name in ("wind_mps", "gust_mps", "from_deg", "visibility_m")
        if wire.HasField(name)
    }
    return Weather.told(rain=wire.rain, **given)


def _four(numbers: Any) -> tuple[float, float, float, float]:
    """A covariance as four numbers; none sent reads as unknown, all zero."""
    if not numbers:
        return (0.0, 0.0, 0.0, 0.0)
    if len(numbers) != 4:
        raise ContractError(f"a covariance has 4 numbers, not {len(numbers)}")
    ee, en, ne, nn = numbers
    return (ee, en, ne, nn)


@contextmanager
def _one_sentence(what: str) -> Iterator[None]:
    """Turn pydantic's report into one ContractError that names the field and what is wrong."""
    try:
        yield
    except ValidationError as error:
        place, words, said = first_fault(error)
        raise ContractError(f"{what}: {place}: {words} (it says {said!r})") from None

"""ROS messages to the plain types of `comms.contracts`, and back.

`..._to_ros` fills a new message; `..._from_ros` checks what came over a topic and raises
ContractError with one sentence. NaN stands for "not known" in the messages, None in the contracts.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from builtin_interfaces.msg import Time
from patrol_interfaces import msg as ros
from pydantic import ValidationError
from sensor_msgs.msg import CompressedImage

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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_to_ros(at: datetime) -> Any:
    """UTC as builtin_interfaces/Time, to the microsecond."""
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    seconds, rest = divmod(microseconds, 1_000_000)
    return Time(sec=seconds, nanosec=rest * 1000)


def time_from_ros(stamp: Any) -> datetime:
    """An aware UTC datetime; what is finer than a microsecond is cut off."""
    return _EPOCH + timedelta(seconds=stamp.sec, microseconds=stamp.nanosec // 1000)


def nanoseconds_to_datetime(nanoseconds: int) -> datetime:
    """`node.get_clock().now().nanoseconds` as UTC."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def point_to_ros(point: GeoPoint) -> Any:
    return ros.GeoPoint(
        latitude=point.latitude_deg,
        longitude=point.longitude_deg,
        altitude=math.nan if point.altitude_m is None else point.altitude_m,
    )


def point_from_ros(message: Any) -> GeoPoint:
    with _one_sentence("a place"):
        return GeoPoint(
            latitude_deg=message.latitude,
            longitude_deg=message.longitude,
            altitude_m=_known(message.altitude),
        )


def picture_to_ros(jpeg: bytes) -> Any:
    """A JPEG as sensor_msgs/CompressedImage; empty bytes give an empty message."""
    message = CompressedImage(format="jpeg" if jpeg else "")
    data = array("B")
    data.frombytes(jpeg)
    message.data = data
    return message


def picture_from_ros(message: Any) -> bytes:
    """The JPEG's bytes, empty when there is none. ContractError for another format."""
    data = bytes(message.data)
    if data and "jpeg" not in message.format and "jpg" not in message.format:
        raise ContractError(f"the picture is {message.format!r}, not jpeg")
    return data


def task_to_ros(task: Task, start_checkpoint: int = 0) -> Any:
    """`start_checkpoint`: checkpoints of a patrol that are done already."""
    message = ros.Task(
        task_id=task.task_id,
        kind=task.kind.value,
        vehicle=task.vehicle.value,
        beat_id=task.beat_id,
        loops=task.loops,
        start_checkpoint=start_checkpoint,
        points=[point_to_ros(point) for point in task.points],
        radius_m=task.radius_m,
        height_m=task.height_m,
        duration_s=task.duration_s,
        text=task.text,
        priority=task.priority,
        on_link_loss=task.on_link_loss.value,
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
        message.deadline = time_to_ros(task.deadline)
    if task.approval is not None:
        message.approved_by = task.approval.by
        message.approved_at = time_to_ros(task.approval.at)
    return message


def task_from_ros(message: Any, unit_id: str = "unit") -> Task:
    """The message does not carry the unit: inside the unit there is one. start_checkpoint is read
    by the executor from the message itself.
    """
    with _one_sentence(f"task {message.task_id!r}"):
        return Task(
            task_id=message.task_id,
            unit_id=unit_id,
            vehicle=Vehicle(message.vehicle),
            kind=TaskKind(message.kind),
            beat_id=message.beat_id,
            loops=message.loops or 1,
            points=tuple(point_from_ros(point) for point in message.points),
            radius_m=message.radius_m or Task.model_fields["radius_m"].default,
            height_m=message.height_m or Task.model_fields["height_m"].default,
            duration_s=message.duration_s,
            text=message.text,
            priority=message.priority,
            on_link_loss=OnLinkLoss(message.on_link_loss or OnLinkLoss.GO_ON),
            deadline=_time_or_none(message.deadline),
            speed_mps=message.speed_mps,
            counter_clockwise=message.counter_clockwise,
            swath_m=message.swath_m,
            overlap=message.overlap,
            width_m=message.width_m,
            distance_m=message.distance_m,
            bearing_rad=message.bearing_rad,
            target=message.target or Task.model_fields["target"].default,
            plan_json=message.plan_json,
            approval=(
                Approval(by=message.approved_by, at=time_from_ros(message.approved_at))
                if message.approved_by
                else None
            ),
        )


def update_to_ros(update: TaskUpdate) -> Any:
    return ros.TaskState(
        task_id=update.task_id,
        vehicle=update.vehicle.value,
        state=update.state.value,
        reason=update.reason,
        actor=update.actor,
        progress=update.progress,
        checkpoint=update.checkpoint,
        remaining_s=math.nan if update.remaining_s is None else update.remaining_s,
        stamp=time_to_ros(update.at),
    )


def update_from_ros(message: Any) -> TaskUpdate:
    with _one_sentence(f"a state of task {message.task_id!r}"):
        return TaskUpdate(
            task_id=message.task_id,
            vehicle=Vehicle(message.vehicle),
            state=TaskState(message.state),
            reason=message.reason,
            actor=message.actor,
            progress=message.progress,
            checkpoint=message.checkpoint,
            remaining_s=_known(message.remaining_s),
            at=time_from_ros(message.stamp),
        )


def finding_to_ros(finding: Finding) -> Any:
    return ros.Finding(
        finding_id=finding.finding_id,
        revision=finding.revision,
        phase=finding.phase.value,
        kind=finding.kind,
        label=finding.label,
        confidence=finding.confidence,
        reason=finding.reason,
        source=finding.source.value,
        first_seen=time_to_ros(finding.first_seen),
        last_seen=time_to_ros(finding.last_seen),
        position=point_to_ros(finding.position),
        position_covariance=list(finding.position_covariance),
        count=finding.count,
        snapshot=picture_to_ros(finding.snapshot_jpeg),
    )


def finding_from_ros(message: Any) -> Finding:
    with _one_sentence(f"finding {message.finding_id!r}"):
        return Finding(
            finding_id=message.finding_id,
            revision=message.revision,
            phase=FindingPhase(message.phase),
            kind=message.kind,
            label=message.label,
            confidence=message.confidence,
            reason=message.reason,
            source=Source(message.source),
            first_seen=time_from_ros(message.first_seen),
            last_seen=time_from_ros(message.last_seen),
            position=point_from_ros(message.position),
            position_covariance=_four(message.position_covariance),
            count=message.count,
            snapshot_jpeg=picture_from_ros(message.snapshot),
        )


def visit_to_ros(visit: CheckpointVisit) -> Any:
    return ros.CheckpointVisit(
        visit_id=visit.visit_id,
        task_id=visit.task_id,
        beat_id=visit.beat_id,
        checkpoint_id=visit.checkpoint_id,
        index=visit.index,
        arrived=time_to_ros(visit.arrived),
        left=time_to_ros(visit.left),
        actions_done=list(visit.actions_done),
        position=point_to_ros(visit.position),
        picture=picture_to_ros(visit.picture_jpeg),
    )


def visit_from_ros(message: Any) -> CheckpointVisit:
    with _one_sentence(f"visit {message.visit_id!r}"):
        return CheckpointVisit(
            visit_id=message.visit_id,
            task_id=message.task_id,
            beat_id=message.beat_id,
            checkpoint_id=message.checkpoint_id,
            index=message.index,
            arrived=time_from_ros(message.arrived),
            left=time_from_ros(message.left),
            actions_done=tuple(message.actions_done),
            position=point_from_ros(message.position),
            picture_jpeg=picture_from_ros(message.picture),
        )


def vehicle_to_ros(state: VehicleState) -> Any:
    """Without the pre-flight list, which has a topic of its own."""
    battery = state.battery_fraction
    return ros.UnitState(
        stamp=time_to_ros(state.at),
        vehicle=state.vehicle.value,
        position=point_to_ros(state.position),
        position_covariance=list(state.position_covariance),
        heading_rad=state.heading_rad,
        speed_mps=state.speed_mps,
        height_m=state.height_m,
        battery_fraction=math.nan if battery is None else battery,
        mode=state.mode,
        detail=state.detail,
        task_id=state.task_id,
        estop=state.estop,
        safety=state.safety,
        localized=state.localized,
        connected=state.connected,
        route=[point_to_ros(point) for point in state.route],
    )


def vehicle_from_ros(message: Any, preflight: tuple[PreflightItem, ...] = ()) -> VehicleState:
    with _one_sentence(f"the state of the {message.vehicle}"):
        return VehicleState(
            at=time_from_ros(message.stamp),
            vehicle=Vehicle(message.vehicle),
            position=point_from_ros(message.position),
            position_covariance=_four(message.position_covariance),
            heading_rad=message.heading_rad,
            speed_mps=message.speed_mps,
            height_m=message.height_m,
            battery_fraction=_known(message.battery_fraction),
            mode=message.mode,
            detail=message.detail,
            task_id=message.task_id,
            estop=message.estop,
            safety=message.safety,
            localized=message.localized,
            connected=message.connected,
            route=tuple(point_from_ros(point) for point in message.route),
            preflight=preflight,
        )


def preflight_from_ros(message: Any) -> tuple[PreflightItem, ...]:
    return tuple(
        PreflightItem(name=item.name, ok=item.ok, detail=item.detail, caution=item.caution)
        for item in message.items
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _time_or_none(stamp: Any) -> datetime | None:
    return time_from_ros(stamp) if stamp.sec or stamp.nanosec else None


def _four(numbers: Any) -> tuple[float, float, float, float]:
    ee, en, ne, nn = (float(number) for number in numbers)
    return (ee, en, ne, nn)


@contextmanager
def _one_sentence(what: str) -> Iterator[None]:
    """Turn what pydantic or an enum says into one ContractError."""
    try:
        yield
    except ValidationError as error:
        place, words, said = first_fault(error)
        raise ContractError(f"{what}: {place}: {words} (it says {said!r})") from None
    except ContractError:
        raise
    except ValueError as error:  # StrEnum: "'x' is not a valid TaskKind"
        raise ContractError(f"{what}: {error}") from None

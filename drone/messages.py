"""ROS messages of the drone to and from the contracts' plain types."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from builtin_interfaces.msg import Time
from patrol_interfaces.msg import GeoPoint as GeoPointMsg
from patrol_interfaces.msg import PreflightItem as PreflightItemMsg
from patrol_interfaces.msg import PreflightReport
from patrol_interfaces.msg import Task as TaskMsg
from patrol_interfaces.msg import TaskState as TaskStateMsg
from pydantic import ValidationError

from comms.contracts.errors import ContractError
from comms.contracts.place import GeoPoint
from comms.contracts.task import Approval, OnLinkLoss, Task, TaskKind, TaskUpdate, Vehicle
from comms.contracts.unit import PreflightItem


def time_to_utc(stamp: Time) -> datetime | None:
    """A stamp as UTC; zero means none."""
    if stamp.sec == 0 and stamp.nanosec == 0:
        return None
    return datetime.fromtimestamp(stamp.sec + stamp.nanosec * 1e-9, UTC)


def utc_to_time(at: datetime) -> Time:
    seconds = at.timestamp()
    whole = math.floor(seconds)
    return Time(sec=whole, nanosec=min(999_999_999, int((seconds - whole) * 1e9)))


def task_from_message(message: TaskMsg, unit_id: str) -> Task:
    """Raises ContractError with one sentence when the message makes no task."""
    at = time_to_utc(message.approved_at)
    approval = None
    if message.approved_by:
        approval = Approval(by=message.approved_by, at=at or datetime.fromtimestamp(0, UTC))
    given = {
        name: value
        for name, value in (
            ("radius_m", message.radius_m),
            ("height_m", message.height_m),
            ("loops", message.loops),
        )
        if value  # 0 means the default
    }
    try:
        return Task(
            task_id=message.task_id,
            unit_id=unit_id,
            vehicle=Vehicle(message.vehicle or "drone"),
            kind=TaskKind(message.kind),
            beat_id=message.beat_id,
            points=tuple(geo_from_message(p) for p in message.points),
            duration_s=message.duration_s,
            text=message.text,
            priority=message.priority,
            on_link_loss=OnLinkLoss(message.on_link_loss or "go_on"),
            deadline=time_to_utc(message.deadline),
            approval=approval,
            **given,
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ContractError(f"the task's {place}: {first['msg']}") from None
    except ValueError as error:
        raise ContractError(f"the task cannot be read: {error}") from None


def geo_from_message(message: GeoPointMsg) -> GeoPoint:
    return GeoPoint(
        latitude_deg=message.latitude,
        longitude_deg=message.longitude,
        altitude_m=message.altitude if math.isfinite(message.altitude) else None,
    )


def geo_to_message(point: GeoPoint) -> GeoPointMsg:
    altitude = math.nan if point.altitude_m is None else point.altitude_m
    return GeoPointMsg(
        latitude=point.latitude_deg, longitude=point.longitude_deg, altitude=altitude
    )


def update_to_message(update: TaskUpdate) -> TaskStateMsg:
    return TaskStateMsg(
        task_id=update.task_id,
        vehicle=str(update.vehicle),
        state=str(update.state),
        reason=update.reason,
        actor=update.actor,
        progress=update.progress,
        checkpoint=update.checkpoint,
        remaining_s=math.nan if update.remaining_s is None else update.remaining_s,
        stamp=utc_to_time(update.at),
    )


def preflight_to_message(items: Iterable[PreflightItem], at: Time) -> PreflightReport:
    lines = [PreflightItemMsg(name=i.name, ok=i.ok, detail=i.detail) for i in items]
    return PreflightReport(stamp=at, green=all(line.ok for line in lines), items=lines)

"""ROS messages of the drone to and from the contracts' plain types."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from builtin_interfaces.msg import Time
from patrol_interfaces.msg import GeoPoint as GeoPointMsg
from patrol_interfaces.msg import PreflightItem as PreflightItemMsg
from patrol_interfaces.msg import PreflightReport
from patrol_interfaces.msg import Task as TaskMsg
from patrol_interfaces.msg import TaskState as TaskStateMsg
from patrol_interfaces.srv import ChangeFlight, TellWeather

from comms.contracts.place import GeoPoint
from comms.contracts.task import Task, TaskUpdate
from comms.contracts.unit import PreflightItem
from comms.contracts.weather import Weather
from comms.ros.conversions import task_from_ros
from drone.missions.going_on import Change


def utc_to_time(at: datetime) -> Time:
    seconds = at.timestamp()
    whole = math.floor(seconds)
    return Time(sec=whole, nanosec=min(999_999_999, int((seconds - whole) * 1e9)))


def task_from_message(message: TaskMsg, unit_id: str) -> Task:
    """Raises ContractError with one sentence when the message makes no task."""
    message.vehicle = message.vehicle or "drone"
    return task_from_ros(message, unit_id)


def change_from_message(request: ChangeFlight.Request) -> Change:
    """A height or speed of 0, which a request without one carries, is no change."""
    return Change(
        skip=request.skip,
        height_m=request.height_m or None,
        speed_mps=request.speed_mps or None,
    )


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
    lines = [
        PreflightItemMsg(name=i.name, ok=i.ok, detail=i.detail, caution=i.caution) for i in items
    ]
    return PreflightReport(stamp=at, green=all(line.ok for line in lines), items=lines)


def weather_from_message(request: TellWeather.Request) -> Weather:
    """Raises ContractError; NaN is what is not known."""
    names = ("wind_mps", "gust_mps", "from_deg", "visibility_m")
    given = {name: getattr(request, name) for name in names}
    known = {name: value for name, value in given.items() if not math.isnan(value)}
    return Weather.told(rain=bool(request.rain), **known)

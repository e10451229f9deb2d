"""Lines of the pre-flight list about what is around the vehicle: disk, wind, fence, pad, person."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from comms.contracts.place import Enu
from comms.contracts.unit import PreflightItem
from drone.config import DroneConfig
from drone.link.state import VehicleView


@dataclass(frozen=True)
class Seen:
    """A person who was reported: where (map m), how many seconds ago, by which vehicle."""

    at: Enu
    age_s: float
    by: str


@dataclass(frozen=True)
class Fence:
    """What became of the last try to bring fence and rally points on board. `wrong`: why they are
    not there as they should be; `on_board`: what is."""

    on_board: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Around:
    """`free_bytes` of the disk on which flights are recorded, None: not known. `approved_by` is
    None while no flight is asked for. `record`: what is said of the flight's
    record."""

    free_bytes: int | None = None
    fence: Fence = field(default_factory=Fence)
    people: tuple[Seen, ...] = ()
    pad: Enu | None = None
    approved_by: str | None = None
    record: str = ""


def around(view: VehicleView, config: DroneConfig, what: Around) -> tuple[PreflightItem, ...]:
    """The lines in the order in which a pilot reads them."""
    return (
        _storage(config, what),
        _fence(config, what.fence),
        _weather(view, config),
        _pad(config, what),
        _pilot(what.approved_by),
    )


def _storage(config: DroneConfig, what: Around) -> PreflightItem:
    if what.free_bytes is None:
        return PreflightItem(name="storage", ok=False, detail="the disk for records is not there")
    free_mb = what.free_bytes / 1e6
    ok = free_mb >= config.min_storage_mb
    detail = f"{free_mb / 1000:.1f} GB free" + (f"; {what.record}" if what.record else "")
    if not ok:
        detail = f"{free_mb:.0f} MB free, at least {config.min_storage_mb:.0f} MB are needed"
    return PreflightItem(name="storage", ok=ok, detail=detail)


def _fence(config: DroneConfig, fence: Fence) -> PreflightItem:
    wanted = [
        name
        for name, wish in (("fence", config.geofence), ("rally points", config.rally_points))
        if wish
    ]
    if fence.wrong:
        ok = not config.geofence_required
        return PreflightItem(
            name="geofence", ok=ok, detail=f"{fence.wrong}; the plan itself keeps out"
        )
    if fence.on_board:
        return PreflightItem(name="geofence", ok=True, detail=f"{fence.on_board}, read back")
    detail = " and ".join(wanted) + " go on board with the flight" if wanted else "none is wanted"
    return PreflightItem(name="geofence", ok=True, detail=detail)


def _weather(view: VehicleView, config: DroneConfig) -> PreflightItem:
    limit = f"at most {config.max_wind_mps:.0f} m/s is right"
    wind = view.wind.fresh()
    if wind is None:
        detail = f"the vehicle does not tell the wind on the ground; {limit}"
        return PreflightItem(name="weather", ok=True, detail=detail)
    ok = wind.speed <= config.max_wind_mps
    return PreflightItem(name="weather", ok=ok, detail=f"wind {wind.speed:.1f} m/s, {limit}")


def _pad(config: DroneConfig, what: Around) -> PreflightItem:
    if config.pad_clear_m <= 0 or what.pad is None:
        return PreflightItem(name="pad", ok=True, detail="nobody looks whether it is clear")
    near = sorted(
        (math.dist(seen.at[:2], what.pad[:2]), seen)
        for seen in what.people
        if seen.age_s <= config.pad_watch_s
    )
    if near and near[0][0] < config.pad_clear_m:
        away, seen = near[0]
        detail = (
            f"a person was seen {away:.1f} m from it {seen.age_s:.0f} s ago by the {seen.by}, "
            f"{config.pad_clear_m:.0f} m must be clear"
        )
        return PreflightItem(name="pad", ok=False, detail=detail)
    detail = f"nobody was reported within {config.pad_clear_m:.0f} m of it"
    return PreflightItem(name="pad", ok=True, detail=detail)


def _pilot(approved_by: str | None) -> PreflightItem:
    if approved_by is None:
        return PreflightItem(name="pilot", ok=True, detail="each flight waits for an approval")
    if not approved_by:
        return PreflightItem(name="pilot", ok=False, detail="nobody has approved this flight")
    return PreflightItem(name="pilot", ok=True, detail=f"approved by {approved_by}")

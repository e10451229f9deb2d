"""Lines of the pre-flight list about what is around the vehicle: disk, wind, fence, pad, person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from comms.contracts.place import Enu
from comms.contracts.unit import PreflightItem
from drone.config import DroneConfig
from drone.link.state import VehicleView
from drone.preflight.weather import Told, weather_line

#: Less free than so many times what is needed is worth a word.
_SCARCE = 3.0
_CAMERA_SCARCE_MIB = 512.0
#: How unsure (1 sigma, m) a place counts at most: a finding from far away, which may be anywhere,
#: keeps nobody on the ground. And how unsure one counts that does not say.
_MOST_SIGMA_M, _UNTOLD_SIGMA_M = 5.0, 2.0


@dataclass(frozen=True)
class Seen:
    """A person who was reported: where (map m), give or take `sigma_m` (1 sigma), how many seconds
    ago, by which vehicle."""

    at: Enu
    age_s: float
    by: str
    sigma_m: float = 0.0


@dataclass(frozen=True)
class Looked:
    """A camera that saw a place: whose, and how many seconds ago."""

    by: str
    age_s: float


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
    looked: Looked | None = None
    weather: Told | None = None
    approved_by: str | None = None
    record: str = ""


def sigma_of(covariance: Sequence[float]) -> float:
    """The larger half axis (m, 1 sigma) of a place's covariance, row by row, m²."""
    if len(covariance) != 4 or not all(map(math.isfinite, covariance)) or not any(covariance):
        return _UNTOLD_SIGMA_M
    ee, en, _, nn = covariance
    spread = math.hypot((ee - nn) / 2.0, en)
    return min(_MOST_SIGMA_M, math.sqrt(max(0.0, (ee + nn) / 2.0 + spread)))


def around(view: VehicleView, config: DroneConfig, what: Around) -> tuple[PreflightItem, ...]:
    """The lines in the order in which a pilot reads them."""
    return (
        _storage(view, config, what),
        _fence(config, what.fence),
        weather_line(view, config, what.weather),
        _pad(view, config, what),
        _pilot(what.approved_by),
    )


def _storage(view: VehicleView, config: DroneConfig, what: Around) -> PreflightItem:
    if what.free_bytes is None:
        return PreflightItem(name="storage", ok=False, detail="the disk for records is not there")
    free_mb = what.free_bytes / 1e6
    ok = free_mb >= config.min_storage_mb
    detail = f"{free_mb / 1000:.1f} GB free" + (f"; {what.record}" if what.record else "")
    if not ok:
        detail = f"{free_mb:.0f} MB free, at least {config.min_storage_mb:.0f} MB are needed"
    scarce = ok and free_mb < _SCARCE * config.min_storage_mb
    camera = view.camera
    if camera is not None and camera.free_mib is not None:
        detail += f"; the camera has {camera.free_mib / 1024:.1f} GiB"
        scarce = scarce or (ok and camera.free_mib < _CAMERA_SCARCE_MIB)
    return PreflightItem(name="storage", ok=ok, detail=detail, caution=scarce)


def _fence(config: DroneConfig, fence: Fence) -> PreflightItem:
    wanted = [
        name
        for name, wish in (("fence", config.geofence), ("rally points", config.rally_points))
        if wish
    ]
    if fence.wrong:
        ok = not config.geofence_required
        detail = f"{fence.wrong}; the plan itself keeps out"
        return PreflightItem(name="geofence", ok=ok, detail=detail, caution=ok)
    if fence.on_board:
        return PreflightItem(name="geofence", ok=True, detail=f"{fence.on_board}, read back")
    go = "goes" if len(wanted) == 1 else "go"
    detail = (
        " and ".join(wanted) + f" {go} on board with the flight" if wanted else "none is wanted"
    )
    return PreflightItem(name="geofence", ok=True, detail=detail)


def _pad(view: VehicleView, config: DroneConfig, what: Around) -> PreflightItem:
    if config.pad_clear_m <= 0 or what.pad is None:
        detail = "nobody looks whether it is clear"
        return PreflightItem(name="pad", ok=True, detail=detail, caution=not view.is_airborne)
    near = sorted(
        (max(0.0, math.dist(seen.at[:2], what.pad[:2]) - 2.0 * seen.sigma_m), seen)
        for seen in what.people
        if seen.age_s <= config.pad_watch_s
    )
    if near and near[0][0] < config.pad_clear_m:
        _, seen = near[0]
        away, give = math.dist(seen.at[:2], what.pad[:2]), 2.0 * seen.sigma_m
        about = f", give or take {give:.0f} m," if give >= 1.0 else ""
        detail = (
            f"a person was seen {away:.1f} m from it{about} {seen.age_s:.0f} s ago by the "
            f"{seen.by}, {config.pad_clear_m:.0f} m must be clear"
        )
        return PreflightItem(name="pad", ok=False, detail=detail)
    clear = f"nobody was reported within {config.pad_clear_m:.0f} m of it"
    looked = what.looked
    if looked is None or looked.age_s > config.pad_watch_s:
        last = "no camera has looked at it"
        if looked is not None:
            last = f"the {looked.by}'s camera saw it last {looked.age_s:.0f} s ago"
        detail = f"{clear}, but {last}: who approves makes sure"
        return PreflightItem(name="pad", ok=True, detail=detail, caution=True)
    detail = f"{clear}; the {looked.by}'s camera saw it {looked.age_s:.0f} s ago"
    return PreflightItem(name="pad", ok=True, detail=detail)


def _pilot(approved_by: str | None) -> PreflightItem:
    if approved_by is None:
        return PreflightItem(name="pilot", ok=True, detail="each flight waits for an approval")
    if not approved_by:
        return PreflightItem(name="pilot", ok=False, detail="nobody has approved this flight")
    return PreflightItem(name="pilot", ok=True, detail=f"approved by {approved_by}")

"""A flight plan as MAVLink mission items, for PX4 and for ArduCopter, and a geofence for both.

Formats: MAVLink common message set, MISSION_ITEM_INT and MAV_CMD. No field is ever NaN: ArduCopter
refuses such an item and PX4 takes it and does not fly it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from drone.missions.plan import FlightPlan, PlanItem, RawItem, Step


class Firmware(StrEnum):
    PX4 = "px4"
    ARDUPILOT = "ardupilot"
    OTHER = "other"

    @property
    def first_item(self) -> int:
        """Index of a mission's first item of its own: ArduCopter keeps its home in item 0."""
        return 1 if self is Firmware.ARDUPILOT else 0


class MissionType(IntEnum):
    MISSION = 0
    FENCE = 1
    RALLY = 2


class Frame(IntEnum):
    GLOBAL = 0
    MISSION = 2
    GLOBAL_RELATIVE_ALT = 3


class Command(IntEnum):
    WAYPOINT = 16
    LOITER_TIME = 19
    RETURN_TO_LAUNCH = 20
    LAND = 21
    TAKEOFF = 22
    DO_CHANGE_SPEED = 178
    DO_SET_ROI_LOCATION = 195
    DO_SET_ROI_NONE = 197
    DO_SET_ROI = 201
    DO_MOUNT_CONTROL = 205
    DO_SET_CAM_TRIGG_DIST = 206
    DO_GIMBAL_MANAGER_PITCHYAW = 1000
    DO_GIMBAL_MANAGER_CONFIGURE = 1001
    FENCE_INCLUSION = 5001
    FENCE_EXCLUSION = 5002
    FENCE_CIRCLE_IN = 5003
    FENCE_CIRCLE_OUT = 5004
    FENCE_RETURN = 5000
    RALLY_POINT = 5100


@dataclass(frozen=True)
class MissionItem:
    """Field for field MISSION_ITEM_INT: x and y are 1e-7 degrees, z is metres."""

    seq: int
    frame: int
    command: int
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0
    x: int = 0
    y: int = 0
    z: float = 0.0
    mission_type: int = MissionType.MISSION

    @property
    def has_place(self) -> bool:
        return self.command in _PLACED


_PLACED = frozenset(
    {
        Command.WAYPOINT, Command.LAND, Command.TAKEOFF, Command.DO_SET_ROI_LOCATION,
        Command.LOITER_TIME, Command.DO_SET_ROI, Command.FENCE_CIRCLE_IN, Command.FENCE_CIRCLE_OUT,
        Command.FENCE_INCLUSION, Command.FENCE_EXCLUSION, Command.RALLY_POINT,
    }
)  # fmt: skip

_ACCEPTANCE_M = 2.0
_WORK_ACCEPTANCE_M = 1.5
_GROUND_SPEED = 1.0
_KEEP_THROTTLE = -1.0
_MOUNT_TARGETING = 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING
_ITSELF, _UNCHANGED = -2.0, -1.0  # of MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE


@dataclass(frozen=True)
class EncodedMission:
    """Mission items, and for each the index of its entry in the plan (-1: the dummy item 0)."""

    items: tuple[MissionItem, ...]
    plan_index: tuple[int, ...]


def encode_plan(plan: FlightPlan, frame: LocalFrame, firmware: Firmware) -> EncodedMission:
    """The plan as mission items, after a dummy where the make keeps its home; heights become
    heights above home.
    """
    ground = plan.home.up_m
    items: list[MissionItem] = []
    index: list[int] = []
    if firmware.first_item:
        x, y = _place(plan.home, frame)
        items.append(MissionItem(0, Frame.GLOBAL, Command.WAYPOINT, x=x, y=y))
        index.append(-1)
    for number, entry in enumerate(plan.items):
        if entry.step is Step.PITCH:
            encoded = camera_pitch(len(items), math.degrees(entry.pitch_rad), firmware)
        else:
            encoded = [_encode(len(items), entry, frame, ground)]
        items += encoded
        index += [number] * len(encoded)
    return EncodedMission(tuple(items), tuple(index))


def camera_pitch(seq: int, pitch_deg: float, firmware: Firmware) -> list[MissionItem]:
    """The camera at a pitch, positive up: ArduCopter by the mount, which all its versions take in a
    mission; others by the gimbal manager, of which the mission takes control first.
    """
    if firmware is Firmware.ARDUPILOT:
        return [
            MissionItem(
                seq, Frame.MISSION, Command.DO_MOUNT_CONTROL, param1=pitch_deg, z=_MOUNT_TARGETING
            )
        ]
    return [
        MissionItem(
            seq, Frame.MISSION, Command.DO_GIMBAL_MANAGER_CONFIGURE,
            param1=_ITSELF, param2=_ITSELF, param3=_UNCHANGED, param4=_UNCHANGED,
        ),
        MissionItem(
            seq + 1, Frame.MISSION, Command.DO_GIMBAL_MANAGER_PITCHYAW, param1=pitch_deg
        ),
    ]  # fmt: skip


def of_raw(
    items: Iterable[RawItem], mission_type: MissionType = MissionType.MISSION, first: int = 0
) -> tuple[MissionItem, ...]:
    """Items of a plan made elsewhere, numbered from `first`."""
    return tuple(
        MissionItem(seq, r.frame, r.command, *r.params, r.x, r.y, r.z, mission_type)
        for seq, r in enumerate(items, start=first)
    )


def _encode(seq: int, entry: PlanItem, frame: LocalFrame, ground_m: float) -> MissionItem:
    if entry.raw is not None:
        return of_raw([entry.raw], first=seq)[0]
    if entry.step is Step.SPEED:
        return MissionItem(
            seq,
            Frame.MISSION,
            Command.DO_CHANGE_SPEED,
            param1=_GROUND_SPEED,
            param2=entry.speed_mps,
            param3=_KEEP_THROTTLE,
        )
    if entry.step is Step.TRIGGER:
        return MissionItem(
            seq,
            Frame.MISSION,
            Command.DO_SET_CAM_TRIGG_DIST,
            param1=entry.every_m,
            param3=1.0 if entry.every_m > 0 else 0.0,  # the first picture at once
        )
    if entry.step is Step.LOOK_AHEAD:
        return MissionItem(seq, Frame.MISSION, Command.DO_SET_ROI_NONE)
    if entry.step is Step.RETURN:
        return MissionItem(seq, Frame.MISSION, Command.RETURN_TO_LAUNCH)
    x, y = _place(entry.at, frame)
    z = entry.at.up_m - ground_m
    bearing = bearing_deg(entry.heading_rad)
    if entry.step is Step.LOOK_AT:
        return MissionItem(
            seq, Frame.GLOBAL_RELATIVE_ALT, Command.DO_SET_ROI_LOCATION, x=x, y=y, z=z
        )
    if entry.step is Step.LAND:
        return MissionItem(
            seq, Frame.GLOBAL_RELATIVE_ALT, Command.LAND, param4=bearing, x=x, y=y, z=0.0
        )
    if entry.step is Step.TAKEOFF:
        return MissionItem(
            seq, Frame.GLOBAL_RELATIVE_ALT, Command.TAKEOFF, param4=bearing, x=x, y=y, z=z
        )
    acceptance = _WORK_ACCEPTANCE_M if entry.hold_s == 0 else _ACCEPTANCE_M
    return MissionItem(
        seq,
        Frame.GLOBAL_RELATIVE_ALT,
        Command.WAYPOINT,
        param1=entry.hold_s,
        param2=acceptance,
        param4=bearing,
        x=x,
        y=y,
        z=z,
    )


def encode_fence(
    inclusion: Iterable[tuple[float, float]],
    exclusions: Iterable[Iterable[tuple[float, float]]],
    frame: LocalFrame,
) -> tuple[MissionItem, ...]:
    """A fence: one ring to stay in and rings to stay out of (map m, open or closed)."""
    items: list[MissionItem] = []
    rings = [(Command.FENCE_INCLUSION, list(inclusion))]
    rings += [(Command.FENCE_EXCLUSION, list(ring)) for ring in exclusions]
    for command, ring in rings:
        corners = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
        for east, north in corners:
            x, y = _place(Enu(east, north), frame)
            items.append(
                MissionItem(
                    len(items),
                    Frame.GLOBAL,
                    command,
                    param1=float(len(corners)),
                    x=x,
                    y=y,
                    mission_type=MissionType.FENCE,
                )
            )
    return tuple(items)


def encode_rally(
    points: Iterable[tuple[float, float]], height_m: float, frame: LocalFrame
) -> tuple[MissionItem, ...]:
    """Rally points (map m) with the height above home at which they are flown to."""
    items = []
    for seq, (east, north) in enumerate(points):
        x, y = _place(Enu(east, north), frame)
        items.append(
            MissionItem(
                seq,
                Frame.GLOBAL_RELATIVE_ALT,
                Command.RALLY_POINT,
                x=x,
                y=y,
                z=height_m,
                mission_type=MissionType.RALLY,
            )
        )
    return tuple(items)


def difference(sent: tuple[MissionItem, ...], read: tuple[MissionItem, ...], skip: int = 0) -> str:
    """What differs between a list as sent and as read back; empty when it is the same.

    `skip` items at the start are not compared (ArduCopter puts its own home there). Autopilots
    round parameters that they keep in small fields, so that commands and places are compared.
    """
    if len(sent) != len(read):
        return f"{len(read)} items are on board instead of {len(sent)}"
    for a, b in zip(sent[skip:], read[skip:], strict=True):
        if a.command != b.command:
            return f"item {a.seq} is command {b.command} instead of {a.command}"
        if a.has_place and (abs(a.x - b.x) > 20 or abs(a.y - b.y) > 20):
            return f"item {a.seq} has another place"
        if a.has_place and a.mission_type == MissionType.MISSION and abs(a.z - b.z) > 0.05:
            return f"item {a.seq} is {b.z:.2f} m high instead of {a.z:.2f} m"
    return ""


def bearing_deg(yaw_rad: float) -> float:
    """ENU yaw (rad) as a compass bearing (degrees, 0..360, clockwise from north)."""
    return math.degrees(math.pi / 2 - yaw_rad) % 360.0


def _place(at: Enu, frame: LocalFrame) -> tuple[int, int]:
    point = frame.to_geo(at.east_m, at.north_m, 0.0)
    return round(point.latitude_deg * 1e7), round(point.longitude_deg * 1e7)

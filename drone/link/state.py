"""What the vehicle last said, as plain values with the time they came, and whether that is still
true.

A reading is a `Reading`: its value and when it arrived (monotonic). Old readings are not facts:
`fresh()` gives None for them, so that nobody acts on a position of ten seconds ago.
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from drone.missions.encoding import Firmware

T = TypeVar("T")

#: Longest age (s) at which a reading still counts. Mode and arming come with the 1 Hz heartbeat.
STREAM_AGE_S = 2.0
HEARTBEAT_AGE_S = 4.0
SLOW_AGE_S = 6.0
_METRES_PER_DEGREE = 111_319.5


class Mode(StrEnum):
    """Flight modes as far as the product tells them apart."""

    UNKNOWN = "unknown"
    READY = "ready"
    TAKEOFF = "takeoff"
    HOLD = "hold"
    MISSION = "mission"
    RETURN = "return"
    LAND = "land"
    GUIDED = "guided"
    MANUAL = "manual"


class Landed(StrEnum):
    UNKNOWN = "unknown"
    ON_GROUND = "on_ground"
    TAKING_OFF = "taking_off"
    IN_AIR = "in_air"
    LANDING = "landing"


@dataclass(frozen=True)
class Position:
    """WGS 84 degrees; heights in metres above sea level and above home."""

    latitude_deg: float
    longitude_deg: float
    above_sea_m: float
    above_home_m: float

    def over_ground_m(self, latitude_deg: float, longitude_deg: float) -> float:
        """How far a place is (WGS 84, degrees) over the ground; good for some kilometres."""
        north = (latitude_deg - self.latitude_deg) * _METRES_PER_DEGREE
        east = (longitude_deg - self.longitude_deg) * _METRES_PER_DEGREE
        return math.hypot(north, east * math.cos(math.radians(self.latitude_deg)))


@dataclass(frozen=True)
class Velocity:
    """m/s, ENU."""

    east: float
    north: float
    up: float


@dataclass(frozen=True)
class Attitude:
    """Body FRD against NED as Euler angles (rad): yaw is clockwise from north."""

    roll: float
    pitch: float
    yaw: float


@dataclass(frozen=True)
class Battery:
    fraction: float
    voltage_v: float


@dataclass(frozen=True)
class Health:
    """The autopilot's own word on its sensors and estimates."""

    gyro: bool
    accelerometer: bool
    magnetometer: bool
    local_position: bool
    global_position: bool
    home: bool
    armable: bool


@dataclass(frozen=True)
class Gnss:
    satellites: int
    has_3d_fix: bool


@dataclass(frozen=True)
class Wind:
    """The autopilot's own estimate: where the air moves, m/s, ENU. Most know it in flight only."""

    east: float
    north: float

    @property
    def speed(self) -> float:
        """m/s."""
        return math.hypot(self.east, self.north)


@dataclass(frozen=True)
class Progress:
    """Index of the mission item being flown, as the vehicle counts them, and how many there are (0
    where it does not say)."""

    current: int
    total: int


@dataclass(frozen=True)
class GimbalAttitude:
    """Camera FRD against NED as a quaternion (w, x, y, z); the yaw is against north."""

    quaternion: tuple[float, float, float, float]


@dataclass(frozen=True)
class FailsafeState:
    """How the autopilot's own failsafes were found: `wrong` is empty when all are right, `changed`
    names what was set, `words` say what they do."""

    wrong: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class ArmStatus:
    """What the remote identification's transmitter says of itself: `error` is its own words."""

    is_good: bool
    error: str = ""


@dataclass(frozen=True)
class CameraState:
    """A MAVLink camera on board. `free_mib`: None: not known. `stream`: its address, or ""."""

    model: str
    films: bool = False
    free_mib: float | None = None
    stream: str = ""


@dataclass(frozen=True)
class Capture:
    """A picture that a MAVLink camera has taken. `at`: UTC by its clock; place as `Position`;
    `attitude`: quaternion w, x, y, z, NED to camera; `file` on the camera's own storage."""

    at: datetime
    latitude_deg: float
    longitude_deg: float
    above_sea_m: float
    above_home_m: float
    attitude: tuple[float, float, float, float]
    index: int
    file: str
    is_good: bool = True


class Reading(Generic[T]):
    """The newest value of one stream. Written by the link's thread, read by any."""

    def __init__(self, max_age_s: float) -> None:
        self.max_age_s = max_age_s
        self._held: tuple[T, float] | None = None

    def put(self, value: T) -> None:
        self._held = (value, time.monotonic())

    def clear(self) -> None:
        self._held = None

    @property
    def last(self) -> T | None:
        """The newest value, however old."""
        held = self._held
        return held[0] if held is not None else None

    @property
    def age_s(self) -> float:
        held = self._held
        return time.monotonic() - held[1] if held is not None else float("inf")

    def fresh(self) -> T | None:
        """The newest value, or None when it is too old to be a fact."""
        held = self._held
        if held is None or time.monotonic() - held[1] > self.max_age_s:
            return None
        return held[0]


@dataclass
class VehicleView:
    """Everything known of the vehicle. One object for the life of the process."""

    connected: bool = False
    wrong_vehicle: str = ""
    """Why what answers on the line is not the one vehicle that is meant."""
    firmware: Firmware = Firmware.OTHER
    position: Reading[Position] = field(default_factory=lambda: Reading(STREAM_AGE_S))
    velocity: Reading[Velocity] = field(default_factory=lambda: Reading(STREAM_AGE_S))
    attitude: Reading[Attitude] = field(default_factory=lambda: Reading(STREAM_AGE_S))
    battery: Reading[Battery] = field(default_factory=lambda: Reading(SLOW_AGE_S))
    health: Reading[Health] = field(default_factory=lambda: Reading(SLOW_AGE_S))
    gnss: Reading[Gnss] = field(default_factory=lambda: Reading(SLOW_AGE_S))
    armed: Reading[bool] = field(default_factory=lambda: Reading(HEARTBEAT_AGE_S))
    mode: Reading[Mode] = field(default_factory=lambda: Reading(HEARTBEAT_AGE_S))
    landed: Reading[Landed] = field(default_factory=lambda: Reading(HEARTBEAT_AGE_S))
    home: Reading[Position] = field(default_factory=lambda: Reading(float("inf")))
    progress: Reading[Progress] = field(default_factory=lambda: Reading(float("inf")))
    gimbal: Reading[GimbalAttitude] = field(default_factory=lambda: Reading(STREAM_AGE_S))

    wind: Reading[Wind] = field(default_factory=lambda: Reading(SLOW_AGE_S))
    remote_id: Reading[ArmStatus] = field(default_factory=lambda: Reading(SLOW_AGE_S))
    failsafes: Reading[FailsafeState] = field(default_factory=lambda: Reading(float("inf")))
    camera: CameraState | None = None
    captures: deque[Capture] = field(default_factory=lambda: deque(maxlen=200))
    captured: int = 0
    """How many captures were heard of in this process's life; `captures` are the newest."""
    clock_s: Reading[float] = field(default_factory=lambda: Reading(STREAM_AGE_S))
    """The vehicle's own clock, seconds since its boot."""

    def air(self) -> tuple[float, float]:
        """The wind (m/s, east and north) by fresh word, and none where it is not known."""
        wind = self.wind.fresh()
        return (wind.east, wind.north) if wind is not None else (0.0, 0.0)

    @property
    def is_armed(self) -> bool:
        return bool(self.armed.last)

    @property
    def is_airborne(self) -> bool:
        """In the air for all that is known; a silent vehicle is taken by its last word."""
        return self.landed.last in (Landed.IN_AIR, Landed.TAKING_OFF, Landed.LANDING)

    @property
    def is_holding(self) -> bool:
        """Whether it stays where it is, by fresh word; on ArduCopter that is guided, too."""
        guided = self.firmware is Firmware.ARDUPILOT and self.mode.fresh() is Mode.GUIDED
        return guided or self.mode.fresh() is Mode.HOLD

    @property
    def is_down(self) -> bool:
        """On the ground with the motors off, by fresh word."""
        return self.armed.fresh() is False and self.landed.fresh() is Landed.ON_GROUND

    @property
    def knows_itself(self) -> bool:
        """Whether the vehicle has said where it is and what it does, so that one can join it."""
        return None not in (
            self.position.fresh(), self.mode.fresh(), self.landed.fresh(), self.armed.fresh()
        )  # fmt: skip

"""Streams from the vehicle into `VehicleView`, and the rates that are asked for.

Each stream has one small task that only stores the newest value: MAVSDK's queues have no bound, and
a consumer that does anything slow would work through the past. ArduCopter sends next to nothing
until it is asked; rates are asked for at each connection, because an autopilot that restarts
forgets them.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncGenerator, Callable
from typing import Any

from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from mavsdk.exceptions import MavsdkError
from mavsdk.plugins.telemetry import FixType, FlightMode, LandedState, StatusTextType

from comms.logs import get_logger
from drone.link.direct import DirectCommands
from drone.link.state import (
    Attitude,
    Battery,
    GimbalAttitude,
    Gnss,
    Health,
    Landed,
    Mode,
    Position,
    Progress,
    VehicleView,
    Velocity,
    Wind,
)
from drone.link.statustext import StatusTexts
from drone.missions.encoding import Firmware

_MODES = {
    FlightMode.READY: Mode.READY,
    FlightMode.TAKEOFF: Mode.TAKEOFF,
    FlightMode.HOLD: Mode.HOLD,
    FlightMode.MISSION: Mode.MISSION,
    FlightMode.RETURN_TO_LAUNCH: Mode.RETURN,
    FlightMode.LAND: Mode.LAND,
    FlightMode.OFFBOARD: Mode.GUIDED,
    FlightMode.FOLLOW_ME: Mode.GUIDED,
    FlightMode.UNKNOWN: Mode.UNKNOWN,
}
_LANDED = {
    LandedState.ON_GROUND: Landed.ON_GROUND,
    LandedState.IN_AIR: Landed.IN_AIR,
    LandedState.TAKING_OFF: Landed.TAKING_OFF,
    LandedState.LANDING: Landed.LANDING,
}
#: MAVSDK's scale counts up from debug; MAVLink's counts down from emergency.
_SEVERITY = {
    StatusTextType.DEBUG: 7,
    StatusTextType.INFO: 6,
    StatusTextType.NOTICE: 5,
    StatusTextType.WARNING: 4,
    StatusTextType.ERROR: 3,
    StatusTextType.CRITICAL: 2,
    StatusTextType.ALERT: 1,
    StatusTextType.EMERGENCY: 0,
}
_RATES_HZ = {
    "position": 10.0,
    "attitude_euler": 10.0,
    "battery": 1.0,
    "gps_info": 1.0,
    "home": 0.5,
    "landed_state": 5.0,
}
_SET_MESSAGE_INTERVAL = 511
_GIMBAL_DEVICE_ATTITUDE_STATUS = 285
_SYS_STATUS = 1
_MISSION_CURRENT = 42
_EXTENDED_SYS_STATE = 245
#: By message, where MAVSDK has no function for it (its `set_rate_health` is not there).
_INTERVALS_HZ = {_SYS_STATUS: 1.0, _EXTENDED_SYS_STATE: 5.0, _MISSION_CURRENT: 2.0}
#: WIND_COV and WIND: each make has a message of its own.
_WINDS_HZ = {Firmware.PX4: (231, 1.0), Firmware.ARDUPILOT: (168, 1.0)}
_RATE_TRIES, _RATE_PAUSE_S = 3, 1.0
_YAW_IN_EARTH_FRAME, _YAW_IN_VEHICLE_FRAME, _YAW_LOCK = 64, 32, 16


class Telemetry:
    """Keeps a `VehicleView` up to date from one MAVSDK system."""

    def __init__(self, system: Any, view: VehicleView, texts: StatusTexts) -> None:
        self._telemetry = TelemetryAsync(system)
        self._direct = MavlinkDirectAsync(system)
        self._commands = DirectCommands(system)
        self._view = view
        self._texts = texts
        self._log = get_logger()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen; call once, on the link's loop."""
        t, v = self._telemetry, self._view
        streams: list[tuple[AsyncGenerator[Any, None], Callable[[Any], None]]] = [
            (t.subscribe_position(), lambda x: _put(v.position, _position(x))),
            (t.subscribe_velocity_ned(), lambda x: _put(v.velocity, _velocity(x))),
            (t.subscribe_attitude_euler(), self._attitude),
            (t.subscribe_battery(), lambda x: _put(v.battery, _battery(x))),
            (t.subscribe_health(), lambda x: v.health.put(_health(x))),
            (t.subscribe_gps_info(), lambda x: v.gnss.put(_gnss(x))),
            (t.subscribe_armed(), v.armed.put),
            (
                t.subscribe_flight_mode(),
                lambda x: v.mode.put(_MODES.get(FlightMode(x), Mode.MANUAL)),
            ),
            (t.subscribe_landed_state(), self._landed),
            (t.subscribe_home(), lambda x: _put(v.home, _position(x))),
            (t.subscribe_status_text(), self._text),
            (self._direct.subscribe_message("MISSION_CURRENT"), self._progress),
            (self._direct.subscribe_message("WIND_COV"), self._wind_of_px4),
            (self._direct.subscribe_message("WIND"), self._wind_of_ardupilot),
            (self._direct.subscribe_message("GIMBAL_DEVICE_ATTITUDE_STATUS"), self._gimbal),
        ]
        self._tasks = [asyncio.create_task(_pump(stream, take)) for stream, take in streams]

    async def ask_for_rates(self, gimbal_rate_hz: float) -> None:
        """Ask for every stream that the product reads, and again for those not granted: on a lossy
        link no answer may have come. A refusal is logged, not fatal.
        """
        wanted: dict[str, float] = dict(_RATES_HZ)
        wanted |= {f"message {number}": rate_hz for number, rate_hz in _INTERVALS_HZ.items()}
        if gimbal_rate_hz > 0:
            wanted[f"message {_GIMBAL_DEVICE_ATTITUDE_STATUS}"] = gimbal_rate_hz
        wind = _WINDS_HZ.get(self._view.firmware)
        if wind is not None:
            wanted[f"message {wind[0]}"] = wind[1]
        for again in range(_RATE_TRIES):
            await asyncio.sleep(again * _RATE_PAUSE_S)
            for name, rate_hz in tuple(wanted.items()):
                if await self._is_granted(name, rate_hz):
                    del wanted[name]
            if not wanted:
                return
        self._log.info("the vehicle sets no rate for these streams", streams=", ".join(wanted))

    async def _is_granted(self, name: str, rate_hz: float) -> bool:
        if name in _RATES_HZ:
            try:
                await getattr(self._telemetry, f"set_rate_{name}")(rate_hz)
            except MavsdkError:
                return False
            return True
        number = float(name.removeprefix("message "))
        return await self._commands.is_accepted(_SET_MESSAGE_INTERVAL, number, 1e6 / rate_hz)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _landed(self, state: Any) -> None:
        landed = _LANDED.get(LandedState(state), Landed.UNKNOWN)
        self._view.landed.put(landed)

    def _progress(self, message: Any) -> None:
        """From the message itself: MAVSDK forgets its progress when the link is silent."""
        fields = json.loads(message.fields_json)
        self._view.progress.put(Progress(int(fields["seq"]), int(fields.get("total", 0))))

    def _text(self, text: Any) -> None:
        whole = self._texts.add(text.text, _SEVERITY.get(StatusTextType(text.type), 6))
        if whole is not None and whole.text:
            log = self._log.warning if whole.is_warning else self._log.info
            log("the vehicle says", text=whole.text, severity=whole.severity)

    def _attitude(self, angles: Any) -> None:
        _put(self._view.attitude, _attitude(angles))
        self._view.clock_s.put(angles.timestamp_us * 1e-6)

    def _wind_of_px4(self, message: Any) -> None:
        """WIND_COV: where the air goes, north and east."""
        fields = json.loads(message.fields_json)
        self._wind(fields.get("wind_x"), fields.get("wind_y"))

    def _wind_of_ardupilot(self, message: Any) -> None:
        """WIND: where the air comes from, degrees, and how fast."""
        fields = json.loads(message.fields_json)
        speed, source = fields.get("speed"), fields.get("direction")
        if speed is not None and source is not None:
            to = math.radians(float(source) + 180.0)
            self._wind(float(speed) * math.cos(to), float(speed) * math.sin(to))

    def _wind(self, north: float | None, east: float | None) -> None:
        if north is not None and east is not None and _finite(north, east):
            self._view.wind.put(Wind(east, north))

    def _gimbal(self, message: Any) -> None:
        fields = json.loads(message.fields_json)
        q = [float(x) for x in fields["q"]]
        if not all(math.isfinite(x) for x in q):
            return
        flags = int(fields.get("flags", 0))
        by_north = flags & _YAW_IN_EARTH_FRAME or (
            not flags & _YAW_IN_VEHICLE_FRAME and flags & _YAW_LOCK
        )
        attitude = self._view.attitude.fresh()
        if not by_north:
            if attitude is None:
                return
            q = _turned(q, attitude.yaw)
        self._view.gimbal.put(GimbalAttitude((q[0], q[1], q[2], q[3])))


async def _pump(stream: AsyncGenerator[Any, None], take: Callable[[Any], None]) -> None:
    try:
        async for sample in stream:
            take(sample)
    finally:
        await stream.aclose()


def _put(reading: Any, value: Any) -> None:
    if value is not None:
        reading.put(value)


def _finite(*values: float) -> bool:
    return all(math.isfinite(v) for v in values)


def _position(p: Any) -> Position | None:
    if not _finite(p.latitude_deg, p.longitude_deg, p.absolute_altitude_m):
        return None
    return Position(p.latitude_deg, p.longitude_deg, p.absolute_altitude_m, p.relative_altitude_m)


def _velocity(v: Any) -> Velocity | None:
    if not _finite(v.north_m_s, v.east_m_s, v.down_m_s):
        return None
    return Velocity(v.east_m_s, v.north_m_s, -v.down_m_s)


def _attitude(a: Any) -> Attitude | None:
    if not _finite(a.roll_deg, a.pitch_deg, a.yaw_deg):
        return None
    return Attitude(math.radians(a.roll_deg), math.radians(a.pitch_deg), math.radians(a.yaw_deg))


def _battery(b: Any) -> Battery | None:
    """MAVSDK gives the charge in percent, NaN when the autopilot does not know it."""
    if not math.isfinite(b.remaining_percent) or b.remaining_percent < 0:
        return None
    return Battery(min(1.0, b.remaining_percent / 100.0), b.voltage_v)


def _health(h: Any) -> Health:
    return Health(
        gyro=h.is_gyrometer_calibration_ok,
        accelerometer=h.is_accelerometer_calibration_ok,
        magnetometer=h.is_magnetometer_calibration_ok,
        local_position=h.is_local_position_ok,
        global_position=h.is_global_position_ok,
        home=h.is_home_position_ok,
        armable=h.is_armable,
    )


def _gnss(g: Any) -> Gnss:
    return Gnss(g.num_satellites, int(g.fix_type) >= int(FixType.FIX_3D))


def _turned(q: list[float], yaw: float) -> list[float]:
    """The quaternion `q` (w, x, y, z) turned by `yaw` about the down axis."""
    c, s = math.cos(yaw / 2), math.sin(yaw / 2)
    w, x, y, z = q
    return [c * w - s * z, c * x - s * y, c * y + s * x, c * z + s * w]

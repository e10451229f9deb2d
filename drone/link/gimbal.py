"""Where the vehicle's gimbal looks, ordered by effect: an order counts when the gimbal says so.

PX4's gimbal manager obeys whoever has taken control (DO_GIMBAL_MANAGER_CONFIGURE); ArduCopter is
given DO_MOUNT_CONTROL, as in its missions. A place travels as COMMAND_INT: a float has metres.

| order | its effect | within | tries |
|---|---|---|---|
| nadir, ahead, a place | the gimbal's pitch within 6 degrees of it | 4 s | 3 |
"""

from __future__ import annotations

import math
from typing import Any

from drone.errors import OrderError
from drone.link.direct import DirectCommands
from drone.link.effect import Effects
from drone.link.state import GimbalAttitude, Position, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.encoding import Command, camera_pitch

_WITHIN_S, _TRIES = 4.0, 3
_NEAR_RAD = math.radians(6.0)
_RELATIVE_ALT = 3  # MAV_FRAME_GLOBAL_RELATIVE_ALT


class Gimbal:
    """For one MAVSDK system. Methods raise OrderError with one sentence."""

    def __init__(self, system: Any, view: VehicleView, texts: StatusTexts) -> None:
        self._commands = DirectCommands(system)
        self._view = view
        self._effects = Effects(view, texts)

    async def look_down(self) -> None:
        """Straight down."""
        await self._pitch("look straight down", -math.pi / 2)

    async def look_ahead(self) -> None:
        """Level, along the nose."""
        await self._pitch("look ahead", 0.0)

    async def look_at(self, latitude_deg: float, longitude_deg: float, above_home_m: float) -> None:
        """At a place (WGS 84, m above home), which it keeps in sight."""
        self._must_be_there()
        target = Position(latitude_deg, longitude_deg, math.nan, above_home_m)
        place = (round(latitude_deg * 1e7), round(longitude_deg * 1e7), above_home_m)

        async def order() -> str:
            return await self._commands.refusal_at(
                Command.DO_SET_ROI_LOCATION, _RELATIVE_ALT, *place
            )

        def is_seen() -> bool:
            here = self._view.position.fresh()
            return here is not None and self._is_near(pitch_towards(here, target))

        await self._effects.bring("look at the point", order, is_seen, _WITHIN_S, _TRIES)

    async def _pitch(self, what: str, pitch: float) -> None:
        self._must_be_there()

        async def order() -> str:
            refusal = await self._commands.refusal(Command.DO_SET_ROI_NONE)
            return refusal or await self._order_pitch(math.degrees(pitch))

        await self._effects.bring(what, order, lambda: self._is_near(pitch), _WITHIN_S, _TRIES)

    async def _order_pitch(self, degrees: float) -> str:
        """Positive is up; by the commands of a mission's own look. Yaw and rates are 0 in them: NaN
        does not travel as JSON, and yaw follows the nose."""
        for item in camera_pitch(0, degrees, self._view.firmware):
            params = (item.param1, item.param2, item.param3, item.param4)
            place = (float(item.x), float(item.y), item.z)
            refusal = await self._commands.refusal(item.command, *params, *place)
            if refusal:
                return refusal
        return ""

    def _must_be_there(self) -> None:
        if self._view.gimbal.fresh() is None:
            raise OrderError("no gimbal of the vehicle tells where it looks")

    def _is_near(self, pitch: float) -> bool:
        gimbal = self._view.gimbal.fresh()
        return gimbal is not None and abs(pitch_of(gimbal) - pitch) < _NEAR_RAD


def pitch_of(gimbal: GimbalAttitude) -> float:
    """Rad, positive up."""
    w, x, y, z = gimbal.quaternion
    return math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))


def pitch_towards(here: Position, there: Position) -> float:
    """From the vehicle to a place, rad, positive up; good for some kilometres."""
    run = here.over_ground_m(there.latitude_deg, there.longitude_deg)
    return math.atan2(there.above_home_m - here.above_home_m, run)

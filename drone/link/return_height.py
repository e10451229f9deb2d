"""The height of the autopilot's own return, set and read back: each make keeps it its own way.

MAVSDK's `set_return_to_launch_altitude` knows PX4's parameter only. ArduCopter keeps centimetres as
a whole number (RTL_ALT), newer versions metres (RTL_ALT_M). What an autopilot does not have it does
not answer, so the commoner name comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mavsdk.exceptions import MavsdkError

from drone.link.effect import short
from drone.link.parameters import keep
from drone.missions.encoding import Firmware

_TOLERANCE_M = 0.5


@dataclass(frozen=True)
class HeightParameter:
    """Where a height is kept: `per_m` of its unit are a metre."""

    name: str
    per_m: float
    is_whole: bool


_PX4 = (HeightParameter("RTL_RETURN_ALT", 1.0, False),)
_ARDUCOPTER = (HeightParameter("RTL_ALT", 100.0, True), HeightParameter("RTL_ALT_M", 1.0, False))
_PLACES = {Firmware.PX4: _PX4, Firmware.ARDUPILOT: _ARDUCOPTER}


async def set_return_height(param: Any, firmware: Firmware, height_m: float) -> str:
    """Set the return height (m above home) through MAVSDK's Param plugin and read it back.

    Returns why it is not so, or an empty string.
    """
    why = "none of its parameters is known"
    for place in _PLACES.get(firmware, (*_PX4, *_ARDUCOPTER)):
        try:
            value = height_m * place.per_m
            kept_m = await keep(param, place.name, value, is_whole=place.is_whole) / place.per_m
        except MavsdkError as error:
            why = f"{place.name}: {short(error)}"
            continue
        if abs(kept_m - height_m) <= _TOLERANCE_M:
            return ""
        why = f"{place.name} is {kept_m:.1f} m instead of {height_m:.1f} m"
    return why

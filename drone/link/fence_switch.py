"""The switch of ArduCopter's fence: what is uploaded does nothing while it is off, its default.

With it the polygons and a greatest height are watched; not the circle around home, whose default
of 300 m a site may be larger than. A breach brings the vehicle home, or down where it cannot.
Names from ArduPilot's parameter reference, "FENCE". PX4's fence is on once it is uploaded.
"""

from __future__ import annotations

from typing import Any

from mavsdk.exceptions import MavsdkError

from drone.link.effect import short
from drone.link.parameters import keep

_HEIGHT, _POLYGONS = 1, 4  # bits of FENCE_TYPE
_RETURN_OR_LAND = 1


async def switch_fence_on(param: Any, highest_m: float) -> str:
    """Have ArduCopter watch its fence, at most `highest_m` above home; why it does not, or ""."""
    settings = (
        ("FENCE_ALT_MAX", highest_m, False),
        ("FENCE_TYPE", float(_HEIGHT | _POLYGONS), True),
        ("FENCE_ACTION", float(_RETURN_OR_LAND), True),
        ("FENCE_ENABLE", 1.0, True),
    )
    for name, value, is_whole in settings:
        try:
            has = await keep(param, name, value, is_whole=is_whole)
        except MavsdkError as error:
            return f"{name}: {short(error)}"
        if abs(has - value) > 0.05:
            return f"{name} is {has:g} instead of {value:g}"
    return ""

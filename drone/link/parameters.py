"""One parameter of the autopilot, set and read back through MAVSDK's Param plugin."""

from __future__ import annotations

from typing import Any


async def read(param: Any, name: str, *, is_whole: bool) -> float:
    """What the vehicle has as `name`. Raises MAVSDK's ParamError, as below."""
    get = param.get_param_int if is_whole else param.get_param_float
    return float(await get(name))


async def keep(param: Any, name: str, value: float, *, is_whole: bool) -> float:
    """Set `name` and return what the vehicle then has. Raises MAVSDK's ParamError: a name that it
    does not have times out, a wrong type is refused.
    """
    if is_whole:
        await param.set_param_int(name, round(value))
    else:
        await param.set_param_float(name, value)
    return await read(param, name, is_whole=is_whole)

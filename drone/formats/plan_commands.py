"""The commands of a foreign mission that are flown here, and what their numbers may be.

An allow-list: a mission can also switch the fence off, move home, open a gripper or stop the motors
in the air, and none of that comes on board by a file. Names and parameters from MAVLink's common
message set.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WAYPOINT, LOITER_TIME, RETURN, LAND, TAKEOFF = 16, 19, 20, 21, 22
DELAY, CONDITION_DELAY, CONDITION_YAW, JUMP = 93, 112, 115, 177
CHANGE_SPEED, ROI_LOCATION, ROI_NONE, ROI = 178, 195, 197, 201

#: Their param 1 is a time (s); and what has a place to look at.
WAITS = (WAYPOINT, LOITER_TIME, DELAY, CONDITION_DELAY)
LOOKS = (ROI_LOCATION, ROI)

_LONGEST_S, _SLOWEST_MPS, _FASTEST_MPS, _MOST_JUMPS = 1200.0, 0.5, 15.0, 50.0
#: Further from its waypoint a vehicle would cut corners that were not checked.
_WIDEST_M = 5.0


@dataclass(frozen=True)
class Allowed:
    """One command; `bounds` by parameter's number (1 to 7). `is_flown`: it moves to its place."""

    name: str
    is_flown: bool = False
    is_placed: bool = False
    bounds: dict[int, tuple[float, float]] = field(default_factory=dict)


_WAIT = {1: (0.0, _LONGEST_S)}
ALLOWED = {
    WAYPOINT: Allowed("waypoint", True, True, _WAIT | {2: (0.0, _WIDEST_M), 3: (0.0, 0.0)}),
    LOITER_TIME: Allowed("loiter for a time", True, True, _WAIT),
    RETURN: Allowed("return", True),
    LAND: Allowed("land", True, True, {2: (0.0, 0.0)}),
    TAKEOFF: Allowed("take-off", True, True),
    DELAY: Allowed("delay", bounds=_WAIT),  # -1 would be a time of the day
    CONDITION_DELAY: Allowed("delay", bounds=_WAIT),
    CONDITION_YAW: Allowed("heading", bounds={1: (-360.0, 360.0)}),
    JUMP: Allowed("jump", bounds={2: (1.0, _MOST_JUMPS)}),
    CHANGE_SPEED: Allowed("speed", bounds={1: (0.0, 1.0), 2: (-2.0, _FASTEST_MPS)}),
    ROI_LOCATION: Allowed("look at", is_placed=True),
    ROI: Allowed("look at", is_placed=True),
    ROI_NONE: Allowed("look ahead"),
    203: Allowed("picture"),
    205: Allowed("camera's direction", bounds={1: (-180.0, 180.0), 3: (-360.0, 360.0)}),
    206: Allowed("pictures by distance", bounds={1: (0.0, 1000.0)}),
    214: Allowed("pictures by time"),
    530: Allowed("camera's mode"),
    531: Allowed("camera's zoom"),
    1000: Allowed("camera's direction", bounds={1: (-180.0, 180.0), 2: (-360.0, 360.0)}),
    1001: Allowed("camera's control"),
    2000: Allowed("pictures"),
    2001: Allowed("end of pictures"),
    2500: Allowed("film"),
    2501: Allowed("end of film"),
}


def why_not(command: int, params: list[float | None]) -> str:
    """Why an item with these seven parameters is not flown here; empty when it is."""
    allowed = ALLOWED.get(command)
    if allowed is None:
        return f"command {command} is not one that is flown here"
    for number, (low, high) in allowed.bounds.items():
        value = params[number - 1]
        if value is not None and not low <= value <= high:
            return f"its param {number} ({allowed.name}) is {value:g}; {low:g} to {high:g} is flown"
    if command == CHANGE_SPEED and (speed := params[1]) not in (None, -1.0, -2.0):
        assert speed is not None
        if speed < _SLOWEST_MPS:
            return f"its speed is {speed:g} m/s; {_SLOWEST_MPS:g} to {_FASTEST_MPS:g} is flown"
    return ""

"""Mission items of a `.plan` as MISSION_ITEM_INT: frames, heights, headings and jumps made plain.

Every height becomes one above home; a heading that the file leaves open becomes that of the leg,
because an open one is NaN on the wire. What cannot be made plain is refused with the item's number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comms.contracts.errors import FileError
from drone.formats.plan_commands import ALLOWED, JUMP, RETURN, TAKEOFF, why_not
from drone.missions.encoding import Frame, MissionItem

GLOBAL_FRAMES, RELATIVE_FRAMES = (0, 5), (3, 6)
_MOST = 1e7  # of any number
_TWICE = -1  # in place of the number of an item whose id is another's, too
_FIELDS = ("param 1", "param 2", "param 3", "heading", "latitude", "longitude", "altitude")


@dataclass(frozen=True)
class Home:
    """Where the file expects to start: degrees and metres above the sea (None: not given)."""

    latitude_deg: float
    longitude_deg: float
    above_sea_m: float | None


def plain_items(simple: list[dict[str, Any]], home: Home, name: str) -> tuple[MissionItem, ...]:
    """`simple` are SimpleItem objects in their order. Raises FileError."""
    numbers: dict[int, int] = {}
    for seq, item in enumerate(simple):
        identity = item.get("doJumpId")
        if isinstance(identity, int) and not isinstance(identity, bool):
            numbers[identity] = _TWICE if identity in numbers else seq
    found: list[MissionItem] = []
    at = (home.latitude_deg, home.longitude_deg)
    for seq, item in enumerate(simple):
        where = f"item {seq + 1} of {len(simple)}"
        plain = _plain(item, seq, at, home, numbers, name, where)
        if ALLOWED[plain.command].is_flown and plain.command != RETURN:
            at = (plain.x / 1e7, plain.y / 1e7)
        found.append(plain)
    return tuple(found)


def simple_items(items: list[dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    """The SimpleItems of a mission, those that a complex item has made with them.

    Raises FileError for a complex item whose waypoints are not in the file.
    """
    for number, item in enumerate(items, start=1):
        kind = item.get("type")
        if kind == "SimpleItem":
            yield item
            continue
        complex_kind = item.get("complexItemType", kind)
        made = item.get("TransectStyleComplexItem", {})
        inner = made.get("Items") if isinstance(made, dict) else None
        has_them = isinstance(inner, list) and inner and all(isinstance(i, dict) for i in inner)
        if kind != "ComplexItem" or not has_them:
            raise FileError(
                name,
                f"the waypoints of the {complex_kind} are not in the file; in QGroundControl, "
                "give surveys and corridors, or single waypoints",
                f"item {number} of {len(items)}",
            )
        if made.get("FollowTerrain"):
            raise FileError(
                name,
                f"the {complex_kind} follows the terrain, whose heights are not known here",
                f"item {number} of {len(items)}",
            )
        assert isinstance(inner, list)
        yield from simple_items(inner, name)


def _plain(
    item: dict[str, Any],
    seq: int,
    at: tuple[float, float],
    home: Home,
    numbers: dict[Any, int],
    name: str,
    where: str,
) -> MissionItem:
    command, frame = item.get("command"), item.get("frame")
    if not isinstance(command, int) or not isinstance(frame, int):
        raise FileError(name, "it needs a whole number as command and as frame", where)
    p = _params(item.get("params"), name, where)
    if item.get("autoContinue", True) is not True:
        raise FileError(name, "its autoContinue is off: a plan is flown without waiting", where)
    refused = why_not(command, p)
    if refused:
        raise FileError(name, refused, where)
    allowed = ALLOWED[command]
    if not allowed.is_placed:
        if command == JUMP:
            if p[0] is None or int(p[0]) not in numbers:
                raise FileError(name, f"it jumps to item id {p[0]}, which is not there", where)
            if numbers[int(p[0])] == _TWICE:
                raise FileError(name, f"it jumps to item id {p[0]:g}, which two items have", where)
            p[0] = float(numbers[int(p[0])])
        low = [0.0 if v is None else v for v in p]
        return _item(seq, Frame.MISSION, command, low, round(low[4]), round(low[5]), low[6])
    if command == TAKEOFF and not p[4] and not p[5]:
        p[4], p[5] = at
    latitude, longitude, height = p[4], p[5], p[6]
    if latitude is None or longitude is None or height is None:
        raise FileError(name, "it needs latitude, longitude and altitude", where)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise FileError(name, f"{latitude}, {longitude} is no place on the earth", where)
    if frame in GLOBAL_FRAMES:
        if home.above_sea_m is None:
            raise FileError(
                name, "its altitude is above the sea, and the home's is not given", where
            )
        height -= home.above_sea_m
    elif frame not in RELATIVE_FRAMES:
        raise FileError(
            name,
            f"its altitude is in frame {frame}; heights above home (3) or the sea (0) are flown",
            where,
        )
    if allowed.is_flown and p[3] is None:
        p[3] = _bearing_deg(at, (latitude, longitude))
    low = [0.0 if v is None else v for v in p[:4]]
    x, y = round(latitude * 1e7), round(longitude * 1e7)
    return _item(seq, Frame.GLOBAL_RELATIVE_ALT, command, low, x, y, height)


def _item(
    seq: int, frame: Frame, command: int, p: list[float], x: int, y: int, z: float
) -> MissionItem:
    return MissionItem(
        seq, frame, command, param1=p[0], param2=p[1], param3=p[2], param4=p[3], x=x, y=y, z=z
    )


def _params(values: Any, name: str, where: str) -> list[Any]:
    if not isinstance(values, list) or len(values) != 7:
        raise FileError(name, "it needs a list of seven params", where)
    found: list[float | None] = []
    for field, value in zip(_FIELDS, values, strict=True):
        if value is None:
            found.append(None)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise FileError(name, f"its {field} is no number: {value!r}", where)
        elif not abs(value) <= _MOST:
            raise FileError(name, f"its {field} is out of range: {value!r}", where)
        else:
            found.append(float(value))
    return found


def _bearing_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    north = b[0] - a[0]
    east = (b[1] - a[1]) * math.cos(math.radians(a[0]))
    return math.degrees(math.atan2(east, north)) % 360.0 if north or east else 0.0

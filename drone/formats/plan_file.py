"""QGroundControl's `.plan`: mission, geofence and rally points.

Format: QGroundControl developer guide, "Plan File Format". What is read is either understood,
refused by name, or (keys beside those that say what is flown) kept in `document` and written out
again: nothing is dropped without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comms.contracts.errors import FileError
from comms.contracts.json_text import parse_json
from comms.contracts.text_file import read_text
from drone.formats.plan_extras import FENCE_KEYS, without_effect
from drone.formats.plan_items import Home, plain_items, simple_items
from drone.missions.encoding import Command, Firmware, Frame, MissionItem, MissionType

_AUTOPILOTS = {Firmware.PX4: 12, Firmware.ARDUPILOT: 3, Firmware.OTHER: 0}
_QUADROTOR = 2
_MOST_ITEMS = 2000
_MOST = 1e7
_RELATIVE = 1  # QGroundControl's altitude mode


@dataclass(frozen=True)
class PlanFile:
    """What a `.plan` says. `document` is the whole file, as JSON has it; `notes` say what of it has
    no effect when it is flown."""

    name: str
    home: Home
    mission: tuple[MissionItem, ...]
    fence: tuple[MissionItem, ...]
    rally: tuple[MissionItem, ...]
    cruise_mps: float
    document: dict[str, Any]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """The file again, as QGroundControl writes it."""
        return json.dumps(self.document, indent=4, ensure_ascii=False) + "\n"


def read_plan(path: Path) -> PlanFile:
    """Raises FileError with the file, the place in it and what would be right."""
    return parse_plan(read_text(path), str(path))


def parse_plan(text: str, name: str) -> PlanFile:
    """`read_plan` of a text that is there already."""
    document = parse_json(text, name)
    if not isinstance(document, dict) or document.get("fileType") != "Plan":
        raise FileError(name, 'this is no plan: it needs "fileType": "Plan"')
    if document.get("version") != 1:
        raise FileError(name, f"version {document.get('version')!r} of plans is not known, 1 is")
    mission = _object(document, "mission", name)
    home = _home(mission, name)
    items = mission.get("items")
    if not isinstance(items, list) or not items:
        raise FileError(name, "it has no items", "mission")
    if not all(isinstance(item, dict) for item in items):
        raise FileError(name, "each of its items must be an object", "mission")
    simple = list(simple_items(items, name))
    if len(simple) > _MOST_ITEMS:
        raise FileError(name, f"{len(simple)} items are more than {_MOST_ITEMS}", "mission")
    speed = mission.get("hoverSpeed", 5.0)
    return PlanFile(
        name=name,
        home=home,
        mission=plain_items(simple, home, name),
        fence=_fence(_object(document, "geoFence", name, optional=True), name),
        rally=_rally(_object(document, "rallyPoints", name, optional=True), home, name),
        cruise_mps=_number(speed, name, "mission hoverSpeed"),
        document=document,
        notes=without_effect(document),
    )


def plan_document(
    items: Iterable[MissionItem],
    fence: Iterable[MissionItem],
    rally: Iterable[MissionItem],
    home: Home,
    firmware: Firmware,
    hover_mps: float,
) -> dict[str, Any]:
    """A `.plan` of what goes on board (without ArduCopter's dummy item 0)."""
    return {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "mission": {
            "version": 2,
            "firmwareType": _AUTOPILOTS[firmware],
            "vehicleType": _QUADROTOR,
            "cruiseSpeed": hover_mps,
            "hoverSpeed": hover_mps,
            "globalPlanAltitudeMode": _RELATIVE,
            "plannedHomePosition": [home.latitude_deg, home.longitude_deg, home.above_sea_m or 0.0],
            "items": [_simple(number, item) for number, item in enumerate(items, start=1)],
        },
        "geoFence": _fence_document(list(fence)),
        "rallyPoints": {
            "version": 2,
            "points": [[p.x / 1e7, p.y / 1e7, p.z] for p in rally],
        },
    }


def _simple(number: int, item: MissionItem) -> dict[str, Any]:
    place = [item.x / 1e7, item.y / 1e7] if item.frame != Frame.MISSION else [item.x, item.y]
    simple: dict[str, Any] = {
        "type": "SimpleItem",
        "autoContinue": True,
        "command": int(item.command),
        "doJumpId": number,
        "frame": int(item.frame),
        "params": [item.param1, item.param2, item.param3, item.param4, *place, item.z],
    }
    if item.frame != Frame.MISSION:
        simple |= {"Altitude": item.z, "AltitudeMode": _RELATIVE, "AMSLAltAboveTerrain": None}
    return simple


def _fence_document(items: list[MissionItem]) -> dict[str, Any]:
    polygons: list[dict[str, Any]] = []
    circles: list[dict[str, Any]] = []
    number = 0
    while number < len(items):
        item = items[number]
        if item.command in (Command.FENCE_CIRCLE_IN, Command.FENCE_CIRCLE_OUT):
            centre = {"center": [item.x / 1e7, item.y / 1e7], "radius": item.param1}
            inside = item.command == Command.FENCE_CIRCLE_IN
            circles.append({"circle": centre, "inclusion": inside, "version": 1})
            number += 1
            continue
        ring = items[number : number + int(item.param1)]
        polygons.append(
            {
                "polygon": [[corner.x / 1e7, corner.y / 1e7] for corner in ring],
                "inclusion": item.command == Command.FENCE_INCLUSION,
                "version": 1,
            }
        )
        number += len(ring)
    return {"version": 2, "polygons": polygons, "circles": circles}


def _fence(fence: dict[str, Any], name: str) -> tuple[MissionItem, ...]:
    found: list[MissionItem] = []

    for key, value in fence.items():
        if key not in FENCE_KEYS and value:
            raise FileError(
                name,
                f"{key!r} is a fence of an older version, which no program of today reads; open "
                "the plan in QGroundControl, draw its fence and save it anew",
                "geoFence",
            )

    def add(command: int, place: Any, param1: float, where: str) -> None:
        latitude, longitude = _place(place, name, where)
        found.append(
            MissionItem(
                len(found), Frame.GLOBAL, command, param1=param1,
                x=round(latitude * 1e7), y=round(longitude * 1e7), mission_type=MissionType.FENCE,
            )
        )  # fmt: skip

    for number, polygon in enumerate(_list(fence, "polygons", name), start=1):
        where = f"geoFence polygon {number}"
        ring = polygon.get("polygon") if isinstance(polygon, dict) else None
        if not isinstance(ring, list) or len(ring) < 3:
            raise FileError(name, "it needs at least three corners", where)
        inside = polygon.get("inclusion", True)
        command = Command.FENCE_INCLUSION if inside else Command.FENCE_EXCLUSION
        for corner in ring:
            add(command, corner, float(len(ring)), where)
    for number, entry in enumerate(_list(fence, "circles", name), start=1):
        where = f"geoFence circle {number}"
        circle = entry.get("circle") if isinstance(entry, dict) else None
        if not isinstance(circle, dict):
            raise FileError(name, "it needs a circle with center and radius", where)
        radius = _number(circle.get("radius"), name, where)
        if radius <= 0:
            raise FileError(name, f"its radius is {radius:g}; more than 0 is needed", where)
        inside = entry.get("inclusion", True)
        add(
            Command.FENCE_CIRCLE_IN if inside else Command.FENCE_CIRCLE_OUT,
            circle.get("center"),
            radius,
            where,
        )
    if fence.get("breachReturn"):
        add(Command.FENCE_RETURN, fence["breachReturn"], 0.0, "geoFence breachReturn")
    return tuple(found)


def _rally(rally: dict[str, Any], home: Home, name: str) -> tuple[MissionItem, ...]:
    found = []
    for seq, point in enumerate(_list(rally, "points", name)):
        where = f"rally point {seq + 1}"
        latitude, longitude = _place(point, name, where)
        height = _number(point[2], name, where) if len(point) > 2 else 0.0
        found.append(
            MissionItem(
                seq, Frame.GLOBAL_RELATIVE_ALT, Command.RALLY_POINT, z=height,
                x=round(latitude * 1e7), y=round(longitude * 1e7), mission_type=MissionType.RALLY,
            )
        )  # fmt: skip
    return tuple(found)


def _home(mission: dict[str, Any], name: str) -> Home:
    home = mission.get("plannedHomePosition")
    latitude, longitude = _place(home, name, "mission plannedHomePosition")
    assert isinstance(home, list)
    above = _number(home[2], name, "mission plannedHomePosition") if len(home) > 2 else None
    return Home(latitude, longitude, above)


def _place(value: Any, name: str, where: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) < 2:
        raise FileError(name, "it should be [latitude, longitude]", where)
    latitude, longitude = (_number(part, name, where) for part in value[:2])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise FileError(name, f"{latitude}, {longitude} is no place on the earth", where)
    return latitude, longitude


def _number(value: Any, name: str, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FileError(name, f"a number is needed, not {value!r}", where)
    if not abs(value) <= _MOST:
        raise FileError(name, f"a number is out of range, at most {_MOST:g} is right", where)
    return float(value)


def _object(
    document: dict[str, Any], key: str, name: str, *, optional: bool = False
) -> dict[str, Any]:
    value = document.get(key, {} if optional else None)
    if not isinstance(value, dict):
        raise FileError(name, f"it needs {key!r} as an object", key)
    return value


def _list(parent: dict[str, Any], key: str, name: str) -> list[Any]:
    value = parent.get(key, [])
    if not isinstance(value, list):
        raise FileError(name, f"{key!r} should be a list", key)
    return value

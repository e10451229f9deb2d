"""What stands in a `.plan` and has no effect on its flight, named so that nobody counts on it."""

from __future__ import annotations

from typing import Any

_TOP = {"fileType", "version", "groundStation", "mission", "geoFence", "rallyPoints"}
_MISSION = {
    "version", "firmwareType", "vehicleType", "cruiseSpeed", "hoverSpeed", "items",
    "globalPlanAltitudeMode", "plannedHomePosition",
}  # fmt: skip
_SIMPLE = {
    "type", "command", "frame", "params", "doJumpId", "autoContinue", "Altitude", "AltitudeMode",
    "AMSLAltAboveTerrain", "MISSION_ITEM_ID",
}  # fmt: skip
FENCE_KEYS = {"version", "polygons", "circles", "breachReturn"}
#: MAV_TYPE of vehicles that fly a plan as this one does; 0 is any.
_COPTERS = (0, 2, 3, 4, 13, 14, 15, 29)
_MOST = 5


def without_effect(document: dict[str, Any]) -> tuple[str, ...]:
    """Sentences; none for a file in which everything counts."""
    notes = []
    mission = document.get("mission")
    places: list[tuple[str, Any, set[str]]] = [
        ("", document, _TOP),
        ("mission ", mission, _MISSION),
    ]
    if isinstance(mission, dict) and isinstance(mission.get("items"), list):
        for number, item in enumerate(mission["items"], start=1):
            if isinstance(item, dict) and item.get("type") == "SimpleItem":
                places.append((f"item {number} ", item, _SIMPLE))
    places.append(("geoFence ", document.get("geoFence"), FENCE_KEYS))
    places.append(("rallyPoints ", document.get("rallyPoints"), {"version", "points"}))
    unknown = [
        f"{where}{key}"
        for where, part, known in places
        if isinstance(part, dict)
        for key in part
        if key not in known
    ]
    if unknown:
        more = f" and {len(unknown) - _MOST} more" if len(unknown) > _MOST else ""
        notes.append(f"not known and without effect: {', '.join(unknown[:_MOST])}{more}")
    made_for = mission.get("vehicleType", 2) if isinstance(mission, dict) else 2
    if made_for not in _COPTERS:
        notes.append(f"it was made for a vehicle of type {made_for}, and is flown by a multirotor")
    fence = document.get("geoFence")
    if isinstance(fence, dict) and fence.get("breachReturn"):
        notes.append("its breach return point is not used: a breach leads home")
    return tuple(notes)

"""What the map shows, computed from the situation: plain dictionaries for the browser."""

from __future__ import annotations

import math
from typing import Any

from comms.centre.screens.situation import Situation
from comms.centre.screens.words import has_word, word
from comms.wire import types_pb2

STALE_AFTER_S = 5.0
_NAMES: dict[int, str] = {types_pb2.VEHICLE_ROBOT: "robot", types_pb2.VEHICLE_DRONE: "drone"}


def vehicle_name(number: int) -> str:
    return _NAMES.get(number, "robot")


def finding_words(kind: str, label: str, language: str) -> str:
    """What a finding is, in the user's language; the detector's own word if we have none."""
    key = f"finding_{kind}"
    return word(key, language) if has_word(key) else (label or kind)


def vehicles(situation: Situation, language: str, *, with_trails: bool) -> dict[str, Any]:
    """Every vehicle of every unit, with its plan (and its trail when asked)."""
    out = []
    for unit in situation.units.values():
        age = situation.age_s(unit)
        for state in unit.vehicles:
            name = vehicle_name(state.vehicle)
            item: dict[str, Any] = {
                "id": f"{unit.unit_id}/{name}",
                "kind": name,
                "label": f"{word(name, language)} {unit.unit_id.rsplit('-', 1)[-1]}",
                "lat": state.position.latitude_deg,
                "lng": state.position.longitude_deg,
                "heading_deg": 90.0 - math.degrees(state.heading_rad),
                "estop": state.estop,
                "stale": not unit.connected or age is None or age > STALE_AFTER_S,
                "route": [(p.latitude_deg, p.longitude_deg) for p in state.route],
            }
            if with_trails:
                item["trail"] = list(situation.trails.get((unit.unit_id, state.vehicle), ()))
            out.append(item)
    return {"vehicles": out}


def findings(situation: Situation, language: str, limit: int = 300) -> list[dict[str, Any]]:
    """The newest findings as dots."""
    return [
        {
            "id": f.finding_id,
            "lat": f.position.latitude_deg,
            "lng": f.position.longitude_deg,
            "live": f.phase != types_pb2.FINDING_PHASE_ENDED,
            "label": finding_words(f.kind, f.label, language),
        }
        for f in situation.recent_findings(limit)
    ]

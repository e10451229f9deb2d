"""What the map shows, computed from the situation: plain dictionaries for the browser."""

from __future__ import annotations

import math
from typing import Any

from comms.centre.screens.situation import Situation
from comms.centre.screens.words import age_words, has_word, word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

OLD_AFTER_S = 3.0
_NAMES: dict[int, str] = {
    types_pb2.VEHICLE_ROBOT: "robot",
    types_pb2.VEHICLE_DRONE: "drone",
    types_pb2.VEHICLE_KIOSK: "kiosk",
}


def vehicle_name(number: int) -> str:
    return _NAMES.get(number, "robot")


def finding_words(kind: str, label: str, language: str) -> str:
    """What a finding is, in the user's language; the detector's own word if we have none."""
    key = f"finding_{kind}"
    return word(key, language) if has_word(key) else (label or kind)


def is_old(situation: Situation, unit: pb.Unit, vehicle: int = 0) -> bool:
    """Whether what is shown of it may be wrong by now: no link, or no word for some seconds."""
    age = situation.age_s(unit, vehicle)
    return not unit.connected or age is None or age > OLD_AFTER_S


def vehicles(situation: Situation, language: str) -> list[dict[str, Any]]:
    """Every vehicle of every unit, with its plan. An old position says how old."""
    out = []
    for unit in situation.units.values():
        for state in unit.vehicles:
            name = vehicle_name(state.vehicle)
            label = f"{word(name, language)} {unit.unit_id.rsplit('-', 1)[-1]}"
            old = is_old(situation, unit, state.vehicle)
            if old:
                age = situation.age_s(unit, state.vehicle)
                label += " · " + (
                    word("old", language, age=age_words(age, language))
                    if age is not None
                    else word("never", language)
                )
            out.append(
                {
                    "id": f"{unit.unit_id}/{name}",
                    "kind": name,
                    "label": label,
                    "lat": state.position.latitude_deg,
                    "lng": state.position.longitude_deg,
                    "heading_deg": 90.0 - math.degrees(state.heading_rad),
                    "estop": state.estop,
                    "old": old,
                    "placed": state.localized,
                    "route": [(p.latitude_deg, p.longitude_deg) for p in state.route],
                }
            )
    return out


def trails(situation: Situation) -> dict[str, list[tuple[float, float]]]:
    """Where each vehicle came along, oldest first, by the vehicle's id on the map."""
    return {
        f"{unit_id}/{vehicle_name(vehicle)}": list(trail)
        for (unit_id, vehicle), trail in situation.trails.items()
    }


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

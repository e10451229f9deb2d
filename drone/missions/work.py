"""The work of a flight, between the way there and the way back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.place import Enu
from drone.missions.plan import PlanItem


@dataclass(frozen=True)
class Work:
    """What is flown at the place: the way there leads to `begin`, the way back starts at `end`
    (map m). `look_at`: what the camera is on."""

    begin: Enu
    end: Enu
    items: tuple[PlanItem, ...]
    look_at: Enu | None = None
    notes: tuple[str, ...] = ()


def towards(a: Enu, b: Enu) -> float:
    """ENU yaw (rad) from `a` to `b`."""
    return math.atan2(b.north_m - a.north_m, b.east_m - a.east_m)

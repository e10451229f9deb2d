"""A place beside something that is looked at, on the ground or moving: as asked, or the nearest
bearing that is free."""

from __future__ import annotations

import math

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.errors import PlanError

_BEARINGS = 24


def place_beside(
    target: Enu, distance_m: float, bearing_rad: float, height_m: float, airspace: Airspace
) -> tuple[Enu, str]:
    """The place (map m) and, where it is at another bearing than asked, why. Raises PlanError.

    `bearing_rad` is where it lies, seen from the target; ENU yaw.
    """
    why, ground_m = "", airspace.ground.under(target).up_m
    for turn in sorted(range(_BEARINGS), key=lambda k: abs(_signed(k))):
        bearing = bearing_rad + _signed(turn) * math.tau / _BEARINGS
        at = Enu(
            target.east_m + distance_m * math.cos(bearing),
            target.north_m + distance_m * math.sin(bearing),
            ground_m + height_m,
        )
        inside = airspace.why_not_at(at)
        if not inside:
            return at, why
        why = why or inside
    raise PlanError(
        f"there is no free place {distance_m:.0f} m from the point at {height_m:.0f} m: "
        f"the one asked for {why}"
    )


def _signed(turn: int) -> int:
    return (turn + 1) // 2 * (1 if turn % 2 else -1)

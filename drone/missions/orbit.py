"""An orbit: a circle around a point, as corners dense enough to look round, with the camera on the
point.

Where the circle meets something, a smaller or larger one is tried before the task is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.errors import PlanError

_STEP_M = 8.0
_MIN_CORNERS, _MAX_CORNERS = 12, 24
_MIN_RADIUS_M = 5.0
_LATERAL_MPS2 = 2.0


def corners_of(radius_m: float) -> int:
    """Corners per turn: one each 8 m, at least 12, at most 24."""
    return max(_MIN_CORNERS, min(_MAX_CORNERS, round(math.tau * radius_m / _STEP_M)))


def circle(centre: Enu, radius_m: float, height_m: float, *, from_rad: float = 0.0) -> list[Enu]:
    """The corners of one turn (map m) `height_m` over `centre`, clockwise seen from above, first at
    ENU angle `from_rad`."""
    count = corners_of(radius_m)
    angles = [from_rad - math.tau * k / count for k in range(count)]
    return [
        Enu(
            centre.east_m + radius_m * math.cos(a),
            centre.north_m + radius_m * math.sin(a),
            centre.up_m + height_m,
        )
        for a in angles
    ]


def speed_on(radius_m: float, highest_mps: float) -> float:
    """Speed that keeps the sideways acceleration under 2 m/s² (v = sqrt(a r))."""
    return min(highest_mps, math.sqrt(_LATERAL_MPS2 * radius_m))


def clear_orbit(
    airspace: Airspace, centre: Enu, radius_m: float, height_m: float, near: Enu
) -> tuple[list[Enu], float]:
    """One clear turn that starts at the corner nearest to `near`, and its radius.

    The wished radius is tried first, then the nearest ones within the configured change. Raises
    PlanError with what the wished circle meets.
    """
    from_rad = math.atan2(near.north_m - centre.north_m, near.east_m - centre.east_m)
    wished = ""
    for radius in _radii(radius_m, airspace.config.orbit_radius_change):
        turn = circle(centre, radius, height_m, from_rad=from_rad)
        blocked = _what_blocks(airspace, turn)
        if not blocked:
            return turn, radius
        wished = wished or blocked
    raise PlanError(
        f"the orbit of {radius_m:.0f} m at {height_m:.0f} m cannot be flown: {wished}, "
        "and no radius near it is free"
    )


def _radii(wished_m: float, change: float) -> Iterator[float]:
    yield wished_m
    for step in range(1, 11):
        for sign in (-1, 1):
            radius = wished_m * (1 + sign * change * step / 10)
            if radius >= _MIN_RADIUS_M:
                yield radius


def _what_blocks(airspace: Airspace, turn: list[Enu]) -> str:
    for number, (a, b) in enumerate(zip(turn, [*turn[1:], turn[0]], strict=True), start=1):
        blocked = airspace.obstruction(a, b)
        if blocked is not None:
            return f"on segment {number} of {len(turn)} {blocked}"
    return ""

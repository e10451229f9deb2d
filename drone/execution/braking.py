"""A velocity that somebody gives by hand, cut down to what keeps out of closed air.

What is looked at is where the vehicle gets by what it flies now until it obeys, and from there by
what it is asked, until it stands again. Towards something closed it slows down and stops in front
of it; along it and away from it, it goes on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace, Obstruction
from drone.link.state import Velocity

_DELAY_S = 0.6
_TURN_S = 0.2
_BRAKE_MPS2 = 2.0
_LOWEST_M = 2.0
_SHARES = (1.0, 0.6, 0.3, 0.1)
_STILL = Velocity(0.0, 0.0, 0.0)


def kept_out(
    airspace: Airspace, here: Enu, wish: Velocity, now: Velocity = _STILL
) -> tuple[Velocity, str]:
    """`wish` at `here` (map m), where it flies with `now`, as far as it may be flown, and what is
    in the way, or ""."""
    ground_m = airspace.ground.under(here).up_m
    up, why = _above_ground(here.up_m - ground_m, wish.up, now.up)
    east, north = wish.east, wish.north
    for along in (
        (east, north, up), (east, north, 0.0), (east, 0.0, up), (0.0, north, up), (0.0, 0.0, up),
    ):  # fmt: skip
        for share in _SHARES:
            velocity = Velocity(*(part * share for part in along))
            blocked = _blocked(airspace, here, now, velocity)
            if blocked is None:
                return velocity, why
            why = why or str(blocked)
    return _STILL, why


def _blocked(
    airspace: Airspace, here: Enu, now: Velocity, velocity: Velocity
) -> Obstruction | None:
    """What it would enter on its way from flying `now` to flying `velocity` and to standing."""
    was, will = _of(now), _of(velocity)
    excess = [a - b for a, b in zip(was, will, strict=True)]
    change_s = math.hypot(*excess) / _BRAKE_MPS2
    corner = _along(here, (was, _DELAY_S), (excess, change_s / 2.0), (will, change_s))
    stop_s = math.hypot(*will) / _BRAKE_MPS2
    rest = _along(corner, (will, _TURN_S + stop_s / 2.0))
    for a, b in ((here, corner), (corner, rest), (here, rest)):
        blocked = airspace.obstruction(a, b)
        if blocked is not None:
            return blocked
    return None


def _of(velocity: Velocity) -> tuple[float, float, float]:
    return velocity.east, velocity.north, velocity.up


def _along(place: Enu, *flown: tuple[Sequence[float], float]) -> Enu:
    """From `place` (map m) with velocities (m/s, ENU) for so many seconds each."""
    return Enu(
        *(at + sum(v[axis] * seconds for v, seconds in flown) for axis, at in enumerate(place))
    )


def _above_ground(height_m: float, up: float, now: float) -> tuple[float, str]:
    low = height_m + min(0.0, now) * _DELAY_S - up * up / (2.0 * _BRAKE_MPS2)
    if up < 0 and low < _LOWEST_M:
        return 0.0, f"it is {height_m:.0f} m low"
    return up, ""

"""A flight taken over by hand from the ground: velocities from a joystick, kept out of closed air.

While somebody gives velocities the mission waits; when they fall silent the vehicle holds, and
goes on from where it broke off once a person says so. A remote control's own mode always wins.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from comms.logs import get_logger
from drone.attitude import enu_yaw
from drone.errors import OrderError
from drone.execution.braking import kept_out
from drone.execution.kit import Kit
from drone.link.guidance import PERIOD_S
from drone.link.state import Velocity

#: Silent for longer than this (s), the hand has let go.
LET_GO_S = 0.5
_FASTEST_MPS, _CLIMB_MPS, _DESCEND_MPS, _TURN_RPS = 6.0, 2.5, 1.5, 1.0
_TAKEN_S = 3.0


@dataclass(frozen=True)
class Stick:
    """m/s ahead, to the left and up, and rad/s counter-clockwise seen from above."""

    ahead_mps: float = 0.0
    left_mps: float = 0.0
    up_mps: float = 0.0
    turn_rps: float = 0.0

    @property
    def is_finite(self) -> bool:
        return all(map(math.isfinite, (self.ahead_mps, self.left_mps, self.up_mps, self.turn_rps)))


class ByHand:
    """The hand on one flight. `put` from any thread."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._stick: tuple[Stick, float] = (Stick(), -math.inf)
        self._log = get_logger()

    def put(self, stick: Stick) -> None:
        """The newest position of the stick; one that is not a number is as good as none."""
        if stick.is_finite:
            self._stick = (stick, time.monotonic())

    @property
    def is_on(self) -> bool:
        """Whether somebody is flying it by hand now."""
        return time.monotonic() - self._stick[1] < LET_GO_S

    async def fly(self, interrupted: Callable[[], bool], tell: Callable[[str], None]) -> None:
        """Fly by hand until it lets go, is `interrupted`, or the vehicle takes another mode.

        Raises OrderError when the vehicle takes no velocities.
        """
        kit, guidance = self._kit, self._kit.guidance
        attitude = kit.view.attitude.fresh()
        if attitude is None:
            raise OrderError("the vehicle does not tell its attitude")
        compass = attitude.yaw
        await guidance.begin(compass)
        self._log.info("flown by hand")
        flown_s = time.monotonic()
        while self.is_on and not interrupted():
            turn_s = time.monotonic()
            if guidance.is_flown:
                flown_s = turn_s
            elif turn_s - flown_s > _TAKEN_S:
                raise OrderError(f"the vehicle went to mode {kit.view.mode.last} by itself")
            stick = self._stick[0]
            turn = max(-_TURN_RPS, min(_TURN_RPS, stick.turn_rps)) * PERIOD_S
            compass = math.remainder(compass - turn, math.tau)
            wish = _over_ground(stick, enu_yaw(compass))
            here = kit.where()
            may, why = (Velocity(0.0, 0.0, 0.0), "where it is is not known")
            now = kit.view.velocity.fresh()
            if here is not None and now is not None:
                may, why = kept_out(kit.planner.airspace, here, wish, now)
            tell("flown by hand" + (f"; {why}" if why else ""))
            await guidance.give(may.east, may.north, may.up, compass)
            await asyncio.sleep(max(0.0, PERIOD_S - (time.monotonic() - turn_s)))
        self._log.info("no longer flown by hand")


def _over_ground(stick: Stick, yaw: float) -> Velocity:
    """The stick's wish within the limits, turned by the ENU yaw."""
    ahead, left = stick.ahead_mps, stick.left_mps
    length = math.hypot(ahead, left)
    if length > _FASTEST_MPS:
        ahead, left = ahead * _FASTEST_MPS / length, left * _FASTEST_MPS / length
    up = max(-_DESCEND_MPS, min(_CLIMB_MPS, stick.up_mps))
    cos, sin = math.cos(yaw), math.sin(yaw)
    return Velocity(ahead * cos - left * sin, ahead * sin + left * cos, up)

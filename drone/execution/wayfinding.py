"""Where a flight broke off, and how it goes on from where the vehicle is now.

A hold by wish, a pilot's sticks or a failsafe may leave the vehicle anywhere. What it flew to, and
where it was then, is remembered; the way on leads there again, each leg checked.
"""

from __future__ import annotations

import asyncio
import math
from functools import partial

from comms.contracts.place import Enu
from drone.errors import PlanError
from drone.execution.kit import Kit
from drone.link.state import Mode
from drone.missions.estimate import not_enough_energy
from drone.missions.going_on import Change, rest_of
from drone.missions.plan import FlightPlan

#: A vehicle that holds within this (m) of where it broke off has not been moved.
_MOVED_M = 3.0


class Wayfinding:
    """The rest of one flight. `broke_at` (map m): where it was when it stopped following its
    plan."""

    def __init__(self, kit: Kit) -> None:
        self.broke_at: Enu | None = None
        self._anew = False
        self._kit = kit

    def broke_off(self) -> None:
        """It has left its plan, here; the first place counts until it has gone on."""
        if self.broke_at is None:
            self.broke_at = self._kit.where()

    @property
    def is_anew(self) -> bool:
        """Whether its plan must be put on board again."""
        return self._anew

    def must_fly_anew(self) -> None:
        """What is on board is no longer its plan, wherever it stands."""
        self._anew = True

    def heed(self, mode: Mode | None, holding: bool) -> None:
        """Call several times a second: a mode that is not its mission's has it leave its plan."""
        if mode is Mode.MISSION and not holding:
            self.broke_at = None
        elif mode not in (None, Mode.MISSION, Mode.TAKEOFF):
            self.broke_off()

    def gone_on(self) -> None:
        self.broke_at, self._anew = None, False

    @property
    def was_moved(self) -> bool:
        """Whether it is elsewhere than where it left its plan, or has another one on board."""
        here = self._kit.where()
        if self._anew:
            return True
        if self.broke_at is None or here is None:
            return False
        return math.dist(here, self.broke_at) > _MOVED_M

    async def rest(self, plan: FlightPlan, item: int, change: Change | None = None) -> FlightPlan:
        """What is left of `plan`, from here. Raises PlanError: it cannot be flown, or not with
        what is in the battery."""
        here = self._kit.where()
        if here is None:
            raise PlanError("where the vehicle is is not known")
        work = partial(rest_of, self._kit.planner, plan, item, here)
        rest = await asyncio.get_running_loop().run_in_executor(
            None, partial(work, broke_at=self.broke_at, change=change)
        )
        battery = self._kit.view.battery.fresh()
        if battery is not None and change is not None:
            why = not_enough_energy(
                rest.energy_wh, battery.fraction, self._kit.battery_wh, self._kit.config
            )
            if why:
                raise PlanError(why)
        return rest

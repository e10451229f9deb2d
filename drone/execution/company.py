"""An escort flown: the advice of `Escort` given to the vehicle, once a second.

The mission brings the drone to its target's side and would hold it there and come home by itself;
from there on each new place is sent, in the autopilot's own hold (guided on ArduCopter).
"""

from __future__ import annotations

import asyncio
import math

from comms.contracts.place import Enu
from comms.contracts.task import Task, TaskState
from drone.execution.escort import Escort
from drone.execution.kit import Kit
from drone.link.state import Mode
from drone.missions.encoding import bearing_deg
from drone.missions.plan import FlightPlan

_EVERY_S = 1.0
_THERE_M = 2.5
_EYE_HEIGHT_M = 1.0


class Company:
    """One escort in flight. `words` and `left_s` are for people; `is_begun` once it is beside."""

    def __init__(self, task: Task, kit: Kit) -> None:
        self.words = ""
        self.left_s = task.duration_s
        self._task, self._kit = task, kit
        self._escort: Escort | None = None
        self._advised_at = -math.inf

    @property
    def is_begun(self) -> bool:
        return self._escort is not None

    @property
    def share(self) -> float:
        """0..1 of the time beside its target."""
        return 1.0 - self.left_s / self._task.duration_s

    async def step(
        self, item: int, plan: FlightPlan, holding: bool
    ) -> tuple[TaskState, str] | None:
        """Call several times a second; how it ends, once it does. Raises OrderError.

        `item` of `plan` is being flown; `holding`: a person has it wait.
        """
        now, here = asyncio.get_running_loop().time(), self._kit.where()
        if here is None or not (self._is_ours() and self._has_begun(item, plan, here, now)):
            return None
        assert self._escort is not None
        if holding or now - self._advised_at < _EVERY_S:
            return None
        self._advised_at = now
        target = self._kit.sighting(self._task.target)
        advice = self._escort.advise(now, here, target)
        self.words, self.left_s = advice.words, self._escort.left_s(now)
        if advice.over:
            return TaskState.FAILED, advice.over
        if self.left_s <= 0:
            return TaskState.SUCCEEDED, f"escorted the {self._task.target}"
        if advice.hold:
            await self._kit.actions.hold()
        elif advice.to is not None and target is not None:
            await self._send(advice.to, target.at)
        return None

    def _is_ours(self) -> bool:
        """Whether nobody else flies it, a failsafe or a pilot."""
        return self._kit.view.is_holding or self._kit.view.mode.fresh() is Mode.MISSION

    def _has_begun(self, item: int, plan: FlightPlan, here: Enu, now: float) -> bool:
        if self._escort is None:
            side = next((n for n, i in enumerate(plan.items) if i.hold_s), None)
            if side is None or item < side:
                return False
            there = math.dist(here, plan.items[side].at) < _THERE_M
            if there or self._kit.view.is_holding:
                self._escort = Escort(self._task, self._kit.planner.airspace, now)
        return self._escort is not None

    async def _send(self, to: Enu, target: Enu) -> None:
        position = self._kit.view.position.fresh()
        if position is None:
            return
        sea_m = position.above_sea_m - position.above_home_m
        place, seen = self._kit.frame.to_geo(*to), self._kit.frame.to_geo(*target)
        heading = math.atan2(target.north_m - to.north_m, target.east_m - to.east_m)
        await self._kit.actions.send_to(
            place.latitude_deg, place.longitude_deg, sea_m + to.up_m, bearing_deg(heading)
        )
        await self._kit.actions.look_at(
            seen.latitude_deg, seen.longitude_deg, sea_m + target.up_m + _EYE_HEIGHT_M
        )

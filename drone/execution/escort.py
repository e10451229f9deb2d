"""Staying beside a vehicle that moves: where to go next, or why to wait.

The thinking of an escort, without the autopilot: called once a second with what is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.place import Enu
from comms.contracts.task import Task
from drone.airspace.airspace import Airspace
from drone.errors import PlanError
from drone.missions.beside import place_beside

#: Seconds without a word of the target after which the drone stands still, and comes home.
STALE_S, LOST_S = 3.0, 30.0
_WORTH_A_MOVE_M = 1.0


@dataclass(frozen=True)
class Sighting:
    """Where the target was (map m), how many seconds ago, and whether it knew its place."""

    at: Enu
    age_s: float
    localized: bool = True


@dataclass(frozen=True)
class Advice:
    """What to do: go `to` (map m), `hold`, come home because it is `over`; neither: go on."""

    to: Enu | None = None
    hold: bool = False
    over: str = ""
    words: str = ""


class Escort:
    """One escort; `began_s` is when it reached the target's side, on the clock of `advise`."""

    def __init__(self, task: Task, airspace: Airspace, began_s: float) -> None:
        self._task, self._airspace, self._began_s = task, airspace, began_s
        self._sent: Enu | None = None
        self._holds = False

    def left_s(self, now_s: float) -> float:
        return max(0.0, self._began_s + self._task.duration_s - now_s)

    def advise(self, now_s: float, here: Enu, target: Sighting | None) -> Advice:
        """`here` is where the drone is (map m)."""
        name = self._task.target
        if target is None or target.age_s > LOST_S:
            return Advice(over=f"the {name} has not been heard for {LOST_S:.0f} s")
        if target.age_s > STALE_S or not target.localized:
            unknown = "does not know its place" if target.age_s <= STALE_S else "is not heard"
            return self._wait(f"the {name} {unknown}: it stands still")
        try:
            to, why = place_beside(
                target.at, self._task.distance_m, self._task.bearing_rad,
                self._task.height_m, self._airspace,
            )  # fmt: skip
        except PlanError as error:
            return self._wait(f"it stands still: {error}")
        if self._sent is not None and math.dist(to, self._sent) < _WORTH_A_MOVE_M:
            return Advice(words=self._words(why))
        blocked = self._airspace.obstruction(here, to)
        if blocked is not None:
            return self._wait(
                f"it waits, the straight way to the {name}'s side is not free: {blocked}"
            )
        self._sent, self._holds = to, False
        return Advice(to=to, words=self._words(why))

    def _wait(self, words: str) -> Advice:
        hold, self._holds, self._sent = not self._holds, True, None
        return Advice(hold=hold, words=words)

    def _words(self, why: str) -> str:
        return f"beside the {self._task.target}" + (", at a free bearing" if why else "")

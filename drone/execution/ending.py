"""How a flight ends: the wish to end it early, and what is said of it once it is down."""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.place import Enu
from comms.contracts.task import TaskKind, TaskState
from drone.execution.dangers import To

OVER_HOME_M = 2.0
#: Kinds that are ordered to come down elsewhere than at home.
ELSEWHERE = (TaskKind.LAND, TaskKind.EMERGENCY_LAND)


@dataclass(frozen=True)
class Ending:
    """A wish to end the flight early: with which state, why, and whether the vehicle comes home."""

    state: TaskState
    why: str
    comes_home: bool = True
    to: To = To.HOME


def where_landed(kind: TaskKind, here: Enu | None, planned: Enu, base: Enu | None) -> str:
    """In words; `planned` is where its plan ends, `base` the autopilot's home (map m)."""
    if here is None:
        return "landed"
    is_home = base is None or math.dist(base[:2], planned[:2]) < OVER_HOME_M
    place = "home" if is_home else "the nearest pad"
    place = place if kind not in ELSEWHERE else "where it was to"
    return f"landed {math.dist(here[:2], planned[:2]):.1f} m from {place}"


def result_of(
    where: str, ending: Ending | None, work_done: bool, autopilots_words: str
) -> tuple[TaskState, str]:
    """The final state and why."""
    if ending is not None:
        return ending.state, f"{ending.why}; {where}"
    if work_done:
        return TaskState.SUCCEEDED, where
    said = f": {autopilots_words}" if autopilots_words else ""
    return TaskState.FAILED, f"{where} before the work was done{said}"

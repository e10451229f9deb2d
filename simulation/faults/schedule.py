"""A seeded list of faults for one run: the same seed gives the same faults at the same times."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    KILL = "kill"
    STEP_OUT = "step_out"
    CUT_LINK = "cut_link"


@dataclass(frozen=True)
class Fault:
    """`at_s`: seconds after the beat began. `process`: who is killed. `for_s`: how long the link
    is cut.
    """

    at_s: float
    kind: FaultKind
    process: str = ""
    for_s: float = 0.0

    def words(self) -> str:
        what = {
            FaultKind.KILL: f"{self.process} killed",
            FaultKind.STEP_OUT: "a person steps in front of the robot",
            FaultKind.CUT_LINK: f"link cut for {self.for_s:.0f} s",
        }[self.kind]
        return f"{self.at_s:.0f} s: {what}"


def make_schedule(
    seed: int, duration_s: float, processes: Sequence[str], every_s: float = 25.0
) -> list[Fault]:
    """Faults about every `every_s` seconds, of all kinds in turn of the dice."""
    dice = random.Random(seed)
    faults = []
    at_s = every_s
    while at_s < duration_s:
        kind = dice.choice(list(FaultKind))
        faults.append(
            Fault(
                at_s=at_s,
                kind=kind,
                process=dice.choice(sorted(processes)) if kind is FaultKind.KILL else "",
                for_s=dice.uniform(5.0, 30.0) if kind is FaultKind.CUT_LINK else 0.0,
            )
        )
        at_s += dice.uniform(0.6, 1.4) * every_s
    return faults

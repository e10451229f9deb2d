"""One e-stop (or release) of the centre on its way to the vehicles, until each has confirmed it.

A stop is repeated until it has taken effect, however long that takes; the centre hears after a
moment what is still missing, and again when all is well. A release that a vehicle refuses stays
refused: somebody at the unit may be holding it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from comms.contracts.task import Vehicle

REPEAT_S = 0.5
COMPLAIN_AFTER_S = 1.5


@dataclass(frozen=True)
class Confirmation:
    """What the centre is told: StopReceipt's fields."""

    effective: bool
    detail: str


@dataclass
class EstopOrder:
    """The state of one order. Times are monotonic seconds."""

    stop_id: str
    engage: bool
    actor: str
    reason: str
    since: float
    confirmed: set[Vehicle] = field(default_factory=set)
    refused: dict[Vehicle, str] = field(default_factory=dict)
    called: dict[Vehicle, float] = field(default_factory=dict)
    _said: Confirmation | None = None

    def to_call(self, present: Sequence[Vehicle], now: float) -> list[Vehicle]:
        """The vehicles to call now, of those that can be called."""
        due = [
            vehicle
            for vehicle in present
            if vehicle not in self.confirmed
            and (self.engage or vehicle not in self.refused)
            and now - self.called.get(vehicle, -1e9) >= REPEAT_S
        ]
        self.called.update(dict.fromkeys(due, now))
        return due

    def answered(self, vehicle: Vehicle, success: bool, message: str) -> None:
        if success:
            self.confirmed.add(vehicle)
            self.refused.pop(vehicle, None)
        else:
            self.refused[vehicle] = message

    def news(self, expected: Sequence[Vehicle], now: float) -> Confirmation | None:
        """What to tell the centre, if it is something new. `expected`: who must confirm."""
        missing = [vehicle for vehicle in expected if vehicle not in self.confirmed]
        if expected and not missing:
            done = "stopped" if self.engage else "released"
            told = Confirmation(True, ", ".join(f"{v} {done}" for v in sorted(self.confirmed)))
        elif now - self.since < COMPLAIN_AFTER_S and not self.refused:
            return None
        else:
            parts = [
                f"the {v} says: {self.refused[v]}"
                if v in self.refused
                else f"the {v} does not answer"
                for v in missing
            ]
            told = Confirmation(False, "; ".join(parts) or "no vehicle answers")
        if told == self._said:
            return None
        self._said = told
        return told

    def is_over(self, expected: Sequence[Vehicle]) -> bool:
        """Whether nothing is left to do."""
        done = self.confirmed if self.engage else self.confirmed | self.refused.keys()
        return bool(expected) and all(vehicle in done for vehicle in expected)

"""Air that closes while a flight is under way: a no-fly area or a height limit with times."""

from __future__ import annotations

import itertools

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.missions.plan import FlightPlan


class ClosingAir:
    """Looks at what has been added to the closed air since a flight was planned, be that by another
    life of this process: what was closed then already, its plan keeps out of."""

    def __init__(self, airspace: Airspace) -> None:
        self._airspace = airspace
        self._known = frozenset(n for n, v in enumerate(airspace.every) if not v.applies)

    def look(self, plan: FlightPlan, item: int, here: Enu | None) -> str:
        """Why what is left of `plan`, its entry `item` being flown from `here` (map m), cannot be
        flown any more; "" when it can. Each closing is told once."""
        closed = self._airspace.closed()
        added, self._known = closed - self._known, closed
        if not added or here is None:
            return ""
        way = [here, *(entry.at for entry in plan.items[item:] if entry.leads_to), plan.home]
        for number in sorted(added):
            volume = self._airspace.every[number]
            if any(volume.is_entered_by(a, b) for a, b in itertools.pairwise(way)):
                return f"the way on enters {self._airspace.named(volume)}"
        return ""

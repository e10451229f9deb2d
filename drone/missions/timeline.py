"""How far along its plan a flight is: a share of the time, from the item being flown and the
position.
"""

from __future__ import annotations

import math

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.missions.estimate import leg_cost
from drone.missions.plan import FlightPlan, Part, Step


class Timeline:
    """Estimated time to the end of each entry of a plan."""

    def __init__(self, plan: FlightPlan, config: DroneConfig) -> None:
        self.plan = plan
        self._targets: list[Enu] = []
        self._spans: list[float] = []
        at, speed = plan.start, config.cruise_mps
        for item in plan.items:
            if item.speed_mps > 0:
                speed = item.speed_mps
            target = at
            if item.leads_to:
                target = item.at
            elif item.step in (Step.RETURN, Step.LAND):
                target = plan.home
            span = leg_cost(at, target, speed, config)[0] if item.moves else 0.0
            self._spans.append(span + item.hold_s)
            self._targets.append(target)
            at = target
        self.total_s = sum(self._spans) or 1.0
        self._before = [sum(self._spans[:i]) for i in range(len(self._spans))]

    def share_done(self, index: int, position: Enu | None) -> float:
        """0..1: `index` is the plan entry being flown; `position` (map m) refines it."""
        if index >= len(self._spans):
            return 1.0
        index = max(0, index)
        done = self._before[index]
        start = self._targets[index - 1] if index > 0 else self.plan.start
        leg = math.dist(start, self._targets[index])
        if position is not None and leg > 1.0:
            left = math.dist(position, self._targets[index])
            done += self._spans[index] * max(0.0, min(1.0, 1.0 - left / leg))
        return min(1.0, done / self.total_s)

    def remaining_s(self, share: float) -> float:
        return self.total_s * (1.0 - share)

    def part_at(self, index: int) -> Part:
        """Which part of the flight an entry belongs to; past the end it is the landing."""
        if index >= len(self.plan.items):
            return Part.LANDING
        return self.plan.items[max(0, index)].part

    @property
    def work_ends_at(self) -> int:
        """Index of the first entry after the work: reaching it means that the work is done."""
        for number, item in enumerate(self.plan.items):
            if item.part in (Part.RETURN, Part.LANDING):
                return number
        return len(self.plan.items)

"""What one flight flies: its plan, that plan's mission on board, and how far along it is.

The vehicle's own word on its progress counts; a replaced plan goes on from the share that was done.
"""

from __future__ import annotations

from drone.execution.kit import Kit
from drone.missions.encoding import EncodedMission
from drone.missions.plan import FlightPlan, Part
from drone.missions.timeline import Timeline


class Course:
    """`mission`: None while what is on board is not this plan's. `item`: the plan's entry that is
    flown. `share_before`: of the flight, done under an earlier plan."""

    def __init__(self, kit: Kit, plan: FlightPlan) -> None:
        self._kit = kit
        self.plan = plan
        self.mission: EncodedMission | None = None
        self.item = 0
        self.share_before = 0.0
        self._timeline = Timeline(plan, kit.config)
        self.left_s = self._timeline.total_s

    def take(self, plan: FlightPlan, mission: EncodedMission, share: float) -> None:
        """Another plan is on board from here on; `share` of the flight is done."""
        self.plan, self.mission, self.item = plan, mission, 0
        self._timeline, self.share_before = Timeline(plan, self._kit.config), share

    @property
    def part(self) -> Part:
        """By the plan alone: a vehicle that lands by itself in the middle of its work is in its
        work."""
        return self._timeline.part_at(self.item)

    @property
    def is_past_work(self) -> bool:
        return self.item >= self._timeline.work_ends_at

    def follow(self) -> bool:
        """Take the vehicle's word on its progress; whether it has come further."""
        progress = self._kit.view.progress.last
        if progress is None or self.mission is None:
            return False
        index = self.mission.plan_index
        number = index[min(progress.current, len(index) - 1)]
        if number <= self.item:
            return False
        self.item = number
        return True

    def share(self) -> float:
        """0..1 of the flight; `left_s` is brought up to date with it."""
        share = self._timeline.share_done(self.item, self._kit.where())
        self.left_s = self._timeline.remaining_s(share)
        return self.share_before + (1.0 - self.share_before) * share

"""Flying an uploaded mission as ArduCopter's AUTO does.

Item 0 is home and is never flown. RTL is flown inside AUTO, which it does not leave; at the end it
stays in AUTO and hovers, or, on the ground, is disarmed. Yaw and acceptance radius of a waypoint
are not used (AC_WPNav takes WPNAV_RADIUS for all).
"""

from __future__ import annotations

import math

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.modes import Severity
from simulation.autopilot.navigator.copter_flights import CopterReturn
from simulation.autopilot.navigator.flights import Land
from simulation.autopilot.navigator.mission import FLOWN, MissionFlight
from simulation.autopilot.navigator.plan import Item
from simulation.autopilot.navigator.situation import Situation

FIRST_ITEM = 1


class CopterMission(MissionFlight):
    """See the module. `done` means that the mission is complete; the mode stays."""

    def update(self, now: Situation) -> Target | None:
        if self._plan.generation != self._generation:  # the item of this number, of the new plan
            self._generation = self._plan.generation
            self.current = max(FIRST_ITEM, min(self.current, len(self._plan.mission) - 1))
            self._returning = None
            self._begin(now)
            now.say(Severity.CRITICAL, "Auto mission changed, restarted command")
        if self.paused and not now.landed:
            return now.target(self._stopped or now.position_m, self._yaw_rad)
        if self.wants_return and not self.done:
            return self._return(now)
        return super().update(now)

    _returning: CopterReturn | None = None
    _stopped: Vector | None = None
    paused = False

    def pause(self, now: Situation, paused: bool) -> None:
        """MAV_CMD_DO_PAUSE_CONTINUE: stop here, inside AUTO, and go on."""
        self.paused, self._stopped = paused, now.position_m if paused else None

    @property
    def is_landing(self) -> bool:
        """Whether it is on the last metres down."""
        if self._returning is not None:
            return self._returning.is_landing
        return isinstance(self._inner, Land)

    @property
    def is_taking_off(self) -> bool:
        """Whether its take-off item is being flown."""
        return self._item_command() == mav.MAV_CMD_NAV_TAKEOFF and not self.done

    def jump_to(self, now: Situation, seq: int) -> None:
        self.wants_return, self._returning = False, None
        super().jump_to(now, seq)

    def _item_command(self) -> int:
        mission = self._plan.mission
        return mission[self.current].command if self.current < len(mission) else 0

    def _return(self, now: Situation) -> Target | None:
        if self._returning is None:
            self._returning = CopterReturn(now)
        target = self._returning.update(now)
        if now.landed and self._returning.is_landing:
            self._advance(now)
        return target

    def _fly(self, now: Situation, item: Item) -> Target | None:
        if item.command == mav.MAV_CMD_NAV_TAKEOFF and not now.landed and self._inner is None:
            home_up = now.home_m[2] if now.home_m else 0.0
            place = self._plan.place(item, home_up, self._hover)
            over = (*self._hover[:2], max(place[2], self._hover[2]))
            if now.position_m[2] > over[2] - 0.5:
                self._hover = over
                self._advance(now)
            return now.target(over, self._yaw_rad)
        return super()._fly(now, item)

    def _begin(self, now: Situation) -> None:
        super()._begin(now)
        self._hover = now.position_m if self._inner is None else self._hover

    def _advance(self, now: Situation) -> None:
        """Only items that fly are told as reached (`AP_Mission::verify_command`)."""
        mission = self._plan.mission
        if mission[self.current].command in (*FLOWN, mav.MAV_CMD_NAV_RETURN_TO_LAUNCH):
            self._reached(self.current)
            now.say(Severity.INFO, f"Reached command #{self.current}")
        if self.current + 1 >= len(mission):
            self.done = True
            return
        self.current += 1
        self._begin(now)

    def _yaw_of(self, item: Item) -> float:
        return math.nan

    def _radius_of(self, now: Situation, item: Item) -> float:
        return now.figures.acceptance_m


def starts_with_takeoff(mission: list[Item], current: int) -> bool:
    """Whether the next item that flies, from `current` on, is a take-off
    (`AP_Mission::starts_with_takeoff_cmd`)."""
    for item in mission[max(FIRST_ITEM, current) :]:
        if item.command == mav.MAV_CMD_NAV_TAKEOFF:
            return True
        if item.command in FLOWN and item.command != mav.MAV_CMD_NAV_DELAY:
            return False
    return False


def stored(item: Item, home: tuple[int, int, float] | None) -> Item:
    """The item as ArduCopter gives it back: home in place of item 0 (1e-7 degrees, m above sea
    level), and a waypoint with a whole number of seconds and neither radius nor yaw."""
    if item.seq == 0:
        x, y, z = home or (item.x, item.y, item.z)
        return Item(0, mav.MAV_FRAME_GLOBAL, mav.MAV_CMD_NAV_WAYPOINT, 0, 1, 0, 0, 0, 0, x, y, z)
    if item.command == mav.MAV_CMD_NAV_WAYPOINT:
        return item._replace(param1=float(int(item.param1)), param2=0.0, param3=0.0, param4=0.0)
    return item

"""Flying an uploaded mission item by item, with PX4's order of events.

Items that command something (speed, region of interest, gimbal, jump) take effect when they are
reached; items that fly give a target. Progress N/N is told just before the mode falls back to hold.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector, distance, horizontal_distance
from simulation.autopilot.modes import Severity
from simulation.autopilot.navigator.flights import Land, Orbit, Takeoff
from simulation.autopilot.navigator.plan import Item, Plan
from simulation.autopilot.navigator.situation import Situation

LOITERS = (
    mav.MAV_CMD_NAV_LOITER_UNLIM,
    mav.MAV_CMD_NAV_LOITER_TIME,
    mav.MAV_CMD_NAV_LOITER_TURNS,
)
FLOWN = (
    mav.MAV_CMD_NAV_WAYPOINT,
    mav.MAV_CMD_NAV_TAKEOFF,
    mav.MAV_CMD_NAV_LAND,
    mav.MAV_CMD_NAV_DELAY,
    *LOITERS,
)
PLACED = (mav.MAV_CMD_NAV_WAYPOINT, mav.MAV_CMD_NAV_TAKEOFF, mav.MAV_CMD_NAV_LAND, *LOITERS)


class MissionFlight:
    """Flies `plan` from item `current`. `reached` and `command` are told what happens on the
    way."""

    def __init__(
        self,
        now: Situation,
        plan: Plan,
        current: int,
        *,
        reached: Callable[[int], None],
        command: Callable[[Item], None],
    ) -> None:
        self.done = False
        self.wants_return = False
        self.current = current
        self._plan, self._generation = plan, plan.generation
        self._reached, self._command = reached, command
        self._jumps: Counter[int] = Counter()
        self._inner: Takeoff | Land | Orbit | None = None
        self._arrived_s: float | None = None
        self._yaw_rad = now.yaw_rad
        self._from: Vector = now.position_m
        self._hover: Vector = now.position_m

    def update(self, now: Situation) -> Target | None:
        if self._plan.generation != self._generation:  # a new plan in flight starts over
            self._generation, self.current = self._plan.generation, 0
            self._begin(now)
        if not now.armed:
            return None
        item = self._next_flown(now)
        if item is None:
            return None if now.landed else now.target(self._hover, self._yaw_rad)
        if now.landed and item.command == mav.MAV_CMD_NAV_LAND and self._inner is not None:
            self._advance(now)
            return None
        return self._fly(now, item)

    def jump_to(self, now: Situation, seq: int) -> None:
        """MISSION_SET_CURRENT: go on with this item."""
        self.current = seq
        self._begin(now)

    def _next_flown(self, now: Situation) -> Item | None:
        """Does the commands that stand before the next item that flies, and returns that one."""
        for _ in range(2 * len(self._plan.mission) + 2):
            if self.done or self.wants_return or not self._plan.mission:
                return None
            item = self._plan.mission[self.current]
            if item.command in FLOWN:
                return item
            if item.command == mav.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                self._reached(item.seq)
                self.wants_return = True
                return None
            if item.command == mav.MAV_CMD_DO_JUMP:
                if self._jumps[item.seq] < item.param2 or item.param2 < 0:
                    self._jumps[item.seq] += 1
                    self._reached(item.seq)
                    self.jump_to(now, max(0, min(int(item.param1), len(self._plan.mission) - 1)))
                    continue
            else:
                self._command(item)
            self._advance(now)
        return None

    def _fly(self, now: Situation, item: Item) -> Target | None:
        home_up = now.home_m[2] if now.home_m else 0.0
        if item.command == mav.MAV_CMD_NAV_DELAY:
            self._hold_for(now, item.param1)
            return None if now.landed else now.target(self._hover, self._yaw_rad)
        place = self._plan.place(item, home_up, self._hover)
        if now.landed or isinstance(self._inner, Takeoff):
            if item.command == mav.MAV_CMD_NAV_LAND:
                self._advance(now)
                return None
            return self._climb(now, item, place)
        if item.command == mav.MAV_CMD_NAV_LAND:
            return self._descend(now, place)
        if item.command == mav.MAV_CMD_NAV_LOITER_TURNS:
            return self._circle(now, item, place)
        return self._waypoint(now, item, place)

    def _climb(self, now: Situation, item: Item, place: Vector) -> Target | None:
        """A mission that starts on the ground first goes straight up to its first item's height."""
        if not isinstance(self._inner, Takeoff):
            least = now.figures.takeoff_height_m
            self._inner = Takeoff(now, max(least, place[2] - now.position_m[2]))
        target = self._inner.update(now)
        if target and not now.landed and now.position_m[2] > target.position_m[2] - 0.6:
            self._inner = None
            if item.command == mav.MAV_CMD_NAV_TAKEOFF:
                self._hover = target.position_m
                self._advance(now)
        return target

    def _descend(self, now: Situation, place: Vector) -> Target | None:
        if isinstance(self._inner, Land):
            return self._inner.update(now)
        over = (place[0], place[1], max(self._hover[2], now.position_m[2] - 1.0))
        if horizontal_distance(now.position_m, place) < 1.0:
            self._inner = Land(now, place)
            return self._inner.update(now)
        self._yaw_rad = now.look_at(place, self._yaw_rad)
        return now.target(over, self._yaw_rad)

    def _circle(self, now: Situation, item: Item, centre: Vector) -> Target | None:
        radius = item.param3 if item.param3 == item.param3 and item.param3 else 10.0
        speed = now.cruise_mps or now.figures.cruise_mps
        if not isinstance(self._inner, Orbit):
            self._inner = Orbit(now, centre, radius, speed)
        target = self._inner.update(now)
        if abs(horizontal_distance(now.position_m, centre) - abs(radius)) < 2.5:
            self._hover = now.position_m
            self._hold_for(now, max(1.0, item.param1) * 2 * math.pi * abs(radius) / speed)
        return target

    def _waypoint(self, now: Situation, item: Item, place: Vector) -> Target | None:
        yaw_deg = self._yaw_of(item)
        if yaw_deg == yaw_deg:
            self._yaw_rad = math.pi / 2 - math.radians(yaw_deg)
        elif horizontal_distance(place, now.position_m) > 2.0:
            self._yaw_rad = now.look_at(place, self._yaw_rad)
        near = (
            horizontal_distance(now.position_m, place) <= self._radius_of(now, item)
            and abs(now.position_m[2] - place[2]) <= now.figures.acceptance_up_m
        )
        self._hover = place
        wait = item.param1 if item.command != mav.MAV_CMD_NAV_LOITER_UNLIM else math.inf
        passing = 0.0 if wait == wait and wait > 0 else self._passing_speed(now, place)
        if near or self._arrived_s is not None:
            self._hold_for(now, wait if wait == wait else 0.0)
        return now.target(place, self._yaw_rad, passing_mps=passing)

    def _yaw_of(self, item: Item) -> float:
        """Compass heading that the item asks for (degrees); NaN: towards it."""
        return item.param4 if item.command == mav.MAV_CMD_NAV_WAYPOINT else math.nan

    def _radius_of(self, now: Situation, item: Item) -> float:
        """How near to the item is there, m."""
        radius = item.param2 if item.command == mav.MAV_CMD_NAV_WAYPOINT else 0.0
        return radius if radius == radius and radius > 0 else now.figures.acceptance_m

    def _passing_speed(self, now: Situation, place: Vector) -> float:
        """Speed to keep through a waypoint: none at a sharp corner, cruise on a straight line."""
        following = next(
            (i for i in self._plan.mission[self.current + 1 :] if i.command in FLOWN), None
        )
        if following is None or following.command != mav.MAV_CMD_NAV_WAYPOINT:
            return 0.0
        onward = self._plan.place(following, now.home_m[2] if now.home_m else 0.0, place)
        before, after = distance(self._from, place), distance(place, onward)
        if before < 0.5 or after < 0.5:
            return 0.0
        cosine = sum(
            (b - a) * (c - b) for a, b, c in zip(self._from, place, onward, strict=True)
        ) / (before * after)
        cruise = now.cruise_mps or now.figures.cruise_mps
        return cruise * max(0.0, (cosine - 0.3) / 0.7) if after > 3.0 else 0.0

    def _hold_for(self, now: Situation, wait_s: float) -> None:
        if self._arrived_s is None:
            self._arrived_s = now.time_s
        if now.time_s - self._arrived_s >= wait_s:
            self._advance(now)

    def _advance(self, now: Situation) -> None:
        """This item is done: tell it, and begin the next, or end."""
        self._reached(self.current)
        if self.current + 1 >= len(self._plan.mission):
            self.done = True
            now.say(Severity.INFO, "Mission finished, loitering\t")
            return
        self.current += 1
        self._begin(now)

    def _begin(self, now: Situation) -> None:
        self._arrived_s = None
        self._inner = None
        self._from = now.position_m

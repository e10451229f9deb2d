"""Return: climb, fly home (or to the nearest rally point), descend, land.

The return height follows PX4's rule: within RTL_MIN_DIST of home the drone only climbs into a cone
of half-angle RTL_CONE_ANG, so that a return from low and near may not climb at all.
"""

from __future__ import annotations

import math
from enum import StrEnum

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector, horizontal_distance
from simulation.autopilot.modes import Severity
from simulation.autopilot.navigator.flights import Land
from simulation.autopilot.navigator.situation import Situation


class Phase(StrEnum):
    """Of a return flight."""

    CLIMB = "climb"
    FLY_BACK = "fly_back"
    DESCEND = "descend"
    WAIT = "wait"
    LAND = "land"


class Return:
    """See the module. Done only by landing and disarming."""

    def __init__(self, now: Situation) -> None:
        self.done = False
        self.phase = Phase.CLIMB
        home = now.home_m or now.position_m
        goals = [home, *now.rally_m]
        self._goal = min(goals, key=lambda goal: horizontal_distance(goal, now.position_m))
        self._height = return_height(now, self._goal)
        self._start: Vector = now.position_m
        self._yaw_rad = now.yaw_rad
        self._land: Land | None = None
        self._waiting_since = 0.0
        kind, above = "home" if self._goal == home else "rally point", self._height - home[2]
        now.say(
            Severity.INFO,
            f"RTL: start return at {self._height:.0f} m ({above:.0f} m above {kind})\t",
        )

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        p, (gx, gy, gz) = now.parameters, self._goal
        if self.phase is Phase.CLIMB:
            if now.position_m[2] >= self._height - 0.5:
                self.phase = Phase.FLY_BACK
            return now.target((*self._start[:2], self._height), self._yaw_rad)
        if self.phase is Phase.FLY_BACK:
            if horizontal_distance(now.position_m, self._goal) < 1.0:
                self.phase = Phase.DESCEND
            self._yaw_rad = now.look_at(self._goal, self._yaw_rad)
            return now.target((gx, gy, self._height), self._yaw_rad)
        low = min(self._height, gz + p["RTL_DESCEND_ALT"])
        if self.phase is Phase.DESCEND:
            if now.position_m[2] <= low + 0.5:
                self.phase, self._waiting_since = Phase.WAIT, now.time_s
            return now.target((gx, gy, low), self._yaw_rad)
        if self.phase is Phase.WAIT:
            delay = p["RTL_LAND_DELAY"]
            if 0 <= delay <= now.time_s - self._waiting_since:
                self.phase, self._land = Phase.LAND, Land(now, self._goal)
                now.say(Severity.INFO, "RTL: land at destination\t")
            return now.target((gx, gy, low), self._yaw_rad)
        assert self._land is not None
        return self._land.update(now)


def return_height(now: Situation, goal_m: Vector) -> float:
    """Height (world m) at which a return to `goal_m` flies. Formula: PX4 v1.15 `rtl.cpp`, cone
    rule."""
    p = now.parameters
    away = horizontal_distance(now.position_m, goal_m)
    height = goal_m[2] + p["RTL_RETURN_ALT"]
    if away <= p["NAV_ACC_RAD"]:
        height = goal_m[2] + 2 * away
    else:
        if away <= p["RTL_MIN_DIST"] and p["RTL_CONE_ANG"] > 0:
            cone = math.radians(min(89.0, max(1.0, p["RTL_CONE_ANG"])))
            height = min(height, goal_m[2] + away / math.tan(cone))
        height = max(height, goal_m[2] + 2 * p["NAV_ACC_RAD"])
    return max(height, now.position_m[2])

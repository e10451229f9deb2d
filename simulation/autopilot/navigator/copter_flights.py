"""ArduCopter's flight modes that PX4 has not: guided, brake, and those in which a stick sets the
height.

Nobody holds the sticks of a drone without a pilot: the throttle is at its bottom, so that in Loiter
and Altitude Hold the vehicle sinks, and in Stabilize it falls.
"""

from __future__ import annotations

import math
from enum import StrEnum

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector, horizontal_distance
from simulation.autopilot.navigator.flights import FAR_BELOW_M, Hold, Land
from simulation.autopilot.navigator.offboard import Offboard
from simulation.autopilot.navigator.situation import Situation

FALL_MPS = 6.0
RTL_LOWEST_M = 2.0
SHALLOWEST_CONE = 0.5


class GuidedTakeoff:
    """Straight up to a height above home and stay there; it is taking off until it is there."""

    def __init__(self, now: Situation, height_m: float) -> None:
        self.done = False
        self.taking_off = True
        home_up = now.home_m[2] if now.home_m else now.position_m[2]
        self._point_m = (*now.position_m[:2], home_up + height_m)
        self._yaw_rad = now.yaw_rad

    def update(self, now: Situation) -> Target | None:
        if not now.armed:
            return None
        if not now.landed and now.position_m[2] > self._point_m[2] - 0.5:
            self.taking_off = False
        return now.target(self._point_m, self._yaw_rad)


class Sink:
    """Loiter, Altitude Hold and Stabilize with the throttle stick at its bottom, from here down."""

    def __init__(self, now: Situation, speed_mps: float) -> None:
        self.done = False
        self._place = now.position_m[:2]
        self._speed_mps = speed_mps
        self._yaw_rad = now.yaw_rad

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        below = (*self._place, now.position_m[2] - FAR_BELOW_M)
        return now.target(below, self._yaw_rad, descend_mps=self._speed_mps)


class GuidedVelocity(Offboard):
    """Guided by velocities; when none has come for GUID_TIMEOUT it stops and stays guided."""

    def update(self, now: Situation) -> Target | None:
        if self._stream.alive(now.time_s, now.parameters["GUID_TIMEOUT"]):
            return super().update(now)
        return self.stand(now)


class Brake(Hold):
    """Stops where it comes to rest."""


class Phase(StrEnum):
    """Of a return (`ModeRTL::SubMode`)."""

    CLIMB = "climb"
    FLY_BACK = "fly_back"
    WAIT = "wait"
    DESCEND = "descend"
    LAND = "land"


class CopterReturn:
    """ArduCopter's RTL: climb, fly back, wait RTL_LOIT_TIME, land (or stay at RTL_ALT_FINAL)."""

    def __init__(self, now: Situation) -> None:
        self.done = False
        self.phase = Phase.CLIMB
        home = now.home_m or now.position_m
        goals = [home, *now.rally_m]
        self._goal = min(goals, key=lambda goal: horizontal_distance(goal, now.position_m))
        self._height = home[2] + return_height(now, home, self._goal)
        self._start: Vector = now.position_m
        self._yaw_rad, self._first_yaw_rad = now.yaw_rad, now.yaw_rad
        self._land: Land | None = None
        self._waiting_since = 0.0

    @property
    def is_landing(self) -> bool:
        """Whether it is in its last phase, down to the ground."""
        return self.phase is Phase.LAND

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        p, (gx, gy, _) = now.parameters, self._goal
        over = (gx, gy, self._height)
        home_up = now.home_m[2] if now.home_m else 0.0
        if self.phase is Phase.CLIMB:
            if now.position_m[2] >= self._height - 0.5:
                self.phase = Phase.FLY_BACK
            return now.target((*self._start[:2], self._height), self._yaw_rad)
        if self.phase is Phase.FLY_BACK:
            if horizontal_distance(now.position_m, self._goal) < 1.0:
                self.phase, self._waiting_since = Phase.WAIT, now.time_s
            self._yaw_rad = now.look_at(self._goal, self._yaw_rad)
            return now.target(over, self._yaw_rad)
        if self.phase is Phase.WAIT:
            if now.time_s - self._waiting_since >= p["RTL_LOIT_TIME"] / 1000:
                final = p["RTL_ALT_FINAL"] / 100
                self.phase = Phase.LAND if final <= 0 else Phase.DESCEND
                self._land = Land(now, self._goal)
            return now.target(over, self._first_yaw_rad)
        if self.phase is Phase.DESCEND:
            return now.target((gx, gy, home_up + p["RTL_ALT_FINAL"] / 100), self._first_yaw_rad)
        assert self._land is not None
        return self._land.update(now)


def return_height(now: Situation, home_m: Vector, goal_m: Vector) -> float:
    """Height above home (m) at which a return flies. Rule: ArduCopter 4.5,
    `ModeRTL::compute_return_target`."""
    p = now.parameters
    here = now.position_m[2] - home_m[2]
    least = max(RTL_LOWEST_M, here + max(0.0, p["RTL_CLIMB_MIN"] / 100))
    height = max(goal_m[2] - home_m[2], 0.0, p["RTL_ALT"] / 100, least)
    slope = p["RTL_CONE_SLOPE"]
    if slope >= SHALLOWEST_CONE:
        away = horizontal_distance(now.position_m, goal_m)
        height = min(height, max(away * slope, least))
    if int(p["FENCE_ENABLE"]) and int(p["FENCE_TYPE"]) & 1:
        height = min(height, p["FENCE_ALT_MAX"] - p["FENCE_MARGIN"])
    return max(height, here) if math.isfinite(height) else here

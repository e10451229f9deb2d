"""The legs of a drive: one per goal, joined to a stretch as far as the robot need not stop.

A goal that is only passed is a place on the path and not its end, so the robot keeps its speed.
It stops where a heading is asked for, where it looks around on the spot, where the way turns back,
and at the last goal.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from robot.navigation.drive import Goal
from robot.navigation.motion import Pose
from robot.navigation.path import Path, make_path
from robot.navigation.planner import Planner

Floats = NDArray[np.float64]
AT_PLACE_M = 0.3
_TURN_BACK_RAD = 2.0
_OFF_START_M = 0.05


@dataclass(frozen=True)
class Leg:
    """The way to one goal. `in_place`: the goal is where the leg begins; only a turn is left."""

    goal: Goal
    path: Path
    in_place: bool


def plan_legs(planner: Planner, goals: Sequence[Goal], start: Pose) -> list[Leg]:
    """The legs from `start` through `goals` in their order. Raises NoRoute."""
    legs: list[Leg] = []
    here = (start.x_m, start.y_m)
    for goal in goals:
        in_place = math.dist(here, goal.xy) <= AT_PLACE_M
        path = make_path(np.array([here, goal.xy])) if in_place else planner.plan(here, goal.xy)
        legs.append(Leg(goal, path, in_place))
        here = goal.xy
    return legs


class Legs:
    """The legs still ahead, and the path of the present stretch."""

    def __init__(self, legs: Sequence[Leg], pose: Pose) -> None:
        """`legs`: at least one; `pose`: where the robot is."""
        self._legs = list(legs)
        self._begin(pose)

    @property
    def goal(self) -> Goal:
        """The goal that comes first."""
        return self._legs[0].goal

    @property
    def in_place(self) -> bool:
        """Whether the present goal is a turn on the spot."""
        return self._legs[0].in_place

    @property
    def is_last(self) -> bool:
        return len(self._legs) == 1

    @property
    def goes_on_here(self) -> bool:
        """Whether the goal after the present one is at the same place."""
        return not self.is_last and self._legs[1].in_place

    @property
    def stops_here(self) -> bool:
        """Whether the stretch ends at the present goal; otherwise the robot only passes it."""
        return len(self._ends) == 1

    @property
    def count(self) -> int:
        """Goals still to be reached."""
        return len(self._legs)

    @property
    def goals(self) -> list[Goal]:
        """Those still to be reached, in their order."""
        return [leg.goal for leg in self._legs]

    @property
    def goal_arc_m(self) -> float:
        """How far along the path the present goal lies."""
        return self._ends[0]

    def remaining_m(self, arc_m: float) -> float:
        """Metres to the last goal for a robot at `arc_m` of the path."""
        later = self._legs[len(self._ends) :]
        return max(0.0, self.path.length_m - arc_m) + sum(leg.path.length_m for leg in later)

    def points(self) -> Floats:
        """All that is left to drive (N, 2), map m."""
        return np.vstack([leg.path.points for leg in self._legs])

    def passed(self, pose: Pose) -> bool:
        """Take the present goal as done. True when a new path begins; not for the last goal."""
        ended = self.stops_here
        self._legs.pop(0)
        if ended:
            self._begin(pose)
        else:
            self._ends.pop(0)
        return ended

    def detour(self, path: Path, pose: Pose) -> None:
        """Replace the way to the present goal."""
        self._legs[0] = replace(self._legs[0], path=path)
        self._begin(pose)

    def _begin(self, pose: Pose) -> None:
        """Join the legs of the next stretch, from where the robot is."""
        joined = [self._legs[0].path]
        for leg, following in zip(self._legs, self._legs[1:], strict=False):
            if leg.in_place or following.in_place or _turns_back(leg.path, following.path):
                break
            joined.append(following.path)
        here = np.array([pose.x_m, pose.y_m])
        first = joined[0].points[0]
        start = joined[0].nearest_arc(pose.x_m, pose.y_m, 0.0, 3.0)
        approach = float(np.hypot(*(here - first))) if start < 1e-6 else 0.0
        points = np.vstack([path.points for path in joined])
        if approach > _OFF_START_M:  # else the robot would get no nearer until it is on the path
            points = np.vstack([here, points])
        else:
            approach = 0.0
        self.path = make_path(points)
        lengths = [approach, *(path.length_m for path in joined)]
        self._ends: list[float] = list(itertools.accumulate(lengths))[1:]


def _turns_back(path: Path, following: Path) -> bool:
    turn = math.remainder(float(following.headings[0] - path.headings[-1]), math.tau)
    return abs(turn) > _TURN_BACK_RAD

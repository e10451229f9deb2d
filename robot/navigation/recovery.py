"""Being stuck: for how long nothing moved on, what is in the way, whether there is room behind.

The driver decides what to do; this remembers what it needs for that over the control steps.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from robot.navigation.costmap import LocalView
from robot.navigation.motion import Hull, Pose
from robot.navigation.path import Path
from robot.navigation.route_graph import Blockage
from robot.navigation.static_map import Ground, StaticMap

Floats = NDArray[np.float64]
_BLOCK_RADIUS_M = 0.8
_STEP_ON_M = 0.15
_WELL_PAST_M = 6.0


class Progress:
    """How far the robot came on its path, since when no further, and what it found blocked."""

    def __init__(self) -> None:
        self.recoveries = 0
        self.detours = 0
        self.blockages: list[Blockage] = []
        self.arc_m = 0.0
        self._since_s = 0.0
        self._clear_arc_m = 0.0

    def new_goals(self) -> None:
        self.recoveries, self.detours, self.blockages = 0, 0, []

    def new_path(self, now_s: float, arc_m: float, *, is_detour: bool = False) -> None:
        """A path begins. Past the first metres of a detour all that was blocked is forgotten."""
        self._since_s, self.arc_m = now_s, arc_m
        self._clear_arc_m = _WELL_PAST_M if is_detour else 0.0

    def stuck_s(self, now_s: float) -> float:
        """Seconds since the robot last moved on."""
        return now_s - self._since_s

    def does_not_count(self, now_s: float) -> None:
        """The time up to now is not the way's fault (held, no data, turning)."""
        self._since_s = now_s

    def moved_on(self, now_s: float, arc_m: float, *, turning: bool) -> bool:
        """Whether the robot moved on along the path, or turns freely."""
        if arc_m <= self.arc_m + _STEP_ON_M and not turning:
            return False
        if arc_m > self._clear_arc_m:
            self.detours, self.blockages = 0, []
        self._since_s, self.arc_m = now_s, max(arc_m, self.arc_m)
        return True

    def block(self, path: Path, seen: Floats, hull: Hull) -> None:
        """Remember what is in the way: the first place of the path ahead that the hull cannot
        pass, going by the points (N, 2) `seen`; else a place just ahead.
        """
        arcs = np.arange(self.arc_m, self.arc_m + 5.0, 0.1)
        at = path.at(self.arc_m + 1.2)
        if len(seen):
            apart = path.at(arcs)[:, None, :] - seen[None, :, :]
            gaps = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1)
            near = np.flatnonzero(gaps < hull.radius_m + 0.15)
            if len(near):
                at = path.at(float(arcs[near[0]]) + 0.3)
        self.blockages.append(Blockage(float(at[0]), float(at[1]), _BLOCK_RADIUS_M))
        self.detours += 1


def room_behind(pose: Pose, view: LocalView, ground: StaticMap, hull: Hull) -> bool:
    """Whether the hull can back off a little: nothing seen behind it, no road, nothing solid."""
    back = np.array([-math.cos(pose.yaw_rad), -math.sin(pose.yaw_rad)])
    behind = np.array([pose.x_m, pose.y_m]) + np.array([[0.3], [0.45], [0.6]]) * back
    clear = float(view.clearance_at(behind).min()) > hull.radius_m + 0.1
    return clear and bool((ground.ground_at(behind) < Ground.ROAD).all())

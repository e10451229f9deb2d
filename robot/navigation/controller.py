"""The local controller: rolls out ways to follow the path, charges each, takes the best.

What is charged: touching anything, nearness to it, leaving the path or the pavement, changing the
side, getting nowhere. Standing is one of the ways, so that waiting is a choice like the others.
Frenet-frame sampling as in Werling et al., "Optimal trajectory generation for dynamic street
scenarios in a Frenet frame" (ICRA 2010); the ways themselves: `rollout`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot.navigation.config import NavigationConfig
from robot.navigation.costmap import LocalView
from robot.navigation.motion import Hull, Pose, Velocity
from robot.navigation.path import Path
from robot.navigation.rollout import Rolled, roll_out, samples_of
from robot.navigation.static_map import Ground, StaticMap

Floats = NDArray[np.float64]

_HIT_COST = 100.0


@dataclass(frozen=True)
class Decision:
    """What to do now. `blocked`: standing is the best there is although the path goes on."""

    command: Velocity
    blocked: bool
    arc_m: float
    clearance_m: float
    aside_m: float
    preview: Floats


class Controller:
    """Follows one path at a time. Holds only what makes it steady: the last command and side."""

    def __init__(
        self, ground: StaticMap, config: NavigationConfig, hull: Hull | None = None
    ) -> None:
        self.ground = ground
        self.config = config
        self.hull = hull or Hull()
        self.last = Velocity()
        self._aside_m = 0.0
        self._arc_m = 0.0
        self._stands = False
        self._samples = samples_of(config)

    @property
    def arc_m(self) -> float:
        """How far along the path the robot is."""
        return self._arc_m

    def start(self, arc_m: float = 0.0) -> None:
        """Begin a new path, without forgetting the present velocity (no jerk)."""
        self._arc_m = arc_m
        self._aside_m = 0.0

    def limited(self, wanted: Velocity, dt_s: float) -> Velocity:
        """The velocity nearest to `wanted` that the acceleration limits allow after `dt_s`."""
        c, last = self.config, self.last
        slowing = abs(wanted.v_mps) < abs(last.v_mps) or wanted.v_mps * last.v_mps < 0
        dv = (c.brake_mps2 if slowing else c.accel_mps2) * dt_s
        dw = c.turn_accel_radps2 * dt_s
        self.last = Velocity(
            last.v_mps + float(np.clip(wanted.v_mps - last.v_mps, -dv, dv)),
            last.w_radps + float(np.clip(wanted.w_radps - last.w_radps, -dw, dw)),
        )
        return self.last

    def seen_velocity(self, measured: Velocity) -> None:
        """Take the measured velocity as the starting point when something below stopped the
        robot.
        """
        if abs(self.last.v_mps - measured.v_mps) > 0.35:
            self.last = Velocity(measured.v_mps, self.last.w_radps)
        if abs(self.last.w_radps - measured.w_radps) > 0.8:
            self.last = Velocity(self.last.v_mps, measured.w_radps)

    def step(
        self,
        path: Path,
        pose: Pose,
        view: LocalView,
        dt_s: float,
        speed_limit_mps: float = math.inf,
    ) -> Decision:
        """One control step towards the end of `path`."""
        c = self.config
        self._arc_m = path.nearest_arc(pose.x_m, pose.y_m, self._arc_m - 1.0, self._arc_m + 2.5)
        clearance = self.clearance_now(pose, view)
        people = any(math.hypot(t.x_m - pose.x_m, t.y_m - pose.y_m) < 3.0 for t in view.moving)
        cap = c.near_mps if people or self._nearest_ahead(pose, view) < c.near_m else c.cruise_mps
        cap = min(cap, speed_limit_mps)
        rolled = roll_out(self._samples, path, self._arc_m, pose, self.last, cap, c)
        cost = self._cost(path, rolled, view, cap, clearance)
        best = int(np.argmin(cost))
        stands = best == len(cost) - 1
        self._stands = stands
        self._aside_m = self._aside_m if stands else float(self._samples.aside_m[best])
        wanted = Velocity(float(rolled.want_v[best]), float(rolled.want_w[best]))
        command = self.limited(wanted, dt_s)
        remaining = path.length_m - self._arc_m
        return Decision(
            command=command,
            blocked=stands and remaining > c.tolerance_m,
            arc_m=self._arc_m,
            clearance_m=clearance,
            aside_m=self._aside_m,
            preview=rolled.xy[best],
        )

    def clearance_now(self, pose: Pose, view: LocalView) -> float:
        centres = self.hull.centres(np.array([[pose.x_m, pose.y_m]]), np.array([pose.yaw_rad]))
        return float(view.clearance_at(centres).min() - self.hull.radius_m)

    def _nearest_ahead(self, pose: Pose, view: LocalView) -> float:
        """Clearance of the hull (m) over the next 1.5 m straight ahead."""
        along = np.linspace(0.0, 1.5, 6)
        heading = np.array([math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)])
        spots = np.array([pose.x_m, pose.y_m]) + along[:, None] * heading
        return float(view.clearance_at(spots).min() - self.hull.radius_m)

    def _cost(
        self, path: Path, rolled: Rolled, view: LocalView, cap_mps: float, clearance_now: float
    ) -> Floats:
        c, aside = self.config, self._samples.aside_m
        hull = self.hull.centres(rolled.xy, rolled.yaw)
        static = view.clearance_at(hull).min(axis=-1) - self.hull.radius_m
        hit = static < min(c.hard_clearance_m, clearance_now - 0.02)
        cost = 5.0 * _nearness(static, c.soft_clearance_m)
        for track in view.moving:
            x = track.x_m + track.vx_mps * self._samples.times_s
            y = track.y_m + track.vy_mps * self._samples.times_s
            gap = np.hypot(rolled.xy[..., 0] - x, rolled.xy[..., 1] - y)
            gap -= track.radius_m + self.hull.radius_m
            hit |= (gap < c.person_clearance_m) & (rolled.speed > 0.05)
            cost += 6.0 * _nearness(gap, 1.0)
        ground = self.ground.ground_at(rolled.xy)
        on_road = ground == Ground.ROAD
        if not on_road[-1, 0]:  # the last sample stands: that is where the robot is
            hit |= on_road
        cost += 2.0 * (ground == Ground.OTHER).mean(axis=1)
        ever = hit.any(axis=1)
        first = np.where(ever, hit.argmax(axis=1), len(self._samples.times_s))
        cost += np.where(ever, _HIT_COST * (2.0 - first / len(self._samples.times_s)), 0.0)
        goal = min(path.length_m - self._arc_m, c.cruise_mps * c.horizon_s)
        progress = np.minimum(rolled.arc, path.length_m) - self._arc_m
        cost += 10.0 * (1.0 - progress / (c.cruise_mps * c.horizon_s)) if goal > 0 else 0.0
        cost += 8.0 * np.abs(rolled.side).mean(axis=1) / max(c.aside_m, 0.1)
        cost += 3.0 * rolled.error.mean(axis=1) / math.pi
        change = np.abs(aside - self._aside_m)
        change[-1] = 0.0
        cost += 0.8 * change / max(c.aside_m, 0.1)
        cost += 1.0 * np.abs(aside) / max(c.aside_m, 0.1)
        cost += np.where(aside > 0, 0.1, 0.0)  # keep to the right
        if self._stands:  # who stands does not start for a trifle
            cost[-1] -= 0.8
        return cost


def _nearness(gap: Floats, liked_m: float) -> Floats:
    """0 where `gap` >= `liked_m`, 1 at contact, squared between; the worst of the horizon."""
    near: Floats = np.clip((liked_m - gap) / max(liked_m, 1e-6), 0.0, 1.5) ** 2
    return np.asarray(near.max(axis=-1))

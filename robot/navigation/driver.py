"""The driver: takes a list of goals, drives them one after the other, and recovers when it is
stuck.

One call per control step with everything that is known; one command and one state word come back.
Recovery goes in a fixed order that can be read off the state: wait, back off slowly, clear what
was seen, plan a way around, give up as blocked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from robot.navigation.config import NavigationConfig
from robot.navigation.controller import Controller, Hull, Pose, Velocity
from robot.navigation.costmap import Costmap, LocalView
from robot.navigation.errors import NoRoute
from robot.navigation.path import Path, make_path
from robot.navigation.planner import Planner
from robot.navigation.route_graph import Blockage

Floats = NDArray[np.float64]
_AT_PLACE_M = 0.3
_PASS_M = 0.6
_BLOCK_RADIUS_M = 0.8


class DriveState(StrEnum):
    IDLE = "idle"
    DRIVING = "driving"
    WAITING = "waiting"
    BACKING_OFF = "backing_off"
    REPLANNING = "replanning"
    BLOCKED = "blocked"


class Outcome(StrEnum):
    ARRIVED = "arrived"
    NO_ROUTE = "no_route"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Goal:
    """A place to go to (map m); `yaw_rad` None: any heading will do."""

    x_m: float
    y_m: float
    yaw_rad: float | None = None


@dataclass(frozen=True)
class Inputs:
    """What the robot knows at one control step. Times in s of one clock, frames: map."""

    now_s: float
    pose: Pose
    velocity: Velocity
    pose_age_s: float = 0.0
    scan_age_s: float = 0.0
    held: bool = False  # the e-stop or a person holds the robot: time does not count as stuck
    speed_limit_mps: float = math.inf


@dataclass(frozen=True)
class Report:
    """What one step decided."""

    command: Velocity
    state: DriveState
    outcome: Outcome | None = None
    reason: str = ""


class Driver:
    """Drives through goals. `plan` (for showing) changes with each leg and each replanning."""

    def __init__(
        self,
        planner: Planner,
        costmap: Costmap,
        config: NavigationConfig,
        hull: Hull | None = None,
    ) -> None:
        self.planner = planner
        self.costmap = costmap
        self.config = config
        self.controller = Controller(planner.ground, config, hull)
        self.goals: list[Goal] = []
        self.path: Path | None = None
        self.plan: Floats = np.empty((0, 2))
        self.plan_number = 0
        self.recoveries = 0
        self.state = DriveState.IDLE
        self._legs: list[Path] = []
        self._last_s: float | None = None
        self._arrived = False
        self._clear_arc = 0.0
        self._back_s = 0.0
        self._reset_progress(0.0, 0.0)
        self._replans = 0
        self._blockages: list[Blockage] = []
        self._back_from: Pose | None = None

    # -- orders ---------------------------------------------------------------------------------

    def go(self, goals: Sequence[Goal], pose: Pose, now_s: float) -> None:
        """Replace whatever is driven by `goals`. Raises NoRoute; then the old goals stay."""
        legs, here = [], (pose.x_m, pose.y_m)
        for goal in goals:
            there = (goal.x_m, goal.y_m)
            if math.dist(here, there) <= _AT_PLACE_M:
                legs.append(make_path(np.array([here, there])))
            else:
                legs.append(self.planner.plan(here, there))
            here = there
        self.goals, self._legs = list(goals), legs
        self.recoveries, self._replans, self._blockages = 0, 0, []
        self._begin_leg(pose, now_s)
        self.state = DriveState.DRIVING

    def stop(self) -> None:
        """Drop the goals; the next steps slow down to a stand."""
        self.goals, self._legs, self.path = [], [], None
        self.state = DriveState.IDLE
        self._show(None)

    @property
    def remaining_m(self) -> float:
        """Metres left to the last goal."""
        if self.path is None:
            return 0.0
        rest = sum(leg.length_m for leg in self._legs[1:])
        return max(0.0, self.path.length_m - self.controller.arc_m) + rest

    # -- one step -------------------------------------------------------------------------------

    def step(self, inputs: Inputs) -> Report:
        """Decide the velocity for now."""
        dt = 1.0 / self.config.rate_hz
        if self._last_s is not None:
            dt = min(max(inputs.now_s - self._last_s, 0.02), 0.3)
        self._last_s = inputs.now_s
        self.controller.seen_velocity(inputs.velocity)
        if not self.goals or self.path is None:
            return Report(self._slow_down(dt), self.state)
        stale = max(inputs.pose_age_s, inputs.scan_age_s) > self.config.input_age_s
        if stale or inputs.held:
            self._reset_progress(inputs.now_s, self._progress_arc)
            return Report(
                self._slow_down(dt),
                DriveState.WAITING,
                reason="held" if inputs.held else "position or lidar data are too old",
            )
        view = self.costmap.view(inputs.pose.x_m, inputs.pose.y_m)
        if self._at_place(inputs.pose):
            done = self._turn(inputs, view, dt)
            if done is None:
                return Report(self.controller.last, DriveState.DRIVING)
            return done
        if self.state is DriveState.BACKING_OFF:
            return self._back_off(inputs, view, dt)
        return self._drive(inputs, view, dt)

    def _drive(self, inputs: Inputs, view: LocalView, dt: float) -> Report:
        assert self.path is not None
        decision = self.controller.step(
            self.path, inputs.pose, view, dt, inputs.speed_limit_mps or math.inf
        )
        now = inputs.now_s
        turning = abs(inputs.velocity.w_radps) > 0.15
        if decision.arc_m > self._progress_arc + 0.15 or (turning and not decision.blocked):
            if decision.arc_m > self._clear_arc:  # well past what was in the way
                self._replans, self._blockages = 0, []
            self._reset_progress(now, max(decision.arc_m, self._progress_arc))
        stuck_s = now - self._progress_s
        if (
            self.state is DriveState.WAITING
            and not decision.blocked
            and stuck_s < self.config.wait_s
        ):
            moving = abs(inputs.velocity.v_mps) > 0.05
            self.state = DriveState.DRIVING if moving else self.state
        elif stuck_s > self.config.stuck_s and self.state is DriveState.DRIVING:
            self.state = DriveState.WAITING
        if stuck_s > self.config.stuck_s + self.config.wait_s:
            self.recoveries += 1
            self._back_from = inputs.pose
            self._back_s = now
            self.state = DriveState.BACKING_OFF
        return Report(decision.command, self.state)

    def _back_off(self, inputs: Inputs, view: LocalView, dt: float) -> Report:
        """Backwards, slowly, as long as there is room behind; then clear and plan around."""
        c, start, pose = self.config, self._back_from, inputs.pose
        assert start is not None
        moved = math.dist((start.x_m, start.y_m), (pose.x_m, pose.y_m))
        behind = np.array(
            [[pose.x_m - r * math.cos(pose.yaw_rad), pose.y_m - r * math.sin(pose.yaw_rad)]
             for r in (0.3, 0.45, 0.6)]
        )  # fmt: skip
        room = float(view.clearance_at(behind).min()) > self.controller.hull.radius_m + 0.1
        room &= bool((self.planner.ground.ground_at(behind) < 2).all())
        overdue = inputs.now_s - self._back_s > c.back_off_m / c.back_off_mps + 2.0
        if moved < c.back_off_m and room and not overdue:
            command = self.controller.limited(Velocity(-c.back_off_mps, 0.0), dt)
            return Report(command, DriveState.BACKING_OFF)
        if abs(self.controller.last.v_mps) > 0.02:
            return Report(self._slow_down(dt), DriveState.BACKING_OFF)
        return self._replan(inputs)

    def _replan(self, inputs: Inputs) -> Report:
        assert self.path is not None
        if self._replans >= self.config.max_replans:
            return self._give_up("the way is blocked, and so were the ways around it")
        self._replans += 1
        goal, here = self.goals[0], (inputs.pose.x_m, inputs.pose.y_m)
        seen = self.costmap.points()
        self._blockages.append(self._blockage(seen))
        self.costmap.clear()
        try:
            path = self.planner.plan(here, (goal.x_m, goal.y_m), self._blockages, seen)
        except NoRoute as error:
            return self._give_up(str(error))
        self._legs[0] = path
        self._begin_leg(inputs.pose, inputs.now_s)
        self._clear_arc = 6.0
        self.state = DriveState.REPLANNING
        return Report(Velocity(), DriveState.REPLANNING)

    def _blockage(self, seen: Floats) -> Blockage:
        """What is in the way: the first place of the path ahead that the hull cannot pass."""
        assert self.path is not None
        arcs = np.arange(self._progress_arc, self._progress_arc + 5.0, 0.1)
        ahead = self.path.at(arcs)
        if len(seen):
            apart = ahead[:, None, :] - seen[None, :, :]
            gaps = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1)
            near = np.flatnonzero(gaps < self.controller.hull.radius_m + 0.15)
            if len(near):
                at = self.path.at(float(arcs[near[0]]) + 0.3)
                return Blockage(float(at[0]), float(at[1]), _BLOCK_RADIUS_M)
        at = self.path.at(self._progress_arc + 1.2)
        return Blockage(float(at[0]), float(at[1]), _BLOCK_RADIUS_M)

    def _give_up(self, reason: str) -> Report:
        self.stop()
        self.state = DriveState.BLOCKED
        return Report(Velocity(), DriveState.BLOCKED, Outcome.BLOCKED, reason)

    # -- arriving -------------------------------------------------------------------------------

    def _at_place(self, pose: Pose) -> bool:
        """Whether the present goal's place is reached, and it only remains to turn (or to go
        on).
        """
        assert self.path is not None
        goal = self.goals[0]
        away = math.dist((pose.x_m, pose.y_m), (goal.x_m, goal.y_m))
        if self._arrived:
            return away < 2 * self.config.tolerance_m + _AT_PLACE_M
        last = len(self.goals) == 1
        if not last and not self._turns_next():
            arrived = away < _PASS_M
        else:
            left = self.path.length_m - self.controller.arc_m
            arrived = away < self.config.tolerance_m and (
                left < 0.1 or away < 0.12 or abs(self.controller.last.v_mps) < 0.08
            )
        self._arrived = arrived
        return arrived

    def _turns_next(self) -> bool:
        """Whether the robot must stop here: a heading is asked for here or at the same place
        next.
        """
        here, following = self.goals[0], self.goals[1:2]
        return any(
            math.dist((g.x_m, g.y_m), (here.x_m, here.y_m)) <= _AT_PLACE_M for g in following
        )

    def _turn(self, inputs: Inputs, view: LocalView, dt: float) -> Report | None:
        """Turn to the goal's heading in place. None while turning."""
        c, goal = self.config, self.goals[0]
        last, spins = len(self.goals) == 1, self._in_place()
        if goal.yaw_rad is None or not (last or spins):
            return self._next_goal(inputs, dt, stand=last)
        error = math.remainder(goal.yaw_rad - inputs.pose.yaw_rad, math.tau)
        if not last and self._turns_next() and abs(error) < 0.4:
            return self._next_goal(inputs, dt, stand=False)  # a round look: do not halt on the way
        if abs(error) < c.heading_tolerance_rad and abs(inputs.velocity.w_radps) < 0.15:
            return self._next_goal(inputs, dt, stand=last)
        clear = self.controller.clearance_now(inputs.pose, view) > 0.02
        fastest = min(c.spin_radps, math.sqrt(2 * 0.5 * c.turn_accel_radps2 * abs(error)))
        spin = math.copysign(min(fastest, 2.0 * abs(error)), error)
        if abs(spin) < 0.12:
            spin = math.copysign(0.12, error)
        if abs(self.controller.last.v_mps) > 0.25 or not clear:
            spin = 0.0
        self.controller.limited(Velocity(0.0, spin), dt)
        if abs(inputs.velocity.w_radps) > 0.05:
            self._reset_progress(inputs.now_s, self._progress_arc)
        if inputs.now_s - self._progress_s > c.stuck_s + 2 * c.wait_s:
            return self._give_up("the robot cannot turn here: something is too near")
        return None

    def _in_place(self) -> bool:
        """Whether the present goal is a turn on the spot (its leg has no length)."""
        return self.path is not None and self.path.length_m <= _AT_PLACE_M + 0.02

    def _next_goal(self, inputs: Inputs, dt: float, *, stand: bool) -> Report:
        if stand and abs(self.controller.last.v_mps) + abs(self.controller.last.w_radps) > 0.02:
            return Report(self._slow_down(dt), DriveState.DRIVING)
        self.goals.pop(0)
        self._legs.pop(0)
        if self.goals:
            self._begin_leg(inputs.pose, inputs.now_s)
            return Report(self.controller.last, DriveState.DRIVING)
        self.stop()
        return Report(Velocity(), DriveState.IDLE, Outcome.ARRIVED)

    # -- bookkeeping ----------------------------------------------------------------------------

    def _begin_leg(self, pose: Pose, now_s: float) -> None:
        self.path = self._legs[0]
        self.controller.start(self.path.nearest_arc(pose.x_m, pose.y_m, 0.0, 3.0))
        self._arrived = False
        self._clear_arc = 0.0
        self._reset_progress(now_s, self.controller.arc_m)
        self._show(self._legs)

    def _show(self, legs: list[Path] | None) -> None:
        self.plan = np.vstack([leg.points for leg in legs]) if legs else np.empty((0, 2))
        self.plan_number += 1

    def _reset_progress(self, now_s: float, arc_m: float) -> None:
        self._progress_s, self._progress_arc = now_s, arc_m
        if self.state in (DriveState.WAITING, DriveState.REPLANNING) and self.goals:
            self.state = DriveState.DRIVING

    def _slow_down(self, dt: float) -> Velocity:
        return self.controller.limited(Velocity(), dt)

"""The driver: takes a list of goals, drives them one after the other, and recovers when it is
stuck.

One call per control step with everything that is known; one command and one state word come back.
Recovery goes in a fixed order that can be read off the state: wait, back off slowly, clear what
was seen, plan a way around, give up as blocked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robot.navigation.config import NavigationConfig
from robot.navigation.controller import Controller
from robot.navigation.costmap import Costmap, LocalView
from robot.navigation.drive import DriveState, Goal, Inputs, Outcome, Report
from robot.navigation.errors import NoRoute
from robot.navigation.legs import AT_PLACE_M, Legs, plan_legs
from robot.navigation.motion import Hull, Pose, Velocity
from robot.navigation.path import Path
from robot.navigation.planner import Planner
from robot.navigation.recovery import Progress, room_behind

Floats = NDArray[np.float64]
_PASS_M = 0.6
_LOOK_ON_RAD = 0.4
_SLOWEST_SPIN_RADPS = 0.12


class Driver:
    """Drives through goals. `plan` (for showing) changes with each goal and each detour."""

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
        self.plan: Floats = np.empty((0, 2))
        self.plan_number = 0
        self.state = DriveState.IDLE
        self._legs: Legs | None = None
        self._progress = Progress()
        self._last_s: float | None = None
        self._arrived = False
        self._back_s = 0.0
        self._back_from: Pose | None = None

    # -- orders ---------------------------------------------------------------------------------

    def go(self, goals: Sequence[Goal], pose: Pose, now_s: float) -> None:
        """Replace whatever is driven by `goals`. Raises NoRoute; then the old goals stay."""
        self._legs = Legs(plan_legs(self.planner, goals, pose), pose)
        self._progress.new_goals()
        self._begin_path(self._legs, pose, now_s)
        self.state = DriveState.DRIVING

    def use(self, planner: Planner, pose: Pose, now_s: float) -> Report | None:
        """Another map from now on; what is left to drive is planned anew on it. A report where that
        ends the drive: there is no way any more."""
        self.planner = planner
        self.costmap.ground = self.controller.ground = planner.ground
        if self._legs is None:
            return None
        try:
            self.go(self._legs.goals, pose, now_s)
        except NoRoute as error:
            return self._give_up(str(error))
        return None

    def stop(self) -> None:
        """Drop the goals; the next steps slow down to a stand."""
        self._legs = None
        self.state = DriveState.IDLE
        self._show()

    @property
    def path(self) -> Path | None:
        """The path that is being driven, up to the next place where the robot stops."""
        return self._legs.path if self._legs else None

    @property
    def remaining_m(self) -> float:
        """Metres left to the last goal."""
        return self._legs.remaining_m(self.controller.arc_m) if self._legs else 0.0

    @property
    def goals_left(self) -> int:
        return self._legs.count if self._legs else 0

    @property
    def recoveries(self) -> int:
        """How often it had to recover since the goals were given."""
        return self._progress.recoveries

    # -- one step -------------------------------------------------------------------------------

    def step(self, inputs: Inputs) -> Report:
        """Decide the velocity for now."""
        dt = 1.0 / self.config.rate_hz
        if self._last_s is not None:
            dt = min(max(inputs.now_s - self._last_s, 0.02), 0.3)
        self._last_s = inputs.now_s
        if inputs.pose_age_s <= self.config.input_age_s:
            self.controller.seen_velocity(inputs.velocity)
        legs = self._legs
        if legs is None:
            return Report(self._slow_down(dt), self.state)
        stale = max(inputs.pose_age_s, inputs.scan_age_s) > self.config.input_age_s
        if stale or inputs.held:
            self._progress.does_not_count(inputs.now_s)
            self._go_on()
            return Report(
                self._slow_down(dt),
                DriveState.WAITING,
                reason="held" if inputs.held else "position or lidar data are too old",
            )
        view = self.costmap.view(inputs.pose.x_m, inputs.pose.y_m)
        while not legs.stops_here and self._passes(legs, inputs.pose):
            legs.passed(inputs.pose)
            self._show()
        if legs.stops_here and self._at_place(legs, inputs.pose):
            return self._turn(legs, inputs, view, dt)
        if self.state is DriveState.BACKING_OFF:
            return self._back_off(legs, inputs, view, dt)
        return self._drive(legs, inputs, view, dt)

    def _drive(self, legs: Legs, inputs: Inputs, view: LocalView, dt: float) -> Report:
        c, now = self.config, inputs.now_s
        decision = self.controller.step(legs.path, inputs.pose, view, dt, inputs.speed_limit_mps)
        turning = abs(inputs.velocity.w_radps) > 0.15 and not decision.blocked
        if self._progress.moved_on(now, decision.arc_m, turning=turning):
            self._go_on()
        stuck_s = self._progress.stuck_s(now)
        if self.state is DriveState.WAITING and not decision.blocked and stuck_s < c.wait_s:
            moving = abs(inputs.velocity.v_mps) > 0.05
            self.state = DriveState.DRIVING if moving else self.state
        elif stuck_s > c.stuck_s and self.state is DriveState.DRIVING:
            self.state = DriveState.WAITING
        if stuck_s > c.stuck_s + c.wait_s:
            self._progress.recoveries += 1
            self._back_from, self._back_s = inputs.pose, now
            self.state = DriveState.BACKING_OFF
        return Report(decision.command, self.state)

    # -- recovering -----------------------------------------------------------------------------

    def _back_off(self, legs: Legs, inputs: Inputs, view: LocalView, dt: float) -> Report:
        """Backwards, slowly, as long as there is room behind; then clear and plan around."""
        c, start, pose = self.config, self._back_from, inputs.pose
        assert start is not None
        moved = math.dist((start.x_m, start.y_m), (pose.x_m, pose.y_m))
        room = room_behind(pose, view, self.planner.ground, self.controller.hull)
        overdue = inputs.now_s - self._back_s > c.back_off_m / c.back_off_mps + 2.0
        if moved < c.back_off_m and room and not overdue:
            command = self.controller.limited(Velocity(-c.back_off_mps, 0.0), dt)
            return Report(command, DriveState.BACKING_OFF)
        if abs(self.controller.last.v_mps) > 0.02:
            return Report(self._slow_down(dt), DriveState.BACKING_OFF)
        return self._plan_around(legs, inputs)

    def _plan_around(self, legs: Legs, inputs: Inputs) -> Report:
        if self._progress.detours >= self.config.max_replans:
            return self._give_up("the way is blocked, and so were the ways around it")
        here, seen = (inputs.pose.x_m, inputs.pose.y_m), self.costmap.points()
        self._progress.block(legs.path, seen, self.controller.hull)
        self.costmap.clear()
        try:
            path = self.planner.plan(here, legs.goal.xy, self._progress.blockages, seen)
        except NoRoute as error:
            return self._give_up(str(error))
        legs.detour(path, inputs.pose)
        self._begin_path(legs, inputs.pose, inputs.now_s, is_detour=True)
        self.state = DriveState.REPLANNING
        return Report(Velocity(), DriveState.REPLANNING)

    def _give_up(self, reason: str) -> Report:
        self.stop()
        self.state = DriveState.BLOCKED
        return Report(Velocity(), DriveState.BLOCKED, Outcome.BLOCKED, reason)

    # -- arriving -------------------------------------------------------------------------------

    def _passes(self, legs: Legs, pose: Pose) -> bool:
        """Whether a goal that needs no stop counts as reached: near enough, or left behind."""
        return legs.goal.away_m(pose) < _PASS_M or self.controller.arc_m >= legs.goal_arc_m

    def _at_place(self, legs: Legs, pose: Pose) -> bool:
        """Whether a goal's place is reached, and it only remains to turn (or to go on)."""
        away = legs.goal.away_m(pose)
        if self._arrived:
            return away < 2 * self.config.tolerance_m + AT_PLACE_M
        left = legs.path.length_m - self.controller.arc_m
        near = left < 0.1 or away < 0.12 or abs(self.controller.last.v_mps) < 0.08
        self._arrived = away < self.config.tolerance_m and near
        return self._arrived

    def _turn(self, legs: Legs, inputs: Inputs, view: LocalView, dt: float) -> Report:
        """Turn to the goal's heading in place, then go on to the next goal or end."""
        c, yaw = self.config, legs.goal.yaw_rad
        if yaw is None or not (legs.is_last or legs.in_place):
            return self._next_goal(legs, inputs, dt)
        error = math.remainder(yaw - inputs.pose.yaw_rad, math.tau)
        if legs.goes_on_here and abs(error) < _LOOK_ON_RAD:
            return self._next_goal(legs, inputs, dt)  # a round look: do not halt on the way
        if abs(error) < c.heading_tolerance_rad and abs(inputs.velocity.w_radps) < 0.15:
            return self._next_goal(legs, inputs, dt)
        clear = self.controller.clearance_now(inputs.pose, view) > 0.02
        fastest = min(c.spin_radps, math.sqrt(2 * 0.5 * c.turn_accel_radps2 * abs(error)))
        spin = math.copysign(max(min(fastest, 2.0 * abs(error)), _SLOWEST_SPIN_RADPS), error)
        if abs(self.controller.last.v_mps) > 0.25 or not clear:
            spin = 0.0
        command = self.controller.limited(Velocity(0.0, spin), dt)
        if abs(inputs.velocity.w_radps) > 0.05:
            self._progress.does_not_count(inputs.now_s)
            self._go_on()
        if self._progress.stuck_s(inputs.now_s) > c.stuck_s + 2 * c.wait_s:
            return self._give_up("the robot cannot turn here: something is too near")
        return Report(command, DriveState.DRIVING)

    def _next_goal(self, legs: Legs, inputs: Inputs, dt: float) -> Report:
        """The present goal is done. At the last one the robot comes to a stand first."""
        if legs.is_last:
            if abs(self.controller.last.v_mps) + abs(self.controller.last.w_radps) > 0.02:
                return Report(self._slow_down(dt), DriveState.DRIVING)
            self.stop()
            return Report(Velocity(), DriveState.IDLE, Outcome.ARRIVED)
        if legs.passed(inputs.pose):
            self._begin_path(legs, inputs.pose, inputs.now_s)
        return Report(self.controller.last, DriveState.DRIVING)

    # -- bookkeeping ----------------------------------------------------------------------------

    def _begin_path(self, legs: Legs, pose: Pose, now_s: float, *, is_detour: bool = False) -> None:
        self.controller.start(legs.path.nearest_arc(pose.x_m, pose.y_m, 0.0, 3.0))
        self._arrived = False
        self._progress.new_path(now_s, self.controller.arc_m, is_detour=is_detour)
        self._go_on()
        self._show()

    def _go_on(self) -> None:
        if self.state in (DriveState.WAITING, DriveState.REPLANNING):
            self.state = DriveState.DRIVING

    def _show(self) -> None:
        self.plan = self._legs.points() if self._legs else np.empty((0, 2))
        self.plan_number += 1

    def _slow_down(self, dt: float) -> Velocity:
        return self.controller.limited(Velocity(), dt)

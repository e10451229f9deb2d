"""The navigator's thinking, without ROS, driving a FAKE robot on a kinematic course."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from robot.navigation.config import NavigationConfig
from robot.navigation.costmap import Costmap
from robot.navigation.drive import Goal, Inputs, Outcome, Report
from robot.navigation.driver import Driver
from robot.navigation.motion import Pose, Velocity
from robot.navigation.path import Path
from robot.navigation.planner import Planner
from robot.navigation.static_map import StaticMap
from tests.navigation_course import Course

DT = 0.1


class Run:
    """Drives a course with the real driver and remembers what happened."""

    def __init__(self, course: Course, config: NavigationConfig | None = None) -> None:
        self.course = course
        self.config = config or NavigationConfig()
        ground = StaticMap(course.site)
        self.costmap = Costmap(ground, self.config)
        self.driver = Driver(Planner(ground, self.config), self.costmap, self.config)
        self.states: list[str] = []
        self.commands: list[Velocity] = []
        self.steps_s: list[float] = []

    @property
    def pose(self) -> Pose:
        return Pose(self.course.x_m, self.course.y_m, self.course.yaw_rad)

    def go(self, *goals: Goal) -> Path:
        self.driver.go(goals, self.pose, self.course.now_s)
        assert self.driver.path is not None
        return self.driver.path

    def step(self, *, held: bool = False) -> Report:
        course = self.course
        self.costmap.add_scan(course.hits(), np.array([course.x_m, course.y_m]), course.now_s)
        seen = time.perf_counter()
        report = self.driver.step(
            Inputs(course.now_s, self.pose, Velocity(course.v_mps, course.w_radps), held=held)
        )
        self.steps_s.append(time.perf_counter() - seen)
        course.move(report.command.v_mps, report.command.w_radps, DT)
        self.commands.append(report.command)
        if not self.states or self.states[-1] != report.state:
            self.states.append(str(report.state))
        return report

    def until_done(
        self, limit_s: float, each: Callable[[], None] | None = None
    ) -> tuple[Outcome | None, str]:
        for _ in range(round(limit_s / DT)):
            report = self.step()
            if each is not None:
                each()
            if report.outcome is not None:
                return report.outcome, report.reason
        return None, "time is up"

    def worst_error_m(self, path: Path) -> float:
        spots = np.array(self.course.track)[:, 1:3]
        gaps = [path.nearest_arc(x, y) for x, y in spots]
        return float(np.hypot(*(path.at(np.array(gaps)) - spots).T).max())

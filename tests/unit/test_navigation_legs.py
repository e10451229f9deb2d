"""Several goals in one drive: which are passed, at which the robot stops, and what is left."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot.navigation.config import NavigationConfig
from robot.navigation.drive import Goal, Outcome
from robot.navigation.legs import Legs, plan_legs
from robot.navigation.motion import Pose
from robot.navigation.planner import Planner
from robot.navigation.static_map import StaticMap
from tests.navigation_course import Course, Disc, small_site
from tests.navigation_run import Run

PLANNER = Planner(StaticMap(small_site()), NavigationConfig())
START = Pose(2.0, 8.0, 0.0)


def legs_of(*goals: Goal, start: Pose = START) -> Legs:
    return Legs(plan_legs(PLANNER, goals, start), start)


def speed_near(run: Run, x_m: float, y_m: float) -> float:
    """The lowest speed within a metre of a place."""
    return min(v for _, x, y, v in run.course.track if math.dist((x, y), (x_m, y_m)) < 1.0)


def test_goals_that_are_only_passed_lie_on_one_path() -> None:
    legs = legs_of(Goal(6, 8), Goal(9, 7), Goal(14, 8))
    assert not legs.stops_here
    assert legs.path.at(legs.goal_arc_m) == pytest.approx([6, 8], abs=0.01)
    assert legs.path.points[-1] == pytest.approx([14, 8], abs=0.01)
    assert legs.remaining_m(1.0) == pytest.approx(legs.path.length_m - 1.0)
    assert not legs.passed(Pose(6, 8, 0))
    assert legs.path.at(legs.goal_arc_m) == pytest.approx([9, 7], abs=0.01)
    assert not legs.passed(Pose(9, 7, 0))
    assert legs.stops_here
    assert legs.is_last


def test_the_robot_stops_where_it_is_to_look_around_and_where_the_way_turns_back() -> None:
    look = legs_of(Goal(8, 8), Goal(8, 8, 1.0), Goal(12, 8))
    assert look.stops_here
    assert look.goes_on_here
    assert look.passed(Pose(8.1, 8, 0))
    assert look.in_place
    assert look.stops_here
    assert look.passed(Pose(8.1, 8, 1.0))
    assert look.is_last
    assert legs_of(Goal(8, 8), Goal(4, 8)).stops_here


def test_a_path_begins_where_the_robot_is() -> None:
    legs = legs_of(Goal(8, 8), Goal(4, 8))
    short_of_it = Pose(7.75, 8.1, 0.0)
    assert legs.passed(short_of_it)
    begin = legs.path.at(legs.path.nearest_arc(short_of_it.x_m, short_of_it.y_m))
    assert math.dist(begin, (7.75, 8.1)) < 0.15
    past_it = legs_of(Goal(12, 8), start=Pose(8.25, 8.2, 0.0))
    assert past_it.path.points[0] == pytest.approx([8.25, 8.2])


def test_it_keeps_its_speed_at_goals_that_it_only_passes() -> None:
    run = Run(Course(small_site(), 2.0, 8.0, 0.0))
    stops = [(6.0, 8.0), (9.0, 6.8), (12.0, 9.0), (16.0, 8.0)]
    run.go(*(Goal(x, y) for x, y in stops))
    assert run.until_done(40)[0] is Outcome.ARRIVED
    assert min(speed_near(run, x, y) for x, y in stops[:-1]) > 0.85
    spots = np.array(run.course.track)[:, 1:3]
    assert max(np.hypot(*(spots - stop).T).min() for stop in stops) < 0.6


def test_it_drives_there_and_back_in_one_go() -> None:
    run = Run(Course(small_site(), 2.0, 8.0, 0.0))
    run.go(Goal(10, 8), Goal(3, 8))
    assert run.until_done(60)[0] is Outcome.ARRIVED
    assert max(x for _, x, _, _ in run.course.track) > 9.6
    assert math.dist((run.course.x_m, run.course.y_m), (3, 8)) < 0.3
    assert set(run.states) == {"driving", "idle"}


def test_it_goes_on_although_somebody_stands_on_a_place_that_it_passes() -> None:
    run = Run(Course(small_site(), 2.0, 8.0, 0.0, discs=[Disc(9.0, 8.0, 0.4)]))
    run.go(Goal(9, 8), Goal(16, 8))
    assert run.until_done(60)[0] is Outcome.ARRIVED
    assert run.course.nearest_m > 0.4
    assert "backing_off" not in run.states


def test_a_detour_in_the_middle_keeps_the_goals_after_it() -> None:
    wall = [Disc(20.0, 3.0 + 0.3 * k, 0.2) for k in range(34)]  # y 3 to 13
    run = Run(Course(small_site(), 14.0, 8.0, 0.0, discs=wall))
    run.go(Goal(16, 8), Goal(28, 8), Goal(34, 8))
    assert run.until_done(200)[0] is Outcome.ARRIVED
    assert run.driver.recoveries >= 1
    spots = np.array(run.course.track)[:, 1:3]
    assert np.hypot(*(spots - [28, 8]).T).min() < 0.65
    assert math.dist((run.course.x_m, run.course.y_m), (34, 8)) < 0.3

"""The zones: what passes never reaches an obstacle, and the robot can still leave a wall."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from robot.safety.config import SafetyConfig
from robot.safety.lidar import Obstacles
from robot.safety.motion import Command, Hull, seen_from_arc
from robot.safety.zones import Passed, Zones

CONFIG = SafetyConfig()
HULL = Hull(0.30, 0.23)
ZONES = Zones(CONFIG, HULL)


def limit(
    wanted: tuple[float, float], points: list[tuple[float, float]], speed_now: float = 0.0
) -> Passed:
    table = np.array(points, dtype=float).reshape(-1, 2)
    return ZONES.limit(Command(*wanted), speed_now, Obstacles(table[:, 0], table[:, 1], 0.0, True))


def swept_clearance(command: Command, points: np.ndarray) -> np.ndarray:
    """The least distance of each point to the true hull, held for the reaction time, then braked.

    Written independently of the code under test: small steps of plain integration.
    """
    v, w = command.speed_mps, command.turn_radps
    x = y = yaw = t = 0.0
    dt = 0.005
    least = HULL.distance(points[:, 0], points[:, 1])
    share, decay = 1.0, math.inf
    if v:
        decay = min(decay, CONFIG.brake_mps2 / abs(v))
    if w:
        decay = min(decay, CONFIG.turn_brake_radps2 / abs(w))
    while share > 0.0 and (v or w):
        if t >= CONFIG.reaction_s:
            share = max(0.0, share - decay * dt)
        x += share * v * math.cos(yaw) * dt
        y += share * v * math.sin(yaw) * dt
        yaw += share * w * dt
        t += dt
        dx, dy = points[:, 0] - x, points[:, 1] - y
        c, s = math.cos(yaw), math.sin(yaw)
        least = np.minimum(least, HULL.distance(c * dx + s * dy, c * dy - s * dx))
    return least


places = st.tuples(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))


@settings(max_examples=400, deadline=None)
@given(
    speed=st.floats(-1.5, 1.5),
    turn=st.floats(-1.5, 1.5),
    speed_now=st.floats(-1.5, 1.5),
    points=st.lists(places, min_size=1, max_size=12),
)
def test_no_velocity_that_passes_reaches_an_obstacle(
    speed: float, turn: float, speed_now: float, points: list[tuple[float, float]]
) -> None:
    table = np.array(points)
    before = HULL.distance(table[:, 0], table[:, 1])
    assume(bool((before > 0.005).all()))
    passed = limit((speed, turn), points, speed_now)
    least = swept_clearance(passed.command, table)
    assert (least > 0.0).all(), f"{passed} comes within {least.min():.3f} m"
    # Nor does anything come much nearer than the margin, or than the nearest thing is already.
    assert least.min() >= min(CONFIG.margin_m, float(before.min())) / 2


@settings(max_examples=200, deadline=None)
@given(
    speed=st.floats(-1.5, 1.5),
    turn=st.floats(-1.5, 1.5),
    points=st.lists(places, max_size=12),
)
def test_what_passes_keeps_the_arc_and_is_never_more(
    speed: float, turn: float, points: list[tuple[float, float]]
) -> None:
    table = np.array(points).reshape(-1, 2)
    assume(bool((HULL.distance(table[:, 0], table[:, 1]) > 0.0).all()))
    passed = limit((speed, turn), points).command
    assert abs(passed.speed_mps) <= abs(speed) + 1e-9
    assert abs(passed.turn_radps) <= abs(turn) + 1e-9
    if not passed.is_zero and abs(speed) > CONFIG.crawl_mps:
        assert passed.speed_mps * turn == pytest.approx(passed.turn_radps * speed, abs=1e-5)


@settings(max_examples=100, deadline=None)
@given(speed=st.floats(0.1, 1.5), turn=st.floats(-0.8, 0.8), gap=st.floats(0.02, 2.0))
def test_more_room_never_means_less_speed_straight_ahead(
    speed: float, turn: float, gap: float
) -> None:
    near = limit((speed, 0.0), [(0.3 + gap, 0.0)]).command.speed_mps
    far = limit((speed, 0.0), [(0.3 + gap + 0.1, 0.0)]).command.speed_mps
    assert far >= near - 1e-9


def test_something_in_the_stop_zone_ends_the_motion() -> None:
    passed = limit((0.5, 0.0), [(0.3 + 0.30, 0.1)])
    assert passed.command.is_zero
    assert passed.cause == "stop"
    assert passed.nearest_m == pytest.approx(0.30)


def test_the_stop_zone_grows_with_the_speed() -> None:
    point = [(0.3 + 0.45, 0.0)]
    assert not limit((0.5, 0.0), point, speed_now=0.0).command.is_zero
    assert limit((0.5, 0.0), point, speed_now=1.0).cause == "stop"


def test_what_lies_behind_does_not_stop_a_robot_that_drives_ahead() -> None:
    assert limit((0.5, 0.0), [(-0.5, 0.0), (-0.4, 0.1)]).command == Command(0.5, 0.0)


def test_backwards_is_watched_like_forwards() -> None:
    assert limit((-0.3, 0.0), [(-0.55, 0.0)]).command.is_zero
    assert limit((-0.3, 0.0), [(0.55, 0.0)]).command == Command(-0.3, 0.0)


def test_it_slows_down_in_proportion_as_something_comes_nearer() -> None:
    speeds = [limit((1.2, 0.0), [(0.3 + gap, 0.4)]).command.speed_mps for gap in (1.4, 1.0, 0.6)]
    assert 1.2 > speeds[0] > speeds[1] > speeds[2] > 0.0


def test_it_can_turn_in_place_with_a_wall_near_its_side() -> None:
    wall = [(x, 0.23 + 0.17) for x in np.arange(-1, 1, 0.02)]
    assert limit((0.0, 0.8), wall).command == Command(0.0, 0.8)


def test_it_does_not_turn_its_corner_into_a_wall() -> None:
    wall = [(x, 0.23 + 0.07) for x in np.arange(-1, 1, 0.02)]
    table = np.array(wall)
    passed = limit((0.0, 0.8), wall)
    assert (swept_clearance(passed.command, table) > 0.0).all()
    assert abs(passed.command.turn_radps) < 0.2


def test_it_can_drive_along_and_away_from_a_wall_that_almost_touches_it() -> None:
    wall = [(x, 0.23 + 0.03) for x in np.arange(-1, 1, 0.02)]
    along = limit((0.5, 0.0), wall).command
    assert 0.0 < along.speed_mps <= CONFIG.creep_mps
    front = [(0.3 + 0.03, y) for y in np.arange(-1, 1, 0.02)]
    back = limit((-0.5, 0.0), front).command
    assert -CONFIG.creep_mps <= back.speed_mps < 0.0
    assert limit((0.5, 0.0), front).command.is_zero


def test_a_gap_of_ninety_centimetres_lets_it_through() -> None:
    gap = [(x, side * 0.45) for x in np.arange(0.0, 2.0, 0.05) for side in (-1, 1)]
    assert limit((0.8, 0.0), gap).command.speed_mps >= 0.3


def test_a_person_who_steps_in_front_is_not_reached_and_it_stands_a_foot_away() -> None:
    """The whole approach, tick by tick, with the base's delay and brakes."""
    person, x, speed = 2.2, 0.0, 1.0
    for _ in range(200):
        passed = limit((1.0, 0.0), [(person - x, 0.05)], speed).command.speed_mps
        for _ in range(5):  # a tick of 50 ms
            speed += float(np.clip(passed - speed, -0.8 * 0.01, 0.8 * 0.01))
            x += speed * 0.01
    assert speed == pytest.approx(0.0, abs=0.01)
    assert 0.30 <= person - x - HULL.half_length_m <= 0.60


def test_the_arc_is_seen_as_the_body_sees_it() -> None:
    """A quarter turn round a circle of one metre brings the point at (1, 1) to the origin."""
    bx, by = seen_from_arc(
        np.array([1.0]), np.array([1.0]), Command(1.0, 1.0), np.array([math.pi / 2])
    )
    assert bx[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert by[0, 0] == pytest.approx(0.0, abs=1e-12)

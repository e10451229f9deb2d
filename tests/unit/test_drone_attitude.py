"""Directions between MAVLink's axes and ROS's."""

from __future__ import annotations

import math

import pytest

from comms.contracts.place import Enu
from drone.attitude import enu_yaw, flu_in_enu, from_euler, looking_at


def turned(
    q: tuple[float, float, float, float], v: tuple[float, float, float]
) -> tuple[float, float, float]:
    w, x, y, z = q
    r = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    east, north, up = (sum(a * b for a, b in zip(row, v, strict=True)) for row in r)
    return east, north, up


@pytest.mark.parametrize(
    ("yaw_deg", "forward"),
    [(0, (0, 1, 0)), (90, (1, 0, 0)), (180, (0, -1, 0)), (270, (-1, 0, 0))],
)
def test_a_compass_yaw_turns_the_nose_the_right_way(
    yaw_deg: float, forward: tuple[float, float, float]
) -> None:
    q = flu_in_enu(from_euler(0, 0, math.radians(yaw_deg)))
    assert turned(q, (1, 0, 0)) == pytest.approx(forward, abs=1e-9)
    assert turned(q, (0, 0, 1)) == pytest.approx((0, 0, 1), abs=1e-9)


def test_nose_up_is_up_and_right_wing_down_is_down() -> None:
    q = flu_in_enu(from_euler(math.radians(10), math.radians(20), 0))
    assert turned(q, (1, 0, 0))[2] == pytest.approx(math.sin(math.radians(20)))
    assert turned(q, (0, -1, 0))[2] < 0


def test_a_compass_yaw_becomes_an_enu_yaw() -> None:
    assert enu_yaw(0) == pytest.approx(math.pi / 2)
    assert enu_yaw(math.pi / 2) == pytest.approx(0)


def test_a_camera_looks_at_its_target_with_a_level_horizon() -> None:
    eye, target = Enu(10, 20, 30), Enu(40, -20, 0)
    q = looking_at(eye, target, 0.0)
    want = [(t - e) / math.dist(eye, target) for e, t in zip(eye, target, strict=True)]
    assert turned(q, (1, 0, 0)) == pytest.approx(want, abs=1e-9)
    assert turned(q, (0, 1, 0))[2] == pytest.approx(0, abs=1e-9)


def test_a_camera_straight_above_its_target_looks_down() -> None:
    q = looking_at(Enu(0, 0, 30), Enu(0, 0, 0), 1.0)
    assert turned(q, (1, 0, 0)) == pytest.approx((0, 0, -1), abs=1e-9)

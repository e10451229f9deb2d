"""The few turns that the simulation computes with: quaternions as (w, x, y, z), angles in rad, axes
of REP-103."""

from __future__ import annotations

import math
from typing import Any

Quaternion = tuple[float, float, float, float]


def of(message: Any) -> Quaternion:
    """From a gazebo.msgs.Quaternion or geometry_msgs/Quaternion."""
    return (message.w, message.x, message.y, message.z)


def about_z(yaw: float) -> Quaternion:
    return (math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2))


def product(a: Quaternion, b: Quaternion) -> Quaternion:
    """First `b`, then `a`."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def inverse(q: Quaternion) -> Quaternion:
    return (q[0], -q[1], -q[2], -q[3])


def yaw_of(q: Quaternion) -> float:
    w, x, y, z = q
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def pitch_of(q: Quaternion) -> float:
    """Nose down positive."""
    w, x, y, z = q
    return math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))


def roll_of(q: Quaternion) -> float:
    w, x, y, z = q
    return math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))


def turn_about_z(q: Quaternion) -> float:
    """The angle of a turn that is about z alone, -pi..pi."""
    return math.remainder(2 * math.atan2(q[3], q[0]), math.tau)


def rotate_inverse(q: Quaternion, vector: tuple[float, float, float]) -> tuple[float, float, float]:
    """A vector of the world in the axes of the body whose attitude is `q`."""
    turned = product(product(inverse(q), (0.0, *vector)), q)
    return turned[1], turned[2], turned[3]

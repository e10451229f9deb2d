"""Three-vectors and quaternions as plain tuples, for loops that run 400 times a second.

numpy costs about a microsecond per call on three numbers; floats in tuples keep the whole
controller at a few per cent of a core. Quaternions are (w, x, y, z) and turn body FLU vectors into
world ENU.
"""

from __future__ import annotations

import math

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


def clamp(value: float, low: float, high: float) -> float:
    """`value`, kept within `low` and `high`."""
    return low if value < low else high if value > high else value


def wrap_angle(angle_rad: float) -> float:
    """The same direction within (-pi, pi], rad."""
    return math.atan2(math.sin(angle_rad), math.cos(angle_rad))


def distance(a: Vector, b: Vector) -> float:
    """Straight distance between two points, in their unit."""
    return math.dist(a, b)


def horizontal_distance(a: Vector, b: Vector) -> float:
    """Distance between two points seen from above, in their unit."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def quaternion_from_euler(roll_rad: float, pitch_rad: float, yaw_rad: float) -> Quaternion:
    """Body FLU to world ENU from the z-y-x angles, rad."""
    cr, sr = math.cos(roll_rad / 2), math.sin(roll_rad / 2)
    cp, sp = math.cos(pitch_rad / 2), math.sin(pitch_rad / 2)
    cy, sy = math.cos(yaw_rad / 2), math.sin(yaw_rad / 2)
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )


def euler_from_quaternion(q: Quaternion) -> Vector:
    """(roll, pitch, yaw), rad, z-y-x order."""
    w, x, y, z = q
    roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = math.asin(clamp(2 * (w * y - z * x), -1.0, 1.0))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return roll, pitch, yaw


def yaw_of(q: Quaternion) -> float:
    """Heading of the body's x axis, ENU yaw, rad."""
    w, x, y, z = q
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def tilt_of(q: Quaternion) -> float:
    """Angle between the body's z axis and up, rad."""
    return math.acos(clamp(1 - 2 * (q[1] * q[1] + q[2] * q[2]), -1.0, 1.0))


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """Hamilton product a * b."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def integrate_rates(q: Quaternion, rates: Vector, dt_s: float) -> Quaternion:
    """`q` after turning at body `rates` (rad/s) for `dt_s`, normalised."""
    h = dt_s / 2
    w, x, y, z = multiply(q, (1.0, rates[0] * h, rates[1] * h, rates[2] * h))
    n = math.sqrt(w * w + x * x + y * y + z * z)
    return w / n, x / n, y / n, z / n


def rates_between(before: Quaternion, after: Quaternion, dt_s: float) -> Vector:
    """Body rates (rad/s) that turn `before` into `after` in `dt_s`; small angles.

    Used in place of the gyroscope where that one repeats samples (Gazebo's IMU races with physics).
    """
    aw, ax, ay, az = before
    bw, bx, by, bz = after
    sign = 1.0 if aw * bw + ax * bx + ay * by + az * bz >= 0 else -1.0
    k = sign * 2.0 / dt_s
    return (
        k * (aw * bx - ax * bw - ay * bz + az * by),
        k * (aw * by + ax * bz - ay * bw - az * bx),
        k * (aw * bz - ax * by + ay * bx - az * bw),
    )

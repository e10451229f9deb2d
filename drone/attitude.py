"""Directions of the airframe and the camera in ROS's axes: FLU bodies against the ENU map
(REP-103).

MAVLink speaks of FRD bodies against NED. Quaternions are (w, x, y, z) and turn body vectors into
the outer frame.
"""

from __future__ import annotations

import math

from comms.contracts.place import Enu

Quaternion = tuple[float, float, float, float]

_R = math.sqrt(0.5)
#: NED axes in ENU: a half turn about the diagonal of east and north.
_ENU_OF_NED: Quaternion = (0.0, _R, _R, 0.0)
#: FLU axes in FRD: a half turn about forward.
_FRD_OF_FLU: Quaternion = (0.0, 1.0, 0.0, 0.0)


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """Hamilton product: first `b`, then `a`."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def from_euler(roll: float, pitch: float, yaw: float) -> Quaternion:
    """Rotation yaw, then pitch, then roll about the moving axes z, y, x (rad)."""
    cr, sr = math.cos(roll / 2), math.sin(roll / 2)
    cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
    cy, sy = math.cos(yaw / 2), math.sin(yaw / 2)
    return (
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    )


def flu_in_enu(frd_in_ned: Quaternion) -> Quaternion:
    """The same direction in ROS's axes, with w >= 0."""
    q = multiply(multiply(_ENU_OF_NED, frd_in_ned), _FRD_OF_FLU)
    norm = math.sqrt(sum(x * x for x in q)) or 1.0
    sign = -1.0 if q[0] < 0 else 1.0
    return (sign * q[0] / norm, sign * q[1] / norm, sign * q[2] / norm, sign * q[3] / norm)


def ahead(flu_in_enu: Quaternion) -> tuple[float, float, float]:
    """The axis along which a body looks: east, north and up, of length 1."""
    w, x, y, z = flu_in_enu
    return (1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y))


def enu_yaw(ned_yaw: float) -> float:
    """A compass yaw (rad, clockwise from north) as ENU yaw, within ±pi."""
    return math.remainder(math.pi / 2 - ned_yaw, math.tau)


def looking_at(eye: Enu, target: Enu, yaw_if_upright: float) -> Quaternion:
    """A level camera (FLU) at `eye` that looks at `target` (map m), horizon level.

    Straight down has no yaw of its own: `yaw_if_upright` (ENU rad) is taken then.
    """
    east, north = target.east_m - eye.east_m, target.north_m - eye.north_m
    run = math.hypot(east, north)
    yaw = math.atan2(north, east) if run > 0.3 else yaw_if_upright
    down = math.atan2(eye.up_m - target.up_m, run)
    return from_euler(0.0, down, yaw)

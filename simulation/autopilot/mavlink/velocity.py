"""SET_POSITION_TARGET_LOCAL_NED as a velocity: the one kind of setpoint that is taken."""

from __future__ import annotations

import math

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.vectors import Vector, wrap_angle
from simulation.autopilot.mavlink.motion_messages import Message

_NO_VELOCITY = (
    mav.POSITION_TARGET_TYPEMASK_VX_IGNORE
    | mav.POSITION_TARGET_TYPEMASK_VY_IGNORE
    | mav.POSITION_TARGET_TYPEMASK_VZ_IGNORE
)


def velocity_of(message: Message) -> tuple[Vector, float | None] | None:
    """(world ENU m/s, ENU yaw or None); None where the message wants something else."""
    mask = message.type_mask
    velocity = (message.vy, message.vx, -message.vz)
    if message.coordinate_frame != mav.MAV_FRAME_LOCAL_NED or mask & _NO_VELOCITY:
        return None
    if not all(math.isfinite(part) for part in velocity):
        return None
    if mask & mav.POSITION_TARGET_TYPEMASK_YAW_IGNORE or not math.isfinite(message.yaw):
        return velocity, None
    return velocity, wrap_angle(math.pi / 2 - message.yaw)

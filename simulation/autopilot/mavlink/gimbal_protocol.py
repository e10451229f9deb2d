"""Gimbal protocol version 2 with the autopilot as manager of its own mount (device id 1).

It answers a few seconds after power-on only; until then a ground station finds no gimbal, as it
does with a real one.
"""

from __future__ import annotations

import math

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.gimbal.pointing import PITCH_MAX_RAD, PITCH_MIN_RAD
from simulation.autopilot.mavlink.motion_messages import Message, milliseconds
from simulation.autopilot.vehicle import Vehicle

DEVICE_ID = 1
_DEVICE_CAPS = (
    mav.GIMBAL_DEVICE_CAP_FLAGS_HAS_NEUTRAL
    | mav.GIMBAL_DEVICE_CAP_FLAGS_HAS_PITCH_AXIS
    | mav.GIMBAL_DEVICE_CAP_FLAGS_HAS_PITCH_LOCK
    | mav.GIMBAL_DEVICE_CAP_FLAGS_HAS_YAW_FOLLOW
)
_MANAGER_CAPS = _DEVICE_CAPS | mav.GIMBAL_MANAGER_CAP_FLAGS_CAN_POINT_LOCATION_GLOBAL
_FLAGS = mav.GIMBAL_DEVICE_FLAGS_ROLL_LOCK | mav.GIMBAL_DEVICE_FLAGS_PITCH_LOCK
_IN_VEHICLE_FRAME = mav.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME


def _ready(vehicle: Vehicle) -> bool:
    return vehicle.estimator.age_s >= vehicle.config.boot.payload_s


def manager_information(vehicle: Vehicle) -> Message | None:
    if not _ready(vehicle):
        return None
    return mav.MAVLink_gimbal_manager_information_message(
        milliseconds(vehicle), _MANAGER_CAPS, DEVICE_ID, 0, 0, PITCH_MIN_RAD, PITCH_MAX_RAD, 0, 0
    )


def device_information(vehicle: Vehicle) -> Message | None:
    if not _ready(vehicle):
        return None
    return mav.MAVLink_gimbal_device_information_message(
        milliseconds(vehicle),
        b"Simulated",
        b"two-axis mount",
        b"",
        0x00010000,
        0,
        0,
        _DEVICE_CAPS,
        0,
        0.0,
        0.0,
        PITCH_MIN_RAD,
        PITCH_MAX_RAD,
        0.0,
        0.0,
        DEVICE_ID,
    )


def manager_status(vehicle: Vehicle) -> Message | None:
    if not _ready(vehicle):
        return None
    system, component = vehicle.gimbal.controller
    return mav.MAVLink_gimbal_manager_status_message(
        milliseconds(vehicle), _FLAGS, DEVICE_ID, system, component, 0, 0
    )


def device_attitude(vehicle: Vehicle) -> Message | None:
    if not _ready(vehicle):
        return None
    half = vehicle.gimbal.pitch_rad / 2
    heading = math.remainder(math.pi / 2 - vehicle.now.yaw_rad, 2 * math.pi)
    return mav.MAVLink_gimbal_device_attitude_status_message(
        0,
        0,
        milliseconds(vehicle),
        _FLAGS | _IN_VEHICLE_FRAME,
        [math.cos(half), 0.0, math.sin(half), 0.0],
        math.nan,
        math.nan,
        math.nan,
        0,
        heading,
        math.nan,
        DEVICE_ID,
    )

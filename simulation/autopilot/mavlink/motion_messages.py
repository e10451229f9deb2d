"""Telemetry about motion: position, velocity, attitude, home, as MAVLink wants them (NED, FRD,
degrees 1e7).

Each builder returns None while the real autopilot would not send that message.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.vectors import (
    Quaternion,
    Vector,
    euler_from_quaternion,
    quaternion_from_euler,
)
from simulation.autopilot.vehicle import Vehicle

Message: TypeAlias = mav.MAVLink_message


def milliseconds(vehicle: Vehicle) -> int:
    """Since power-on, as MAVLink's time_boot_ms."""
    return int(vehicle.estimator.age_s * 1000) & 0xFFFFFFFF


def frd_attitude(vehicle: Vehicle) -> tuple[Vector, Vector]:
    """((roll, pitch, yaw) rad of FRD against NED, FRD rates rad/s)."""
    assert vehicle.state is not None
    roll, pitch, yaw = euler_from_quaternion(vehicle.state.attitude)
    p, q, r = vehicle.state.rates_radps
    heading = math.remainder(math.pi / 2 - yaw, 2 * math.pi)
    return (roll, -pitch, heading), (p, -q, -r)


def attitude(vehicle: Vehicle) -> Message:
    (roll, pitch, yaw), rates = frd_attitude(vehicle)
    return mav.MAVLink_attitude_message(milliseconds(vehicle), roll, pitch, yaw, *rates)


def attitude_quaternion(vehicle: Vehicle) -> Message:
    angles, rates = frd_attitude(vehicle)
    q: Quaternion = quaternion_from_euler(*angles)
    return mav.MAVLink_attitude_quaternion_message(milliseconds(vehicle), *q, *rates)


def local_position(vehicle: Vehicle) -> Message | None:
    if not vehicle.estimator.position_ok:
        return None
    east, north, up = vehicle.now.position_m
    ve, vn, vu = vehicle.now.velocity_mps
    return mav.MAVLink_local_position_ned_message(
        milliseconds(vehicle), north, east, -up, vn, ve, -vu
    )


def global_position(vehicle: Vehicle) -> Message | None:
    if not vehicle.estimator.position_ok:
        return None
    point = vehicle.frame.to_geo(*vehicle.now.position_m)
    ve, vn, vu = vehicle.now.velocity_mps
    heading = math.degrees(math.pi / 2 - vehicle.now.yaw_rad) % 360
    return mav.MAVLink_global_position_int_message(
        milliseconds(vehicle),
        round(point.latitude_deg * 1e7),
        round(point.longitude_deg * 1e7),
        round((point.altitude_m or 0.0) * 1e3),
        round(vehicle.height_m * 1e3),
        _short(vn * 100),
        _short(ve * 100),
        _short(-vu * 100),
        int(heading * 100) % 36000,
    )


def gps_raw(vehicle: Vehicle) -> Message | None:
    assert vehicle.state is not None
    estimator = vehicle.estimator
    time_us = milliseconds(vehicle) * 1000
    if not estimator.has_fix:
        return mav.MAVLink_gps_raw_int_message(
            time_us, 1, 0, 0, 0, 65535, 65535, 65535, 65535, estimator.satellites
        )
    point = vehicle.frame.to_geo(*estimator.raw_position_of(vehicle.state))
    ve, vn, _ = vehicle.now.velocity_mps
    speed = math.hypot(ve, vn)
    course = math.degrees(math.atan2(ve, vn)) % 360
    altitude_mm = round((point.altitude_m or 0.0) * 1e3)
    hdop = int(estimator.hdop * 100)
    accuracy_mm = int(estimator.hdop * 900)
    return mav.MAVLink_gps_raw_int_message(
        time_us,
        mav.GPS_FIX_TYPE_3D_FIX,
        round(point.latitude_deg * 1e7),
        round(point.longitude_deg * 1e7),
        altitude_mm,
        hdop,
        int(hdop * 1.4),
        int(speed * 100),
        int(course * 100),
        estimator.satellites,
        altitude_mm,
        accuracy_mm,
        int(accuracy_mm * 1.4),
        300,
        0,
    )


def vfr_hud(vehicle: Vehicle) -> Message:
    ve, vn, vu = vehicle.now.velocity_mps
    speed = math.hypot(ve, vn)
    heading = int(math.degrees(math.pi / 2 - vehicle.now.yaw_rad) % 360)
    throttle = int(min(100.0, 50 * vehicle.thrust_part)) if vehicle.now.armed else 0
    altitude = (vehicle.frame.origin.altitude_m or 0.0) + vehicle.now.position_m[2]
    return mav.MAVLink_vfr_hud_message(speed, speed, heading, throttle, altitude, vu)


def altitude(vehicle: Vehicle) -> Message | None:
    if not vehicle.estimator.position_ok:
        return None
    up = vehicle.now.position_m[2]
    amsl = (vehicle.frame.origin.altitude_m or 0.0) + up
    return mav.MAVLink_altitude_message(
        milliseconds(vehicle) * 1000, amsl, amsl, up, vehicle.height_m, math.nan, math.nan
    )


def home_position(vehicle: Vehicle) -> Message | None:
    home = vehicle.home_geo()
    if home is None or vehicle.now.home_m is None:
        return None
    east, north, up = vehicle.now.home_m
    return mav.MAVLink_home_position_message(
        round(home.latitude_deg * 1e7),
        round(home.longitude_deg * 1e7),
        round((home.altitude_m or 0.0) * 1e3),
        north,
        east,
        -up,
        [1.0, 0.0, 0.0, 0.0],
        0.0,
        0.0,
        0.0,
        milliseconds(vehicle) * 1000,
    )


def _short(value: float) -> int:
    return max(-32768, min(32767, round(value)))

"""Status messages as ArduCopter fills them, where that differs from PX4.

Sensor bits from `GCS::update_sensor_status_flags` and `GCS_Copter`; the count in MISSION_CURRENT
leaves out item 0, which is home.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pymavlink.dialects.v20 import ardupilotmega
from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.modes import Mode
from simulation.autopilot.vehicle import Vehicle

_INERTIAL = (
    mav.MAV_SYS_STATUS_SENSOR_3D_GYRO
    | mav.MAV_SYS_STATUS_SENSOR_3D_ACCEL
    | mav.MAV_SYS_STATUS_SENSOR_3D_MAG
    | mav.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE
)
_CONTROL = (
    mav.MAV_SYS_STATUS_SENSOR_ANGULAR_RATE_CONTROL
    | mav.MAV_SYS_STATUS_SENSOR_ATTITUDE_STABILIZATION
    | mav.MAV_SYS_STATUS_SENSOR_YAW_POSITION
    | mav.MAV_SYS_STATUS_SENSOR_MOTOR_OUTPUTS
    | mav.MAV_SYS_STATUS_SENSOR_BATTERY
    | mav.MAV_SYS_STATUS_LOGGING
)
_HEIGHT = mav.MAV_SYS_STATUS_SENSOR_Z_ALTITUDE_CONTROL
_PLACE = _HEIGHT | mav.MAV_SYS_STATUS_SENSOR_XY_POSITION_CONTROL
_READINESS = (
    mav.MAV_SYS_STATUS_SENSOR_GPS | mav.MAV_SYS_STATUS_AHRS | mav.MAV_SYS_STATUS_PREARM_CHECK
)


def sys_status(vehicle: Vehicle) -> Message:
    estimator, battery, now = vehicle.estimator, vehicle.battery, vehicle.now
    commander = vehicle.commander
    kept = {Mode.MANUAL: 0, Mode.ALTITUDE: _HEIGHT}.get(commander.mode, _PLACE)
    present = _INERTIAL | _CONTROL | _PLACE | _READINESS
    enabled = _INERTIAL | _CONTROL | kept | _READINESS
    health = _CONTROL | kept
    if estimator.sensors_ok:
        health |= _INERTIAL
    if estimator.position_ok:
        health |= mav.MAV_SYS_STATUS_AHRS
    if estimator.has_fix and estimator.age_s >= vehicle.config.boot.armable_s:
        health |= mav.MAV_SYS_STATUS_SENSOR_GPS
    if now.armed or commander.arming_problem() is None:
        health |= mav.MAV_SYS_STATUS_PREARM_CHECK
    if now.figures.fence_acts:
        fence = mav.MAV_SYS_STATUS_GEOFENCE
        present, enabled = present | fence, enabled | fence
        health |= 0 if commander.fence().violated(now.position_m) else fence
    return mav.MAVLink_sys_status_message(
        present,
        enabled,
        health,
        120,
        int(battery.cell_v * battery.cells * 1000),
        int(battery.current_a * 100),
        round(battery.part * 100),
        0,
        0,
        0,
        0,
        0,
        0,
    )


def mission_current(vehicle: Vehicle) -> Message:
    commander = vehicle.commander
    total = max(0, len(vehicle.plan.mission) - 1)
    if total == 0:
        state = mav.MISSION_STATE_NO_MISSION
    elif commander.mission_finished:
        state = mav.MISSION_STATE_COMPLETE
    elif commander.mode is Mode.MISSION and vehicle.now.armed:
        state = mav.MISSION_STATE_ACTIVE
    else:
        started = commander.mission_index > 0
        state = mav.MISSION_STATE_PAUSED if started else mav.MISSION_STATE_NOT_STARTED
    in_auto = 1 if commander.mode is Mode.MISSION else 2
    return mav.MAVLink_mission_current_message(commander.mission_index, total, state, in_auto)


def wind(vehicle: Vehicle) -> Message | None:
    """Where it comes from and how fast, of ArduPilot's own dialect."""
    air = vehicle.wind_mps
    if air is None:
        return None
    source = math.degrees(math.atan2(-air[0], -air[1]))
    return ardupilotmega.MAVLink_wind_message(source, math.hypot(*air), 0.0)


COPTER_BUILDERS: dict[int, Callable[[Vehicle], Message | None]] = {
    mav.MAVLINK_MSG_ID_SYS_STATUS: sys_status,
    mav.MAVLINK_MSG_ID_MISSION_CURRENT: mission_current,
    ardupilotmega.MAVLINK_MSG_ID_WIND: wind,
}

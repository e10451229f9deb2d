"""Telemetry about the vehicle's state: heartbeat, health, battery, landed state, mission progress,
version."""

from __future__ import annotations

import time

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.motion_messages import Message, milliseconds
from simulation.autopilot.modes import Landed, Mode
from simulation.autopilot.vehicle import Vehicle

_LANDED = {
    Landed.ON_GROUND: mav.MAV_LANDED_STATE_ON_GROUND,
    Landed.TAKING_OFF: mav.MAV_LANDED_STATE_TAKEOFF,
    Landed.IN_AIR: mav.MAV_LANDED_STATE_IN_AIR,
    Landed.LANDING: mav.MAV_LANDED_STATE_LANDING,
}
_INERTIAL = (
    mav.MAV_SYS_STATUS_SENSOR_3D_GYRO
    | mav.MAV_SYS_STATUS_SENSOR_3D_ACCEL
    | mav.MAV_SYS_STATUS_SENSOR_3D_MAG
    | mav.MAV_SYS_STATUS_SENSOR_ABSOLUTE_PRESSURE
)
_ALWAYS = (
    mav.MAV_SYS_STATUS_SENSOR_MOTOR_OUTPUTS
    | mav.MAV_SYS_STATUS_SENSOR_BATTERY
    | mav.MAV_SYS_STATUS_GEOFENCE
)


def heartbeat(vehicle: Vehicle) -> Message:
    commander = vehicle.commander
    base, custom = vehicle.profile.heartbeat(commander.mode, vehicle.now.armed)
    status = mav.MAV_STATE_STANDBY
    if not vehicle.estimator.sensors_ok:
        status = mav.MAV_STATE_BOOT
    elif vehicle.now.armed:
        status = mav.MAV_STATE_ACTIVE
    return mav.MAVLink_heartbeat_message(
        mav.MAV_TYPE_QUADROTOR, vehicle.profile.mav_autopilot, base, custom, status, 3
    )


def sys_status(vehicle: Vehicle) -> Message:
    estimator, battery = vehicle.estimator, vehicle.battery
    present = (
        _INERTIAL
        | _ALWAYS
        | mav.MAV_SYS_STATUS_SENSOR_GPS
        | mav.MAV_SYS_STATUS_AHRS
        | mav.MAV_SYS_STATUS_PREARM_CHECK
    )
    health = _ALWAYS
    if estimator.sensors_ok:
        health |= _INERTIAL
    if estimator.position_ok:
        health |= mav.MAV_SYS_STATUS_SENSOR_GPS | mav.MAV_SYS_STATUS_AHRS
    if vehicle.commander.arming_problem() is None:
        health |= mav.MAV_SYS_STATUS_PREARM_CHECK
    return mav.MAVLink_sys_status_message(
        present,
        present,
        health,
        350,
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


def battery_status(vehicle: Vehicle) -> Message:
    battery, f = vehicle.battery, vehicle.now.figures
    charge = mav.MAV_BATTERY_CHARGE_STATE_OK
    if battery.part < f.battery_emergency:
        charge = mav.MAV_BATTERY_CHARGE_STATE_EMERGENCY
    elif battery.part < f.battery_critical:
        charge = mav.MAV_BATTERY_CHARGE_STATE_CRITICAL
    elif battery.part < f.battery_low:
        charge = mav.MAV_BATTERY_CHARGE_STATE_LOW
    cells = [int(battery.cell_v * 1000)] * min(battery.cells, 10)
    return mav.MAVLink_battery_status_message(
        0,
        mav.MAV_BATTERY_FUNCTION_ALL,
        mav.MAV_BATTERY_TYPE_LIPO,
        2500,
        cells + [65535] * (10 - len(cells)),
        int(battery.current_a * 100),
        int(battery.consumed_mah),
        int(battery.consumed_wh * 36),
        round(battery.part * 100),
        min(int(battery.time_left_s), 2**31 - 1),
        charge,
    )


def extended_state(vehicle: Vehicle) -> Message:
    return mav.MAVLink_extended_sys_state_message(
        mav.MAV_VTOL_STATE_UNDEFINED, _LANDED[vehicle.commander.landed]
    )


def mission_current(vehicle: Vehicle) -> Message:
    commander, total = vehicle.commander, len(vehicle.plan.mission)
    if total == 0:
        state = mav.MISSION_STATE_NO_MISSION
    elif commander.mission_finished:
        state = mav.MISSION_STATE_COMPLETE
    elif commander.mode is Mode.MISSION:
        state = mav.MISSION_STATE_ACTIVE
    else:
        started = commander.mission_index > 0
        state = mav.MISSION_STATE_PAUSED if started else mav.MISSION_STATE_NOT_STARTED
    return mav.MAVLink_mission_current_message(
        commander.mission_index,
        total,
        state,
        1 if commander.mode is Mode.MISSION else 2,
    )


def estimator_status(vehicle: Vehicle) -> Message:
    good = vehicle.estimator.position_ok
    flags = 0x33F if good else 0x1
    accuracy = vehicle.estimator.hdop * 0.9
    return mav.MAVLink_estimator_status_message(
        milliseconds(vehicle) * 1000, flags, 0.1, 0.1, 0.1, 0.1, 0.0, 0.0, accuracy, accuracy * 1.4
    )


def wind_cov(vehicle: Vehicle) -> Message | None:
    """North and east, as PX4 fills it."""
    wind = vehicle.wind_mps
    if wind is None:
        return None
    return mav.MAVLink_wind_cov_message(
        milliseconds(vehicle) * 1000, wind[1], wind[0], 0.0, 0.3, 0.0, 0.0, 0.5, 0.0
    )


def system_time(vehicle: Vehicle) -> Message:
    return mav.MAVLink_system_time_message(int(time.time() * 1e6), milliseconds(vehicle))


def autopilot_version(vehicle: Vehicle) -> Message:
    profile = vehicle.profile
    return mav.MAVLink_autopilot_version_message(
        profile.capabilities,
        profile.flight_sw_version,
        profile.flight_sw_version,
        0,
        0,
        list(profile.custom_version.ljust(8, b"\0")),
        [0] * 8,
        [0] * 8,
        profile.vendor_id,
        profile.product_id,
        vehicle.config.system_id,
        [0] * 18,
    )

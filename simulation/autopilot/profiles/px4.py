"""PX4 as it shows itself over MAVLink: custom mode numbers, results, capabilities, first streams.

Numbers from PX4's `px4_custom_mode` (main mode in bits 16-23, sub mode in bits 24-31).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.commander.commander import Commander
from simulation.autopilot.commander.failsafe import Failsafes
from simulation.autopilot.modes import Mode, Verdict
from simulation.autopilot.profiles.figures import Figures
from simulation.autopilot.profiles.parameters import Parameters
from simulation.autopilot.profiles.px4_parameters import PX4_PARAMETERS

_NUMBERS: dict[Mode, tuple[int, int]] = {
    Mode.MANUAL: (1, 0),
    Mode.ALTITUDE: (2, 0),
    Mode.POSITION: (3, 0),
    Mode.ORBIT: (3, 1),
    Mode.TAKEOFF: (4, 2),
    Mode.HOLD: (4, 3),
    Mode.MISSION: (4, 4),
    Mode.RETURN: (4, 5),
    Mode.LAND: (4, 6),
    Mode.OFFBOARD: (6, 0),
}
_MODES = {numbers: mode for mode, numbers in _NUMBERS.items()}
_MANUAL_MODES = (Mode.MANUAL, Mode.ALTITUDE, Mode.POSITION)
RESULTS = {
    Verdict.ACCEPTED: mav.MAV_RESULT_ACCEPTED,
    Verdict.TEMPORARILY_REJECTED: mav.MAV_RESULT_TEMPORARILY_REJECTED,
    Verdict.DENIED: mav.MAV_RESULT_DENIED,
    Verdict.UNSUPPORTED: mav.MAV_RESULT_UNSUPPORTED,
    Verdict.FAILED: mav.MAV_RESULT_FAILED,
}


class Px4Profile:
    """See `Profile`."""

    name = "px4"
    mav_autopilot = mav.MAV_AUTOPILOT_PX4
    flight_sw_version = 0x010F00FF  # 1.15.0, release
    unsupported: frozenset[int] = frozenset()
    first_item_is_home = False
    faults_are_parameters = False
    custom_version = b""
    vendor_id, product_id = 0x26AC, 0x0010
    unknown_message = Verdict.UNSUPPORTED
    commander = Commander
    failsafes = Failsafes
    capabilities = (
        mav.MAV_PROTOCOL_CAPABILITY_MISSION_INT
        | mav.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
        | mav.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
        | mav.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
        | mav.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE
        | mav.MAV_PROTOCOL_CAPABILITY_MAVLINK2
    )
    parameters: Mapping[str, float | int] = MappingProxyType(PX4_PARAMETERS)
    streams: Mapping[int, float] = MappingProxyType(
        {
            mav.MAVLINK_MSG_ID_SYS_STATUS: 2.0,
            mav.MAVLINK_MSG_ID_SYSTEM_TIME: 1.0,
            mav.MAVLINK_MSG_ID_GPS_RAW_INT: 5.0,
            mav.MAVLINK_MSG_ID_ATTITUDE: 20.0,
            mav.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: 20.0,
            mav.MAVLINK_MSG_ID_LOCAL_POSITION_NED: 10.0,
            mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: 10.0,
            mav.MAVLINK_MSG_ID_MISSION_CURRENT: 1.0,
            mav.MAVLINK_MSG_ID_VFR_HUD: 4.0,
            mav.MAVLINK_MSG_ID_ALTITUDE: 4.0,
            mav.MAVLINK_MSG_ID_BATTERY_STATUS: 0.5,
            mav.MAVLINK_MSG_ID_ESTIMATOR_STATUS: 1.0,
            mav.MAVLINK_MSG_ID_HOME_POSITION: 0.5,
            mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: 2.0,
            mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: 5.0,
            mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: 0.5,
        }
    )

    def figures(self, parameters: Parameters) -> Figures:
        p = parameters
        return Figures(
            cruise_mps=p["MPC_XY_CRUISE"],
            speed_max_mps=p["MPC_XY_VEL_MAX"],
            climb_mps=p["MPC_Z_V_AUTO_UP"],
            descend_mps=p["MPC_Z_V_AUTO_DN"],
            takeoff_mps=p["MPC_TKO_SPEED"],
            takeoff_height_m=p["MIS_TAKEOFF_ALT"],
            spool_s=p["COM_SPOOLUP_TIME"],
            ramp_s=p["MPC_TKO_RAMP_T"] / 3,
            arming_delay_s=0.0,
            land_fast_mps=p["MPC_Z_V_AUTO_DN"],
            land_slow_mps=p["MPC_LAND_SPEED"],
            land_high_m=p["MPC_LAND_ALT1"],
            land_low_m=p["MPC_LAND_ALT2"],
            acceptance_m=p["NAV_ACC_RAD"],
            acceptance_up_m=p["NAV_MC_ALT_RAD"],
            battery_low=p["BAT_LOW_THR"],
            battery_critical=p["BAT_CRIT_THR"],
            battery_emergency=p["BAT_EMERGEN_THR"],
            fence_acts=p["GF_ACTION"] > 0,
            fence_radius_m=p["GF_MAX_HOR_DIST"],
            fence_height_m=p["GF_MAX_VER_DIST"],
        )

    def heartbeat(self, mode: Mode, armed: bool) -> tuple[int, int]:
        main, sub = _NUMBERS[mode]
        base = mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED | mav.MAV_MODE_FLAG_STABILIZE_ENABLED
        if mode in _MANUAL_MODES:
            base |= mav.MAV_MODE_FLAG_MANUAL_INPUT_ENABLED
        else:
            base |= mav.MAV_MODE_FLAG_AUTO_ENABLED | mav.MAV_MODE_FLAG_GUIDED_ENABLED
        if armed:
            base |= mav.MAV_MODE_FLAG_SAFETY_ARMED
        return base, (main << 16) | (sub << 24)

    def mode_from_command(self, base_mode: int, main: int, sub: int) -> Mode | None:
        if not base_mode & mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED:
            return None
        return _MODES.get((main, sub)) or (Mode.HOLD if (main, sub) == (4, 0) else None)

    def mode_from_custom(self, custom_mode: int) -> Mode | None:
        return _MODES.get(((custom_mode >> 16) & 0xFF, (custom_mode >> 24) & 0xFF))

    def result(self, verdict: Verdict) -> int:
        return int(RESULTS[verdict])

    def encode(self, name: str, value: float | int) -> tuple[float, int]:
        """Whole numbers travel as the bits of a float."""
        if isinstance(value, int):
            return struct.unpack("<f", struct.pack("<i", value))[0], mav.MAV_PARAM_TYPE_INT32
        return value, mav.MAV_PARAM_TYPE_REAL32

    def decode(self, wire: float, kind: int, old: float | int) -> float | int:
        if kind == mav.MAV_PARAM_TYPE_REAL32:
            return wire
        return int(struct.unpack("<i", struct.pack("<f", wire))[0])

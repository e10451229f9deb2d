"""ArduCopter as it shows itself over MAVLink: mode numbers, results, capabilities, and no streams.

Numbers from ArduCopter 4.5 (`Mode::Number`), capabilities from `GCS_MAVLINK_Copter::capabilities`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.commander.commander import Commander
from simulation.autopilot.commander.copter import CopterCommander
from simulation.autopilot.commander.copter_failsafe import CopterFailsafes
from simulation.autopilot.commander.failsafe import Failsafes
from simulation.autopilot.modes import Mode, Verdict
from simulation.autopilot.profiles.ardupilot_parameters import ARDUPILOT_PARAMETERS, WIDER
from simulation.autopilot.profiles.figures import Figures
from simulation.autopilot.profiles.parameters import Parameters
from simulation.autopilot.profiles.px4 import RESULTS

_NUMBERS: dict[Mode, int] = {
    Mode.MANUAL: 0,
    Mode.ALTITUDE: 2,
    Mode.MISSION: 3,
    Mode.GUIDED: 4,
    Mode.POSITION: 5,
    Mode.RETURN: 6,
    Mode.ORBIT: 7,
    Mode.LAND: 9,
    Mode.BRAKE: 17,
}
_MODES = {number: mode for mode, number in _NUMBERS.items()}
_PLACED = (Mode.MISSION, Mode.GUIDED, Mode.POSITION, Mode.RETURN, Mode.LAND, Mode.BRAKE, Mode.ORBIT)
_SMALL, _WIDE, _LONG = (
    mav.MAV_PARAM_TYPE_INT8,
    mav.MAV_PARAM_TYPE_INT16,
    mav.MAV_PARAM_TYPE_INT32,
)


class ArduPilotProfile:
    """See `Profile`."""

    name = "ardupilot"
    mav_autopilot = mav.MAV_AUTOPILOT_ARDUPILOTMEGA
    flight_sw_version = 0x040507FF  # 4.5.7, release
    custom_version = b"00000000"  # a real one writes its commit here, as text
    vendor_id, product_id = 0, 0
    unknown_message = Verdict.FAILED
    first_item_is_home = True
    faults_are_parameters = True
    capabilities = (
        mav.MAV_PROTOCOL_CAPABILITY_MISSION_FLOAT
        | mav.MAV_PROTOCOL_CAPABILITY_PARAM_FLOAT
        | mav.MAV_PROTOCOL_CAPABILITY_MISSION_INT
        | mav.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
        | mav.MAV_PROTOCOL_CAPABILITY_SET_POSITION_TARGET_LOCAL_NED
        | mav.MAV_PROTOCOL_CAPABILITY_SET_POSITION_TARGET_GLOBAL_INT
        | mav.MAV_PROTOCOL_CAPABILITY_MAVLINK2
        | mav.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
        | mav.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
    )
    parameters: Mapping[str, float | int] = MappingProxyType(ARDUPILOT_PARAMETERS)
    streams: Mapping[int, float] = MappingProxyType({})
    unsupported = frozenset(
        (
            mav.MAVLINK_MSG_ID_ALTITUDE,
            mav.MAVLINK_MSG_ID_ESTIMATOR_STATUS,
            mav.MAVLINK_MSG_ID_WIND_COV,
        )
    )
    commander: type[Commander] = CopterCommander
    failsafes: type[Failsafes] = CopterFailsafes

    def figures(self, parameters: Parameters) -> Figures:
        p = parameters
        down, low = p["WPNAV_SPEED_DN"] / 100, p["LAND_ALT_LOW"] / 100
        fence, kinds = p["FENCE_ENABLE"] > 0, int(p["FENCE_TYPE"])
        return Figures(
            cruise_mps=p["WPNAV_SPEED"] / 100,
            speed_max_mps=20.0,
            climb_mps=p["WPNAV_SPEED_UP"] / 100,
            descend_mps=down,
            takeoff_mps=p["WPNAV_SPEED_UP"] / 100,
            takeoff_height_m=1.0,
            spool_s=p["MOT_SPOOL_TIME"],
            ramp_s=1.0,
            arming_delay_s=2.0,
            land_fast_mps=p["LAND_SPEED_HIGH"] / 100 or down,
            land_slow_mps=p["LAND_SPEED"] / 100,
            land_high_m=1.2 * low,
            land_low_m=low,
            acceptance_m=p["WPNAV_RADIUS"] / 100,
            acceptance_up_m=p["WPNAV_RADIUS"] / 100,
            battery_low=p["BATT_LOW_MAH"] / max(p["BATT_CAPACITY"], 1.0),
            battery_critical=p["BATT_CRT_MAH"] / max(p["BATT_CAPACITY"], 1.0),
            battery_emergency=0.0,
            fence_acts=fence,
            fence_radius_m=p["FENCE_RADIUS"] if fence and kinds & 2 else 0.0,
            fence_height_m=p["FENCE_ALT_MAX"] if fence and kinds & 1 else 0.0,
        )

    def heartbeat(self, mode: Mode, armed: bool) -> tuple[int, int]:
        base = (
            mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
            | mav.MAV_MODE_FLAG_STABILIZE_ENABLED
            | mav.MAV_MODE_FLAG_MANUAL_INPUT_ENABLED
        )
        if mode in _PLACED:
            base |= mav.MAV_MODE_FLAG_GUIDED_ENABLED
        if armed:
            base |= mav.MAV_MODE_FLAG_SAFETY_ARMED
        return base, _NUMBERS[mode]

    def mode_from_command(self, base_mode: int, main: int, sub: int) -> Mode | None:
        custom = base_mode & mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        return _MODES.get(main) if custom else None

    def mode_from_custom(self, custom_mode: int) -> Mode | None:
        return _MODES.get(custom_mode)

    def result(self, verdict: Verdict) -> int:
        return int(RESULTS[verdict])

    def encode(self, name: str, value: float | int) -> tuple[float, int]:
        """Every value travels as a float of that value (`GCS_MAVLINK::send_parameter_value`)."""
        if not isinstance(value, int):
            return value, mav.MAV_PARAM_TYPE_REAL32
        kinds = {8: _SMALL, 16: _WIDE, 32: _LONG}
        return float(value), kinds[WIDER.get(name, 8)]

    def decode(self, wire: float, kind: int, old: float | int) -> float | int:
        return round(wire) if isinstance(old, int) else wire

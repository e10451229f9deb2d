"""A fake transmitter of remote identification beside the autopilot, and how each make heeds it.

The transmitter (a component of its own, as ArduRemoteID is) tells each second whether it has heard
what it must broadcast. ArduCopter with DID_ENABLE and DID_OPTIONS bit 0 does not arm without a
vehicle's number, the operator's place, SYSTEM within 3 s and the transmitter's yes
(`AP_OpenDroneID::pre_arm_check`); PX4 with COM_ARM_ODID 2 looks only at the transmitter's
heartbeat (`openDroneIDCheck`), and tells the vehicle's number itself.
"""

from __future__ import annotations

import time

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.config import RemoteIdFake
from simulation.autopilot.profiles.parameters import Parameters

COMPONENT = mav.MAV_COMP_ID_ODID_TXRX_1
_SYSTEM_AGE_S, _OTHERS_AGE_S, _TOLD_EVERY_S = 3.0, 22.0, 1.0
_ENFORCED = 2  # COM_ARM_ODID
_ENFORCE_ARMING = 1  # DID_OPTIONS, bit 0
#: What ArduRemoteID calls a message that it has not heard.
_NAMES = {
    "OPEN_DRONE_ID_BASIC_ID": "ID",
    "OPEN_DRONE_ID_SELF_ID": "SELF_ID",
    "OPEN_DRONE_ID_OPERATOR_ID": "OP_ID",
    "OPEN_DRONE_ID_SYSTEM": "SYS",
}


class RemoteId:
    """Times are monotonic wall seconds, as the ground station's are."""

    def __init__(self, fake: RemoteIdFake, parameters: Parameters, is_copter: bool) -> None:
        self._fake, self._parameters, self._is_copter = fake, parameters, is_copter
        self._heard: dict[str, tuple[mav.MAVLink_message, float]] = {}
        self._told_s = -1e9
        self._began_s: float | None = None

    def handle(self, message: mav.MAVLink_message, now_s: float) -> None:
        """What a ground station tells."""
        self._heard[message.get_type()] = (message, now_s)

    def due(self, now_s: float) -> list[mav.MAVLink_message]:
        """The transmitter's own messages, to be sent as COMPONENT."""
        self._began_s = now_s if self._began_s is None else self._began_s
        silent_s = self._fake.silent_after_s
        if not self._fake.transmitter or now_s - self._told_s < _TOLD_EVERY_S:
            return []
        if silent_s and now_s - self._began_s > silent_s:
            return []
        self._told_s = now_s
        error = self._transmitter_problem(now_s)
        state = mav.MAV_STATE_CRITICAL if error else mav.MAV_STATE_ACTIVE
        status = (
            mav.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC
            if error
            else mav.MAV_ODID_ARM_STATUS_GOOD_TO_ARM
        )
        return [
            mav.MAVLink_heartbeat_message(
                mav.MAV_TYPE_ODID, mav.MAV_AUTOPILOT_INVALID, 0, 0, state, 3
            ),
            mav.MAVLink_open_drone_id_arm_status_message(status, error.encode("ascii")[:50]),
        ]

    def arming_problem(self) -> str | None:
        """Why the autopilot does not arm, in its words."""
        now_s = time.monotonic()
        problem = self._transmitter_problem(now_s)
        if not self._is_copter:
            if self._parameters["COM_ARM_ODID"] != _ENFORCED:
                return None
            if not self._fake.transmitter:
                return "Open Drone ID system missing"
            return "Open Drone ID system not ready" if problem else None
        enabled = self._parameters["DID_ENABLE"] > 0
        if not enabled or not int(self._parameters["DID_OPTIONS"]) & _ENFORCE_ARMING:
            return None
        why = self._copter_problem(now_s) or problem
        return f"OpenDroneID: {why}" if why else None

    def _copter_problem(self, now_s: float) -> str:
        basic, system = (
            self._heard.get(f"OPEN_DRONE_ID_{name}") for name in ("BASIC_ID", "SYSTEM")
        )
        if basic is None or basic[0].id_type == mav.MAV_ODID_ID_TYPE_NONE:
            return "UA_TYPE required in BasicID"
        if system is None or not (system[0].operator_latitude or system[0].operator_longitude):
            return "operator location must be set"
        if not self._fake.transmitter:
            return "ARM_STATUS not available"
        return "SYSTEM not available" if now_s - system[1] > _SYSTEM_AGE_S else ""

    def _transmitter_problem(self, now_s: float) -> str:
        if self._fake.error:
            return self._fake.error
        missing = [
            short
            for name, short in _NAMES.items()
            if name not in self._heard or now_s - self._heard[name][1] > _OTHERS_AGE_S
        ]
        if not self._is_copter and "ID" in missing:
            missing.remove("ID")  # PX4 makes it of its own number
        return f"missing {' '.join(missing)}" if missing else ""

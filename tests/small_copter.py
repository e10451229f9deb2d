"""A FAKE ArduCopter over MAVLink, only as much as link tests need: modes, parameters, a height.

Where it hurts it behaves as the real one: it sends nothing but heartbeats until rates are asked
for, does not answer parameters that it does not have, keeps its return height in centimetres as a
whole number, and sinks in Loiter while the throttle stick is at its bottom.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mav

AUTO, GUIDED, LOITER, RTL = 3, 4, 5, 6
SINKS_MPS = 2.5
_STEP_S = 0.02


class SmallCopter:
    """Flies at 30 m in AUTO and talks to udp:127.0.0.1:`port` until `close`."""

    def __init__(self, port: int, parameters: dict[str, float | int]) -> None:
        self.mode, self.height_m = AUTO, 30.0
        self.modes = [AUTO]
        self.parameters = parameters
        self.setpoints: list[tuple[float, Any]] = []  # (monotonic s, message)
        self._rates: dict[int, float] = {}
        self._due: dict[int, float] = {}
        self._link: Any = mavutil.mavlink_connection(
            f"udpout:127.0.0.1:{port}", source_system=7, source_component=1,
            dialect="ardupilotmega",
        )  # fmt: skip
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copter", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(2.0)
        self._link.close()

    def _run(self) -> None:
        beat = 0.0
        while not self._closed.wait(_STEP_S):
            now = time.monotonic()
            if self.mode == LOITER:
                self.height_m = max(0.0, self.height_m - SINKS_MPS * _STEP_S)
            while (message := self._link.recv_match(blocking=False)) is not None:
                self._take(message)
            if now - beat >= 1.0:
                beat = now
                self._heartbeat()
            for number, period_s in self._rates.items():
                if now >= self._due.get(number, 0.0):
                    self._due[number] = now + period_s
                    self._tell(number)

    def _heartbeat(self) -> None:
        base = mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED | mav.MAV_MODE_FLAG_SAFETY_ARMED
        self._link.mav.heartbeat_send(
            mav.MAV_TYPE_QUADROTOR, mav.MAV_AUTOPILOT_ARDUPILOTMEGA, base, self.mode,
            mav.MAV_STATE_ACTIVE,
        )  # fmt: skip

    def _tell(self, number: int) -> None:
        if number == mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT:
            sinks = int(SINKS_MPS * 100) if self.mode == LOITER and self.height_m > 0 else 0
            self._link.mav.global_position_int_send(
                0, 298680000, 1216150000, 35000, int(self.height_m * 1000), 0, 0, sinks, 0
            )
        elif number == mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE:
            self._link.mav.extended_sys_state_send(0, mav.MAV_LANDED_STATE_IN_AIR)

    def _take(self, message: Any) -> None:
        kind = message.get_type()
        if kind == "COMMAND_LONG":
            self._link.mav.command_ack_send(
                message.command, self._do(message), 0, 0, message.get_srcSystem(),
                message.get_srcComponent(),
            )  # fmt: skip
        elif kind == "SET_POSITION_TARGET_LOCAL_NED":
            self.setpoints.append((time.monotonic(), message))
        elif kind in ("PARAM_REQUEST_READ", "PARAM_SET"):
            name = message.param_id
            if name not in self.parameters:
                return  # a real one keeps silent, too
            whole = isinstance(self.parameters[name], int)
            if kind == "PARAM_SET":
                value = message.param_value
                self.parameters[name] = int(value) if whole else float(value)
            self._link.mav.param_value_send(
                name.encode(), float(self.parameters[name]),
                mav.MAV_PARAM_TYPE_INT32 if whole else mav.MAV_PARAM_TYPE_REAL32, 1, 0,
            )  # fmt: skip

    def _do(self, message: Any) -> int:
        if message.command == mav.MAV_CMD_SET_MESSAGE_INTERVAL:
            self._rates[int(message.param1)] = message.param2 * 1e-6
        elif message.command == mav.MAV_CMD_DO_SET_MODE:
            self.mode = int(message.param2)
            self.modes.append(self.mode)
            self._heartbeat()
        else:
            return int(mav.MAV_RESULT_UNSUPPORTED)
        return int(mav.MAV_RESULT_ACCEPTED)

"""Another ground station on the same vehicle, by pymavlink: it sets parameters and faults, changes
modes and missions, and hears what the vehicle says. It sends no heartbeats unless asked, so that
the vehicle's link to us is the only one it misses."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from pymavlink import mavutil
from pymavlink.dialects.v20 import common as mav

LAND = {"px4": (4, 6), "ardupilot": (9, 0)}
RETURN = {"px4": (4, 5), "ardupilot": (6, 0)}


class SecondStation:
    """`make` is the profile's name. Close it after use."""

    def __init__(self, port: int, make: str) -> None:
        self.make = make
        self.texts: list[str] = []
        self._link = mavutil.mavlink_connection(f"udpin:127.0.0.1:{port}", source_system=250)

    def hear(self) -> None:
        """Take what has come; call now and then."""
        while (message := self._link.recv_msg()) is not None:
            if message.get_type() == "STATUSTEXT":
                self.texts.append(message.text)

    def until(self, what: Callable[[], object], timeout_s: float, name: str) -> None:
        end = time.monotonic() + timeout_s
        while not what():
            assert time.monotonic() < end, f"{name}; it said {self.texts[-5:]}"
            self.hear()
            time.sleep(0.02)

    @property
    def mode(self) -> tuple[int, int]:
        """(main, sub) of PX4, (number, 0) of ArduCopter; (-1, 0) before its first heartbeat."""
        self.hear()
        beat = self._link.messages.get("HEARTBEAT")
        if beat is None:
            return -1, 0
        custom = int(beat.custom_mode)
        px4 = (custom >> 16) & 0xFF, (custom >> 24) & 0xFF
        return px4 if self.make == "px4" else (custom, 0)

    @property
    def is_armed(self) -> bool:
        self.hear()
        beat = self._link.messages.get("HEARTBEAT")
        return beat is not None and bool(beat.base_mode & mav.MAV_MODE_FLAG_SAFETY_ARMED)

    def set(self, name: str, value: float, *, is_whole: bool = False) -> None:
        """Set a parameter, until the vehicle tells that it has it."""
        wire, kind = value, mav.MAV_PARAM_TYPE_REAL32
        if is_whole and self.make == "px4":
            wire = struct.unpack("<f", struct.pack("<i", int(value)))[0]
            kind = mav.MAV_PARAM_TYPE_INT32
        self._link.messages.pop("PARAM_VALUE", None)

        def told() -> bool:
            answer = self._link.messages.get("PARAM_VALUE")
            if answer is not None and answer.param_id == name:
                return True
            self._link.mav.param_set_send(1, 1, name.encode(), wire, kind)
            time.sleep(0.05)
            return False

        self.until(told, 5, f"{name} to be set")

    def command(self, number: int, *params: float) -> None:
        """Send it, until it is accepted."""
        values = [*params, *[0.0] * (7 - len(params))]
        self._link.messages.pop("COMMAND_ACK", None)

        def accepted() -> bool:
            ack = self._link.messages.get("COMMAND_ACK")
            if ack is not None and ack.command == number:
                assert ack.result == 0, f"command {number}: result {ack.result}"
                return True
            self._link.mav.command_long_send(1, 1, number, 0, *values)
            time.sleep(0.05)
            return False

        self.until(accepted, 5, f"command {number} to be accepted")

    def put_mission(self, places: list[tuple[float, float]], height_m: float) -> None:
        """Replace the mission on board by waypoints (degrees)."""
        items = places if self.make == "px4" else [places[0], *places]
        self.hear()
        for old in ("MISSION_ACK", "MISSION_REQUEST_INT", "MISSION_REQUEST"):
            self._link.messages.pop(old, None)
        self._link.mav.mission_count_send(1, 1, len(items), 0)
        sent = -1

        def done() -> bool:
            nonlocal sent
            for kind in ("MISSION_REQUEST_INT", "MISSION_REQUEST"):
                asked = self._link.messages.pop(kind, None)
                if asked is not None:
                    sent = asked.seq
                    latitude, longitude = items[sent]
                    self._link.mav.mission_item_int_send(
                        *(1, 1, sent, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT),
                        *(mav.MAV_CMD_NAV_WAYPOINT, 0, 1, 0, 0, 0, float("nan")),
                        *(round(latitude * 1e7), round(longitude * 1e7), height_m, 0),
                    )
            return self._link.messages.get("MISSION_ACK") is not None

        self.until(done, 5, "its mission to be taken")

    # ------------------------------------------------------------------ faults, as in both SITLs

    def lose_satellites(self, lost: bool) -> None:
        if self.make == "px4":
            self._inject(mav.FAILURE_UNIT_SENSOR_GPS, 1 if lost else 0)
        else:
            self.set("SIM_GPS_DISABLE", float(lost), is_whole=True)

    def shift_satellites(self, shifted: bool) -> None:
        """30 m to the north, or back."""
        if self.make == "px4":
            self._inject(mav.FAILURE_UNIT_SENSOR_GPS, 4 if shifted else 0)
        else:
            self.set("SIM_GPS_GLITCH_X", 30.0 / 111_319.5 if shifted else 0.0)

    def fail_motor(self, number: int) -> None:
        """0: well again."""
        if self.make == "px4":
            self._inject(mav.FAILURE_UNIT_SYSTEM_MOTOR, 1 if number else 0, number)
        else:
            self.set("SIM_ENGINE_MUL", 0.95)
            self.set("SIM_ENGINE_FAIL", float(1 << number >> 1), is_whole=True)

    def narrow_fence(self, radius_m: float) -> None:
        """A circle around home; 0: as it was."""
        if self.make == "px4":
            self.set("GF_MAX_HOR_DIST", radius_m)
        else:
            self.set("FENCE_RADIUS", radius_m or 300.0)
            self.set("FENCE_TYPE", 7.0 if radius_m else 5.0, is_whole=True)

    def _inject(self, unit: int, kind: int, instance: int = 0) -> None:
        self.set("SYS_FAILURE_EN", 1, is_whole=True)
        self.command(mav.MAV_CMD_INJECT_FAILURE, unit, kind, instance)

    def close(self) -> None:
        self._link.close()

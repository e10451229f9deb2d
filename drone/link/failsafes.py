"""The autopilot's own failsafes: what they must be, set where they differ, and read back.

They act when this process, its computer or the radio is gone, so they are looked at when the
vehicle is met and every half minute while it stands disarmed; a flight in the air is left alone.

| lost | PX4 | ArduCopter |
|---|---|---|
| ground station | NAV_DLL_ACT, COM_DL_LOSS_T | FS_GCS_ENABLE, FS_GCS_TIMEOUT, FS_OPTIONS bit 1 |
| battery | COM_LOW_BAT_ACT 3, BAT_CRIT_THR, BAT_EMERGEN_THR | BATT_FS_LOW_ACT 2, BATT_LOW_MAH, |
| | | BATT_FS_CRT_ACT 1, BATT_CRT_MAH, of BATT_CAPACITY |
| fence | GF_ACTION 3 | FENCE_ACTION: `fence_switch` |
| position | always descends | FS_EKF_ACTION 1, or 3 |

ArduCopter heeds the heartbeat of one ground station only, SYSID_MYGCS (newer: MAV_GCS_SYSID), 255
by default; ours is 255 therefore (`connection`), and that they agree is looked at, not set: who is
its ground station also decides whose joystick it obeys. Names and values from PX4's and ArduPilot's
parameter references.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mavsdk.exceptions import MavsdkError

from drone.link.effect import short
from drone.link.failsafe_config import FailsafeConfig
from drone.link.parameters import keep, read
from drone.link.state import FailsafeState
from drone.missions.encoding import Firmware

#: Our own system id, the one that ArduCopter's default looks for.
GROUND_STATION_ID = 255
_PX4_LINK = {"none": 0, "hold": 1, "return": 2, "land": 3}
_COPTER_LINK = {"none": 0, "return": 1, "land": 5, "hold": 7}
_PX4_LONGEST_S, _COPTER_LONGEST_S = 300.0, 120.0
_CONTINUE_AUTO_ON_GCS_LOSS = 2  # bit of FS_OPTIONS


@dataclass(frozen=True)
class Setting:
    """One parameter as it must be; `also` are values that are as good. `optional`: a version that
    does not have it is right without."""

    name: str
    value: float
    is_whole: bool = True
    also: tuple[float, ...] = ()
    optional: bool = False

    def is_right(self, has: float) -> bool:
        close = 0.01 * abs(self.value) + 1e-4
        return abs(has - self.value) <= close or has in self.also


class Failsafes:
    """Of one vehicle, through MAVSDK's Param plugin."""

    def __init__(self, param: Any, config: FailsafeConfig) -> None:
        self._param = param
        self._config = config

    async def look(self, firmware: Firmware, may_set: bool) -> FailsafeState:
        """Read each, set what differs if that is wished and `may_set`, and read it back."""
        may_set = may_set and self._config.handling == "set"
        wrong: list[str] = []
        changed: list[str] = []
        try:
            settings = await self._settings(firmware, wrong)
        except MavsdkError as error:
            return FailsafeState((f"its parameters cannot be read: {short(error)}",))
        for setting in settings:
            try:
                has = await read(self._param, setting.name, is_whole=setting.is_whole)
                if not setting.is_right(has) and may_set:
                    changed.append(f"{setting.name} {has:g} -> {setting.value:g}")
                    has = await keep(
                        self._param, setting.name, setting.value, is_whole=setting.is_whole
                    )
            except MavsdkError as error:
                if not (setting.optional and _is_missing(error)):
                    wrong.append(f"{setting.name}: {short(error)}")
                continue
            if not setting.is_right(has):
                wrong.append(f"{setting.name} is {has:g} instead of {setting.value:g}")
        return FailsafeState(tuple(wrong), tuple(changed), self._words(firmware))

    async def _settings(self, firmware: Firmware, wrong: list[str]) -> list[Setting]:
        if firmware is Firmware.PX4:
            return list(self._of_px4())
        if firmware is not Firmware.ARDUPILOT:
            wrong.append("this make's are not known")
            return []
        station = await self._ground_station()
        if station != GROUND_STATION_ID:
            wrong.append(f"it heeds ground station {station:g}, and this one is 255")
        capacity = await read(self._param, "BATT_CAPACITY", is_whole=True)
        options = int(await read(self._param, "FS_OPTIONS", is_whole=True))
        return list(self._of_copter(capacity, options))

    def _of_px4(self) -> Iterator[Setting]:
        c = self._config
        yield Setting("NAV_DLL_ACT", _PX4_LINK[c.link_loss])
        yield Setting("COM_DL_LOSS_T", float(round(min(c.link_loss_after_s, _PX4_LONGEST_S))))
        yield Setting("COM_LOW_BAT_ACT", 3)
        yield Setting("BAT_CRIT_THR", c.low_battery_fraction, is_whole=False)
        yield Setting("BAT_EMERGEN_THR", c.empty_battery_fraction, is_whole=False)
        if c.set_fence_action:
            yield Setting("GF_ACTION", 3)

    def _of_copter(self, capacity_mah: float, options: int) -> Iterator[Setting]:
        c = self._config
        yield Setting("FS_GCS_ENABLE", _COPTER_LINK[c.link_loss])
        wait_s = min(c.link_loss_after_s, _COPTER_LONGEST_S)
        yield Setting("FS_GCS_TIMEOUT", wait_s, is_whole=False, optional=True)
        if c.link_loss != "none":
            yield Setting("FS_OPTIONS", options & ~_CONTINUE_AUTO_ON_GCS_LOSS)
        low, empty = c.low_battery_fraction, c.empty_battery_fraction
        yield Setting("BATT_LOW_MAH", low * capacity_mah, is_whole=False)
        yield Setting("BATT_FS_LOW_ACT", 2)
        yield Setting("BATT_CRT_MAH", empty * capacity_mah, is_whole=False)
        yield Setting("BATT_FS_CRT_ACT", 1)
        yield Setting("FS_EKF_ACTION", 1, also=(3.0,))

    async def _ground_station(self) -> float:
        try:
            return await read(self._param, "SYSID_MYGCS", is_whole=True)
        except MavsdkError as error:
            if not _is_missing(error):
                raise
        return await read(self._param, "MAV_GCS_SYSID", is_whole=True)

    def _words(self, firmware: Firmware) -> str:
        c = self._config
        longest = _COPTER_LONGEST_S if firmware is Firmware.ARDUPILOT else _PX4_LONGEST_S
        after = min(c.link_loss_after_s, longest)
        return (
            f"link lost for {after:.0f} s: {c.link_loss}; battery below "
            f"{c.low_battery_fraction:.0%}: return, below {c.empty_battery_fraction:.0%}: land"
        )


def _is_missing(error: MavsdkError) -> bool:
    """What an autopilot does not have it does not answer, or says so (PARAM_ERROR)."""
    return short(error) in ("timeout", "does not exist")

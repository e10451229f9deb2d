"""Flying by velocities that we give, ten times a second: PX4's offboard, ArduCopter's guided.

Each setpoint is one SET_POSITION_TARGET_LOCAL_NED of our own, not MAVSDK's offboard plugin: that
one repeats the last velocity from a native thread for as long as the process lives, also when
whoever gives them hangs. Here silence is silence, and the autopilot's own rule ends the flight by
velocities: PX4 leaves offboard after COM_OF_LOSS_T (1 s), ArduCopter stops after GUID_TIMEOUT
(3 s).

Velocity and yaw together (type mask 0x9C7) are taken by both in the same frame, without a
parameter changed. LANDING_TARGET would need PLND_ENABLED and PLND_TYPE set on ArduCopter, and a
landing type of its own on PX4, and each then descends by its own rules and retries.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from mavsdk.exceptions import MavsdkError

from drone.errors import OrderError
from drone.link.direct import DirectCommands
from drone.link.state import Mode, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.encoding import Firmware

PERIOD_S = 0.1
_DO_SET_MODE, _CUSTOM_MODE_ENABLED = 176, 1.0
_PX4_OFFBOARD, _COPTER_GUIDED = 6.0, 4.0
_LOCAL_NED = 1
_VELOCITY_AND_YAW = 0x9C7
#: PX4 wants more than two setpoints a second for a second before it changes to offboard.
_STREAM_FIRST_S = 1.2
#: The mode is told once a second.
_MODE_WITHIN_S, _TRIES = 2.5, 3


class Guidance:
    """Velocities for one vehicle. Methods raise OrderError with one sentence."""

    def __init__(self, system: Any, view: VehicleView, texts: StatusTexts) -> None:
        self._commands = DirectCommands(system)
        self._view, self._texts = view, texts
        self._started = time.monotonic()

    @property
    def is_flown(self) -> bool:
        """Whether the vehicle does what it is given here, by its last heartbeat."""
        return self._view.mode.fresh() is Mode.GUIDED

    async def begin(self, yaw: float) -> None:
        """Stand still by velocity, with compass yaw `yaw` (rad); any mode before it ends."""
        asked = time.monotonic()
        await self._stand(yaw, _STREAM_FIRST_S)
        for _ in range(_TRIES):
            await self._ask()
            end = time.monotonic() + _MODE_WITHIN_S
            while time.monotonic() < end:
                await self._stand(yaw, PERIOD_S)
                if self.is_flown:
                    return
        words = self._texts.reason_since(asked)
        raise OrderError(
            "the vehicle does not take velocities" + (f': it says "{words}"' if words else "")
        )

    async def give(self, east_mps: float, north_mps: float, up_mps: float, yaw: float) -> None:
        """One setpoint (m/s; compass yaw, rad). A packet that cannot be sent is as good as lost."""
        values = (east_mps, north_mps, up_mps, yaw)
        if not all(math.isfinite(value) for value in values):
            raise OrderError(f"a velocity of {values} cannot be flown")
        fields = {
            "time_boot_ms": round((time.monotonic() - self._started) * 1000),
            "coordinate_frame": _LOCAL_NED,
            "type_mask": _VELOCITY_AND_YAW,
            **dict.fromkeys(("x", "y", "z", "afx", "afy", "afz", "yaw_rate"), 0.0),
            **{"vx": north_mps, "vy": east_mps, "vz": -up_mps, "yaw": yaw},
        }
        try:
            await self._commands.send("SET_POSITION_TARGET_LOCAL_NED", fields)
        except MavsdkError:
            return  # the next one comes in a tenth of a second

    async def _stand(self, yaw: float, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            await self.give(0.0, 0.0, 0.0, yaw)
            await asyncio.sleep(PERIOD_S)
            if time.monotonic() >= end:
                return

    async def _ask(self) -> None:
        copter = self._view.firmware is Firmware.ARDUPILOT
        mode = _COPTER_GUIDED if copter else _PX4_OFFBOARD
        # refused or unanswered, it is given again: the mode that is seen counts
        await self._commands.is_accepted(_DO_SET_MODE, _CUSTOM_MODE_ENABLED, mode)

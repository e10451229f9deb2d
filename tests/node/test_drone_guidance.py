"""Flying by velocities over the real link: PX4's offboard flown, ArduCopter's guided as it comes
over the wire.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.errors import OrderError
from drone.link.connection import Vehicle
from drone.link.guidance import PERIOD_S, Guidance
from drone.link.state import Mode
from drone.missions.encoding import Firmware
from tests.drone_bench import autopilot, free_udp_port

GUIDED, LOCAL_NED, VELOCITY_AND_YAW = 4, 1, 0x9C7


async def give(guidance: Guidance, seconds: float, east: float, north: float, up: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await guidance.give(east, north, up, 0.3)
        await asyncio.sleep(PERIOD_S)


async def until(what: Callable[[], object], seconds: float) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - began


def test_px4_flies_the_velocities_and_holds_by_itself_when_they_end(tmp_path: Path) -> None:
    async def fly(vehicle: Vehicle) -> None:
        view = vehicle.view
        link = asyncio.create_task(vehicle.run())
        try:
            await until(lambda: view.health.last is not None and view.health.last.armable, 20)
            assert vehicle.actions is not None
            assert vehicle.guidance is not None
            await vehicle.actions.prepare(5.0, None)
            await vehicle.actions.arm()
            await vehicle.actions.take_off(5.0)
            await vehicle.guidance.begin(0.3)
            assert view.mode.fresh() is Mode.GUIDED
            await give(vehicle.guidance, 5.0, 0.8, -0.4, 0.3)
            told = view.velocity.fresh()
            assert told is not None
            assert (told.east, told.north, told.up) == pytest.approx((0.8, -0.4, 0.3), abs=0.12)
            assert view.attitude.last is not None
            assert view.attitude.last.yaw == pytest.approx(0.3, abs=0.1)
            # whoever gave them is dead: nothing repeats the last one
            await until(lambda: view.mode.fresh() is Mode.HOLD, 4)
            await until(lambda: vehicle.actions.speed_mps() < 0.2, 4)
        finally:
            link.cancel()
            await asyncio.wait([link])

    port = free_udp_port()
    with autopilot(port, tmp_path / "autopilot.log", "--speedup", "1"):
        asyncio.run(fly(Vehicle(f"udpin://127.0.0.1:{port}")))


class GuidedCopter:
    """A FAKE ArduCopter that takes modes and notes the setpoints that come."""

    def __init__(self, port: int) -> None:
        self.modes = [3]
        self.setpoints: list[Any] = []
        self._link: Any = mavutil.mavlink_connection(
            f"udpout:127.0.0.1:{port}", source_system=7, source_component=1
        )
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(2.0)
        self._link.close()

    def _run(self) -> None:
        beat = 0.0
        while not self._closed.wait(0.02):
            if time.monotonic() - beat >= 0.5:
                beat = time.monotonic()
                self._link.mav.heartbeat_send(
                    *(mav.MAV_TYPE_QUADROTOR, mav.MAV_AUTOPILOT_ARDUPILOTMEGA),
                    *(mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED, self.modes[-1]),
                    mav.MAV_STATE_ACTIVE,
                )
            while (message := self._link.recv_match(blocking=False)) is not None:
                self._take(message)

    def _take(self, message: Any) -> None:
        kind = message.get_type()
        if kind == "SET_POSITION_TARGET_LOCAL_NED":
            self.setpoints.append(message)
        elif kind == "COMMAND_LONG":
            if message.command == mav.MAV_CMD_DO_SET_MODE:
                self.modes.append(int(message.param2))
            sender = message.get_srcSystem(), message.get_srcComponent()
            self._link.mav.command_ack_send(message.command, 0, 0, 0, *sender)


def test_arducopter_is_given_guided_and_velocities_in_the_local_frame() -> None:
    async def guide(vehicle: Vehicle, copter: GuidedCopter) -> None:
        link = asyncio.create_task(vehicle.run())
        try:
            await until(lambda: vehicle.view.firmware is Firmware.ARDUPILOT, 15)
            guidance = vehicle.guidance
            assert guidance is not None
            await guidance.begin(0.3)
            assert copter.modes[-1] == GUIDED
            copter.setpoints.clear()
            await give(guidance, 2.0, 1.0, 2.0, 0.5)
            await asyncio.sleep(0.3)
            count = len(copter.setpoints)
            assert count >= 16  # ten a second
            message = copter.setpoints[-1]
            assert message.coordinate_frame == LOCAL_NED
            assert message.type_mask == VELOCITY_AND_YAW
            assert (message.vx, message.vy, message.vz) == (2.0, 1.0, -0.5)
            assert message.yaw == pytest.approx(0.3)
            with pytest.raises(OrderError, match="cannot be flown"):
                await guidance.give(math.nan, 0.0, 0.0, 0.0)
            await asyncio.sleep(1.0)
            assert len(copter.setpoints) == count  # silence is silence
        finally:
            link.cancel()
            await asyncio.wait([link])

    port = free_udp_port()
    copter = GuidedCopter(port)
    try:
        asyncio.run(guide(Vehicle(f"udpin://127.0.0.1:{port}"), copter))
    finally:
        copter.close()

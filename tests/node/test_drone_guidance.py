"""Flying by velocities over the real link: PX4's offboard flown, ArduCopter's guided as it comes
over the wire.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drone.errors import OrderError
from drone.link.connection import Vehicle
from drone.link.guidance import PERIOD_S, Guidance
from drone.link.state import Mode
from tests.drone_bench import autopilot, free_udp_port
from tests.node.test_drone_arducopter import linked
from tests.small_copter import GUIDED

LOCAL_NED, VELOCITY_AND_YAW = 1, 0x9C7


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


def test_arducopter_is_given_guided_and_velocities_in_the_local_frame() -> None:
    with linked({}) as (copter, vehicle, thread):
        guidance = vehicle.guidance
        assert guidance is not None
        thread.submit(guidance.begin(0.3)).result(10)
        assert copter.modes[-1] == GUIDED
        copter.setpoints.clear()
        thread.submit(give(guidance, 2.0, 1.0, 2.0, 0.5)).result(10)
        time.sleep(0.3)
        assert len(copter.setpoints) >= 16  # ten a second
        message = copter.setpoints[-1][1]
        assert message.coordinate_frame == LOCAL_NED
        assert message.type_mask == VELOCITY_AND_YAW
        assert (message.vx, message.vy, message.vz) == (2.0, 1.0, -0.5)
        assert message.yaw == pytest.approx(0.3)
        count = len(copter.setpoints)
        time.sleep(1.0)
        assert len(copter.setpoints) == count  # silence is silence


def test_a_velocity_that_is_no_number_is_not_sent() -> None:
    with linked({}) as (copter, vehicle, thread):
        assert vehicle.guidance is not None
        with pytest.raises(OrderError, match="cannot be flown"):
            thread.submit(vehicle.guidance.give(math.nan, 0.0, 0.0, 0.0)).result(5)
        time.sleep(0.3)
        assert copter.setpoints == []

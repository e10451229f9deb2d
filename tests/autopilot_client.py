"""A ground station for tests of the simulated autopilot: MAVSDK and its newest telemetry."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.mission import MissionAsync
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from mavsdk.plugins.gimbal import ControlMode
from mavsdk.plugins.mission import MissionItem
from mavsdk.plugins.telemetry import LandedState

LATITUDE, LONGITUDE = 29.868, 121.615


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Seen:
    """The newest of each kind of telemetry, and all texts."""

    def __init__(self, system: Any) -> None:
        self.telemetry = TelemetryAsync(system)
        self.action, self.mission = ActionAsync(system), MissionAsync(system)
        self.last: dict[str, Any] = {}
        self.texts: list[str] = []
        self.system = system

    async def watch(self, name: str, stream: AsyncIterator[Any]) -> None:
        async for sample in stream:
            self.last[name] = sample
            if name == "status_text":
                self.texts.append(sample.text)

    async def until(self, what: Callable[[], bool], seconds: float) -> float:
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                if what():
                    return time.monotonic() - start
            except KeyError:  # nothing of that kind has come yet
                await asyncio.sleep(0.02)
                continue
            await asyncio.sleep(0.02)
        raise AssertionError(f"not within {seconds} s; texts {self.texts}; last {self.last}")

    async def ready(self) -> None:
        await self.until(
            lambda: self.last["health"].is_armable and self.last["health"].is_home_position_ok, 20
        )

    async def gimbal(self) -> tuple[GimbalAsync, int]:
        """The gimbal plugin and the first gimbal's id, once it is found; under our control."""
        gimbal, found = GimbalAsync(self.system), []

        async def lists() -> None:
            async for listed in gimbal.subscribe_gimbal_list():
                found.extend(listed.gimbals)

        task = asyncio.create_task(lists())
        await self.until(lambda: bool(found), 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        number = int(found[0].gimbal_id)
        await gimbal.take_control(number, ControlMode.PRIMARY)
        return gimbal, number

    async def fly(self, height_m: float) -> None:
        await self.ready()
        await self.action.set_takeoff_altitude(height_m)
        await self.action.arm()
        await self.action.takeoff()
        await self.until(lambda: self.last["landed_state"] == LandedState.IN_AIR, 20)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Seen]:
    names = ("health", "armed", "landed_state", "flight_mode", "status_text", "position", "home")
    configuration = Configuration.create_with_component_type(ComponentType.GROUND_STATION)
    async with Mavsdk(configuration) as client:
        await client.add_any_connection(f"udpin://127.0.0.1:{port}")
        system = await client.first_autopilot(20)
        assert system is not None
        seen = Seen(system)
        tasks = [
            asyncio.create_task(seen.watch(n, getattr(seen.telemetry, f"subscribe_{n}")()))
            for n in names
        ]
        progress = seen.mission.subscribe_mission_progress()
        tasks.append(asyncio.create_task(seen.watch("progress", progress)))
        try:
            yield seen
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def fly(port: int, test: Callable[[Seen], Awaitable[None]]) -> None:
    async def run() -> None:
        async with connected(port) as seen:
            await test(seen)

    asyncio.run(run())


def offset(
    north_m: float,
    east_m: float,
    latitude_deg: float = LATITUDE,
    longitude_deg: float = LONGITUDE,
) -> tuple[float, float]:
    """Latitude and longitude (degrees) of a place near another one."""
    east_deg = east_m / 111319.49 / math.cos(math.radians(latitude_deg))
    return latitude_deg + north_m / 111319.49, longitude_deg + east_deg


def waypoint(
    north_m: float,
    east_m: float,
    height_m: float = 10.0,
    latitude_deg: float = LATITUDE,
    longitude_deg: float = LONGITUDE,
) -> MissionItem:
    """A waypoint to stop at, relative to a place."""
    latitude, longitude = offset(north_m, east_m, latitude_deg, longitude_deg)
    return MissionItem(
        latitude_deg=latitude,
        longitude_deg=longitude,
        relative_altitude_m=height_m,
        speed_m_s=6.0,
        is_fly_through=False,
        acceptance_radius_m=2.0,
    )

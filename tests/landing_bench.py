"""Precision landings in the running Gazebo world: the product's link, estimator and steps against
the simulated autopilot over MAVLink, with the drone's camera; Gazebo's truth says where it stands.

Without ROS, so that a landing costs little more than its flight. `python -m tests.landing_bench`
flies a campaign and prints a table.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import DroneBody
from drone.landing.config import LandingConfig
from drone.landing.landing import PrecisionLanding
from drone.landing.outcome import Ended
from drone.landing.pictures import Picture
from drone.landing.sight import Optics
from drone.link.connection import Vehicle
from simulation.gazebo.messages import message_class
from simulation.gazebo.run_file import RunFile, wait_for_run_file
from simulation.gazebo.transport import GazeboTransport, Subscription
from tests.autopilot_client import free_port
from tests.gazebo_run import START_S, GazeboRun

SITE_FILE = Path(__file__).parents[1] / "launch" / "sites" / "ningbo_east.site.geojson"
SITE = read_site(SITE_FILE)
PAD = SITE.kiosks[0].pad
BODY = DroneBody()
CAMERA_TOPIC = "~/drone/gimbal_pitch/camera/image"
#: A flight begins beside the pad, as far off as a return by satellites may end (m).
OFF_MOST_M = 3.0


@dataclass(frozen=True)
class Landed:
    """One landing: how far Gazebo has the drone from the pad's middle, and how it went."""

    number: int
    off_m: float
    took_s: float
    lean_rad: float
    ended: Ended

    def row(self) -> str:
        lean_deg = math.degrees(self.lean_rad)
        figures = f"{self.number} | {self.off_m:.3f} | {self.took_s:.1f} | {lean_deg:.1f}"
        return f"| {figures} | {self.ended.outcome} | {self.ended.words} |"


class GazeboPictures:
    """The drone's camera straight from Gazebo's transport; `blind` lets none come."""

    def __init__(self, transport: GazeboTransport) -> None:
        self._transport = transport
        self._subscription: Subscription | None = None
        self._newest: Picture | None = None
        self._optics = Optics.of_camera(BODY.camera)
        self._number = 0
        self.blind = False

    def want(self, wanted: bool) -> None:
        if wanted and self._subscription is None:
            self._subscription = self._transport.subscribe(
                CAMERA_TOPIC, message_class("ImageStamped"), self._take
            )
        elif not wanted and self._subscription is not None:
            self._subscription.close()
            self._subscription, self._newest = None, None

    def newest(self) -> Picture | None:
        return self._newest

    def _take(self, message: Any) -> None:
        image = message.image
        if self.blind:
            return
        flat = np.frombuffer(image.data, np.uint8).reshape(image.height, image.width, 3)
        grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)
        self._number += 1
        self._newest = Picture(grey, self._optics, time.monotonic(), self._number)


class Truth:
    """Where Gazebo has the drone."""

    def __init__(self, file: RunFile) -> None:
        self.position = (math.nan, math.nan, math.nan)
        self.transport = GazeboTransport(file.port, file.world)
        poses = message_class("PosesStamped")
        self.transport.subscribe("~/pose/info", poses, self._take, max_hz=20)

    def _take(self, poses: Any) -> None:
        for pose in poses.pose:
            if pose.name == "drone":
                self.position = (pose.position.x, pose.position.y, pose.position.z)

    def off_m(self) -> float:
        """How far the drone is from the pad's middle, seen from above."""
        return math.dist(self.position[:2], PAD)

    def close(self) -> None:
        self.transport.close()


class LandingBench:
    """A world with wind, its autopilot, and the product's link to it."""

    def __init__(self, folder: Path, wind_mps: tuple[float, float], *options: str) -> None:
        self._run = GazeboRun(folder, SITE_FILE)
        self._wind = f"--wind={wind_mps[0]},{wind_mps[1]}"
        self._options = options
        self.frame = LocalFrame(SITE.origin)
        self.truth: Truth
        self.lean_rad = 0.0  # as it stood in the air beside the pad
        self.vehicle: Vehicle
        self.pictures: GazeboPictures

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LandingBench]:
        truth = None
        try:
            file = await asyncio.to_thread(self._start)
            self.truth = truth = Truth(file)
            self.pictures = GazeboPictures(truth.transport)
            self.vehicle = Vehicle(f"udpin://127.0.0.1:{self._autopilot()}")
            link = asyncio.create_task(self.vehicle.run())
            try:
                await self.until(lambda: self.vehicle.view.knows_itself, 30)
                yield self
            finally:
                link.cancel()
                await asyncio.wait([link])
        finally:
            if truth is not None:
                truth.close()
            await asyncio.to_thread(self._run.stop)

    def _start(self) -> RunFile:
        self._run.start(
            "gazebo_server",
            *("-m", "simulation.gazebo.server", "--site", str(SITE_FILE), self._wind),
            *("--walkers", "0", "--bystanders", "0"),
        )
        return wait_for_run_file(self._run.folder, START_S)

    def _autopilot(self) -> int:
        port = free_port()
        self._run.start(
            "autopilot",
            *("-m", "simulation.autopilot.main", "--site-file", str(SITE_FILE)),
            *("--mavlink", f"udpout:127.0.0.1:{port}", *self._options),
        )
        return port

    def where(self) -> Enu | None:
        """Where the autopilot believes to be (map m, z above home)."""
        position = self.vehicle.view.position.fresh()
        if position is None:
            return None
        at = self.frame.to_enu(
            GeoPoint(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)
        )
        return Enu(at.east_m, at.north_m, position.above_home_m)

    async def until(self, what: Any, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                raise AssertionError(
                    f"not within {seconds} s; the drone is at {self.truth.position}"
                )
            await asyncio.sleep(0.05)

    async def fly_beside(self, dice: random.Random, height_m: float = 10.0) -> Enu:
        """Take off and stop somewhere beside the pad; where the autopilot believes its home is."""
        actions = self.vehicle.actions
        assert actions is not None
        health = self.vehicle.view.health
        await self.until(lambda: health.last is not None and health.last.armable, 30)
        await actions.prepare(height_m, None)
        await actions.arm()
        await actions.take_off(height_m)
        home = Enu(*PAD, 0.0)
        far, angle = dice.uniform(0.5, OFF_MOST_M), dice.uniform(-math.pi, math.pi)
        to = self.frame.to_geo(PAD[0] + far * math.cos(angle), PAD[1] + far * math.sin(angle))
        position = self.vehicle.view.position.fresh()
        assert position is not None
        above_sea = position.above_sea_m - position.above_home_m + height_m
        bearing = math.degrees(dice.uniform(-math.pi, math.pi))
        await actions.go_to(to.latitude_deg, to.longitude_deg, above_sea, bearing)
        await asyncio.sleep(1.5)
        attitude = self.vehicle.view.attitude.fresh()
        assert attitude is not None
        self.lean_rad = math.hypot(attitude.roll, attitude.pitch)
        return home

    async def land(self, home: Enu, config: LandingConfig | None = None) -> Ended:
        """One precision landing, until it is disarmed."""
        vehicle = self.vehicle
        assert vehicle.actions is not None
        assert vehicle.guidance is not None
        landing = PrecisionLanding(self.pictures, BODY.camera.mount, config or LandingConfig())
        ended = await landing.run(
            vehicle.view, vehicle.actions, vehicle.guidance, self.where, home, lambda: False
        )
        await self.until(lambda: vehicle.view.is_down, 60)
        return ended


async def campaign(folder: Path, count: int, seed: int, wind_mps: float = 5.0) -> list[Landed]:
    """Land `count` times in wind from a drawn direction, each from another place and heading."""
    dice = random.Random(seed)
    angle = dice.uniform(-math.pi, math.pi)
    wind = wind_mps * math.cos(angle), wind_mps * math.sin(angle)
    landed = []
    async with LandingBench(folder, wind).running() as bench:
        for number in range(1, count + 1):
            home = await bench.fly_beside(dice)
            began = time.monotonic()
            ended = await bench.land(home)
            await asyncio.sleep(0.5)
            landed.append(
                Landed(number, bench.truth.off_m(), time.monotonic() - began, bench.lean_rad, ended)
            )
            print(landed[-1].row(), flush=True)
    return landed


def main() -> None:
    """`python -m tests.landing_bench [COUNT] [SEED]`"""
    count, seed = (int(word) for word in (*sys.argv[1:], "20", "1")[:2])
    with tempfile.TemporaryDirectory() as folder:
        print("| landing | off the middle, m | s | lean, degrees | ended | |", flush=True)
        print("|---|---|---|---|---|---|", flush=True)
        landed = asyncio.run(campaign(Path(folder), count, seed))
    within = sum(one.off_m <= 0.25 for one in landed)
    print(f"{within} of {len(landed)} within 0.25 m, worst {max(o.off_m for o in landed):.3f} m")


if __name__ == "__main__":
    main()

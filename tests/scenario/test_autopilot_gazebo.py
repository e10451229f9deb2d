"""The simulated autopilot flies the quadrotor of the generated world; Gazebo tells the truth."""

from __future__ import annotations

import asyncio
import math
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mavsdk.plugins.gimbal import GimbalMode, SendMode
from mavsdk.plugins.mission import MissionPlan
from mavsdk.plugins.telemetry import FlightMode

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.site_reader import read_site
from simulation.autopilot.flight.vectors import euler_from_quaternion, multiply
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.run_file import wait_for_run_file
from simulation.gazebo.transport import GazeboTransport
from tests.autopilot_client import Seen, fly, free_port, waypoint
from tests.gazebo_run import START_S, GazeboRun

SITE_FILE = Path(__file__).parents[2] / "launch" / "sites" / "ningbo_east.site.geojson"
SITE = read_site(SITE_FILE)
HEIGHT_M = 12.0

pytestmark = pytest.mark.timeout(180)


class Truth:
    """The drone's pose as Gazebo has it, and simulated time."""

    def __init__(self, port: int, world: str) -> None:
        self.position = (math.nan, math.nan, math.nan)
        self.base = self.roll = self.pitch = (1.0, 0.0, 0.0, 0.0)
        self.time_s = 0.0
        self._fresh = threading.Event()
        self.transport = GazeboTransport(port, world)
        poses = message_class("PosesStamped")
        self.transport.subscribe("~/pose/info", poses, self._take, max_hz=20)
        assert self._fresh.wait(10)

    def _take(self, poses: Any) -> None:
        self.time_s = stamp_ns(poses.time) / 1e9
        for pose in poses.pose:
            if pose.name == "drone":
                p, q = pose.position, pose.orientation
                self.position = (p.x, p.y, p.z)
                self.base = (q.w, q.x, q.y, q.z)
                self._fresh.set()
            elif pose.name == "drone::gimbal_pitch":
                q = pose.orientation
                self.pitch = (q.w, q.x, q.y, q.z)

    def camera_pitch_deg(self) -> float:
        """Against the horizon, positive looks up. Link poses are relative to the model."""
        _, pitch, _ = euler_from_quaternion(multiply(self.base, self.pitch))
        return -math.degrees(pitch)


class Simulation:
    """A running world with a drone, and its autopilot as a process that can be ended."""

    def __init__(self, run: GazeboRun) -> None:
        self._run = run
        run.start(
            "gazebo_server",
            *("-m", "simulation.gazebo.server", "--site", str(SITE_FILE)),
            *("--walkers", "0", "--bystanders", "0"),
        )
        file = wait_for_run_file(run.folder, START_S)
        self.truth = Truth(file.port, file.world)
        self.port = free_port()

    def start_autopilot(self) -> subprocess.Popen[bytes]:
        return self._run.start(
            "autopilot",
            *("-m", "simulation.autopilot.main", "--site-file", str(SITE_FILE)),
            *("--mavlink", f"udpout:127.0.0.1:{self.port}", "--param", "RTL_RETURN_ALT=12"),
        )


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    run = GazeboRun(tmp_path_factory.mktemp("gazebo"), SITE_FILE)
    try:
        yield Simulation(run)
    finally:
        run.stop()


def away_from_pad(seen: Seen, simulation: Simulation) -> float:
    """Distance (m) between what MAVLink tells and where Gazebo has it, from above."""
    position = seen.last["position"]
    told = LocalFrame(SITE.origin).to_enu(
        GeoPoint(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)
    )
    return math.hypot(
        told.east_m - simulation.truth.position[0], told.north_m - simulation.truth.position[1]
    )


def test_it_flies_a_mission_in_the_world_and_lands_on_its_pad(simulation):
    truth, pad = simulation.truth, SITE.kiosks[0].pad
    autopilot = simulation.start_autopilot()

    async def test(seen: Seen) -> None:
        await seen.fly(HEIGHT_M)
        assert truth.position[2] == pytest.approx(HEIGHT_M, abs=2.0)
        await seen.until(lambda: seen.last["flight_mode"] == FlightMode.HOLD, 5)
        gimbal, number = await seen.gimbal()
        await gimbal.set_angles(number, 0.0, -50.0, 0.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
        home = SITE.frame.to_geo(*pad)
        north_east = [(15.0, 0.0), (15.0, 10.0)]
        plan = [
            waypoint(n, e, HEIGHT_M, home.latitude_deg, home.longitude_deg) for n, e in north_east
        ]
        await seen.mission.upload_mission(MissionPlan(plan))
        await asyncio.sleep(2.0)
        await seen.mission.start_mission()
        errors, levels = [], []

        def finished() -> bool:
            errors.append(away_from_pad(seen, simulation))
            levels.append(truth.camera_pitch_deg())
            return bool(seen.last["progress"].current == 2)

        await seen.until(finished, 40)
        assert max(errors) < 2.5
        assert truth.position[0] - pad[0] == pytest.approx(10.0, abs=2.5)
        assert truth.position[1] - pad[1] == pytest.approx(15.0, abs=2.5)
        assert sorted(levels)[len(levels) // 2] == pytest.approx(-50.0, abs=3.0)
        await seen.action.return_to_launch()
        await seen.until(lambda: not seen.last["armed"], 60)

    fly(simulation.port, test)
    assert math.dist(truth.position[:2], pad) < 1.5
    autopilot.send_signal(signal.SIGINT)
    assert autopilot.wait(5) == 0


def test_an_autopilot_killed_leaves_the_world_running_and_a_new_one_flies(simulation):
    truth = simulation.truth
    killed = simulation.start_autopilot()

    async def armed(seen: Seen) -> None:
        await seen.ready()
        await seen.action.arm()

    fly(simulation.port, armed)
    killed.kill()
    killed.wait()
    before_s, deadline = truth.time_s, time.monotonic() + 20
    while truth.time_s < before_s + 2.0:
        assert time.monotonic() < deadline, f"the world stands still at {truth.time_s} s"
        time.sleep(0.05)
    successor = simulation.start_autopilot()

    async def up_and_down(seen: Seen) -> None:
        await seen.fly(4.0)
        assert truth.position[2] > 2.5
        await seen.action.land()
        await seen.until(lambda: not seen.last["armed"], 30)

    fly(simulation.port, up_and_down)
    successor.send_signal(signal.SIGINT)
    assert successor.wait(5) == 0

"""The simulated autopilot as MAVSDK sees it: the process as it is run, with a rigid body inside."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.plugins.action import ActionError
from mavsdk.plugins.geofence import FenceType, GeofenceData, Point, Polygon
from mavsdk.plugins.gimbal import GimbalMode, SendMode
from mavsdk.plugins.mission import MissionPlan
from mavsdk.plugins.telemetry import FlightMode, LandedState
from pymavlink.dialects.v20 import common as mav

from tests.autopilot_client import Seen, fly, free_port, offset, waypoint

pytestmark = pytest.mark.timeout(90)
PROGRAM = (sys.executable, "-m", "simulation.autopilot.main", "--physics", "rigid_body")


@pytest.fixture
def autopilot() -> Iterator[Callable[..., int]]:
    """Start one with further arguments; gives the UDP port that it calls."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, port: int | None = None) -> int:
        port = port or free_port()
        command = [*PROGRAM, "--mavlink", f"udpout:127.0.0.1:{port}", *arguments]
        processes.append(subprocess.Popen(command, env=os.environ))
        return port

    yield start
    for process in processes:
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0


def test_a_whole_mission_from_arming_early_to_disarmed(autopilot):
    async def test(seen: Seen) -> None:
        with pytest.raises(ActionError):
            await seen.action.arm()
        await seen.ready()
        plan = MissionPlan([waypoint(20, 0), waypoint(20, 20), waypoint(0, 10)])
        await seen.mission.upload_mission(plan)
        await seen.action.arm()
        await seen.until(lambda: seen.last["armed"], 1.5)
        await asyncio.sleep(1.0)
        await seen.mission.start_mission()
        await seen.until(lambda: seen.last["flight_mode"] == FlightMode.MISSION, 2)
        await seen.until(lambda: seen.last["progress"].current == 3, 40)
        await seen.until(lambda: seen.last["flight_mode"] == FlightMode.HOLD, 2)
        assert await seen.mission.is_mission_finished()
        await seen.action.return_to_launch()
        await seen.until(lambda: seen.last["landed_state"] == LandedState.ON_GROUND, 30)
        await seen.until(lambda: not seen.last["armed"], 5)

    fly(autopilot("--speedup", "4"), test)


def test_what_is_refused_after_the_ack_comes_as_text_only(autopilot):
    async def test(seen: Seen) -> None:
        corners = [Point(*offset(n, e)) for n, e in ((-40, -40), (40, -40), (40, 40), (-40, 40))]
        fence = GeofenceAsync(seen.system)
        await fence.upload_geofence(GeofenceData([Polygon(corners, FenceType.INCLUSION)], []))
        await seen.fly(6.0)
        home = seen.last["home"].absolute_altitude_m
        await seen.action.goto_location(*offset(90, 0), home + 8, 0.0)
        await seen.until(lambda: any("outside geofence" in t for t in seen.texts), 2)
        await seen.mission.upload_mission(MissionPlan([waypoint(10, 0)]))
        await seen.mission.start_mission()  # too early after the upload
        await seen.until(lambda: any("not available" in t for t in seen.texts), 2)
        await asyncio.sleep(1.2)  # a change of mode would come with the next heartbeat
        assert seen.last["flight_mode"] == FlightMode.HOLD

    fly(autopilot("--speedup", "2", "--param", "MPC_TKO_SPEED=3"), test)


def test_a_plan_goes_up_and_comes_down_whole_over_a_link_that_loses_a_fifth(autopilot):
    async def test(seen: Seen) -> None:
        raw = MissionRawAsync(seen.system)
        await seen.mission.upload_mission(MissionPlan([waypoint(5 * i, 3 * i) for i in range(6)]))
        items = await raw.download_mission()
        placed = [i for i in items if i.command == mav.MAV_CMD_NAV_WAYPOINT]
        assert [i.x for i in placed] == [round(offset(5 * i, 0)[0] * 1e7) for i in range(6)]

    fly(autopilot("--loss", "0.2"), test)


def test_parameters_are_read_and_set_with_their_types(autopilot):
    async def test(seen: Seen) -> None:
        parameters = ParamAsync(seen.system)
        assert await parameters.get_param_int("NAV_DLL_ACT") == 0
        await parameters.set_param_int("NAV_DLL_ACT", 2)
        await parameters.set_param_float("RTL_RETURN_ALT", 42.5)
        assert await parameters.get_param_int("NAV_DLL_ACT") == 2
        assert await parameters.get_param_float("RTL_RETURN_ALT") == 42.5
        everything = await parameters.get_all_params()
        assert len(everything.int_params) + len(everything.float_params) > 60

    fly(autopilot(), test)


def test_the_gimbal_is_found_after_a_few_seconds_and_looks_down(autopilot):
    async def test(seen: Seen) -> None:
        gimbal, number = await seen.gimbal()
        angles = []

        async def attitudes() -> None:
            async for attitude in gimbal.subscribe_attitude():
                angles.append(attitude.euler_angle_forward.pitch_deg)

        task = asyncio.create_task(attitudes())
        await gimbal.set_angles(number, 0.0, -60.0, 0.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
        await seen.until(lambda: bool(angles) and abs(angles[-1] + 60.0) < 2.0, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    fly(autopilot(), test)


def test_two_ground_stations_are_served_and_rubbish_is_ignored(autopilot):
    port = autopilot()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
        first.bind(("127.0.0.1", port))
        first.settimeout(10)
        _, vehicle = first.recvfrom(2048)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second:
            second.settimeout(5)
            second.sendto(b"\xfd\x09 not MAVLink at all \x00\xff", vehicle)
            station = mav.MAVLink(None, srcSystem=255, srcComponent=190)
            beat = mav.MAVLink_heartbeat_message(mav.MAV_TYPE_GCS, 8, 0, 0, 4, 3)
            second.sendto(beat.pack(station), vehicle)
            unknown = mav.MAVLink_command_long_message(1, 1, 31010, 0, *[math.nan] * 7)
            second.sendto(unknown.pack(station), vehicle)
            for reader in (first, second):
                ack = first_of(reader, "COMMAND_ACK")
                assert (ack.command, ack.result) == (31010, mav.MAV_RESULT_UNSUPPORTED)


def first_of(reader: socket.socket, kind: str) -> Any:
    """The first message of this kind that the socket receives."""
    parser = mav.MAVLink(None)
    parser.robust_parsing = True
    stop = time.monotonic() + 5
    while time.monotonic() < stop:
        for message in parser.parse_buffer(reader.recv(2048)) or []:
            if message.get_type() == kind:
                return message
    raise AssertionError(f"no {kind} came")


def test_bad_arguments_end_with_one_sentence(tmp_path):
    for arguments, says in (
        (["--home", "here"], "should be LAT,LON,ALT"),
        (["--mavlink", "tcp:1"], "should be like udpout:"),
        (["--param", "NO_SUCH=1"], "no parameter NO_SUCH"),
    ):
        ended = subprocess.run(
            [*PROGRAM, *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert ended.returncode == 2
        assert says in ended.stderr
        assert "Traceback" not in ended.stderr

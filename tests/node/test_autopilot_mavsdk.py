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
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.plugins.action import ActionError
from mavsdk.plugins.geofence import FenceType, GeofenceData, Point, Polygon
from mavsdk.plugins.gimbal import GimbalMode, SendMode
from mavsdk.plugins.mission import MissionPlan
from mavsdk.plugins.mission_raw import MissionItem as RawItem
from mavsdk.plugins.mission_raw import MissionRawError
from mavsdk.plugins.telemetry import FlightMode, LandedState
from pymavlink.dialects.v20 import common as mav

from drone.link.direct import DirectCommands
from tests.autopilot_client import Seen, fly, free_port, offset, waypoint

pytestmark = pytest.mark.timeout(90)
PROGRAM = (sys.executable, "-m", "simulation.autopilot.main", "--physics", "rigid_body")
ARDUPILOT = ("--profile", "ardupilot", "--ready-s", "2")
MAKES = {"px4": (), "ardupilot": ARDUPILOT}
makes = pytest.mark.parametrize("make", MAKES)


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


async def ask_for(seen: Seen, message_id: int) -> None:
    direct = DirectCommands(seen.system)
    assert await direct.is_accepted(mav.MAV_CMD_SET_MESSAGE_INTERVAL, message_id, 1e5)


def raw_item(seq: int, command: int, north_m: float, height_m: float = 10.0) -> RawItem:
    latitude, longitude = offset(north_m, 0.0)
    x, y = round(latitude * 1e7), round(longitude * 1e7)
    return RawItem(seq, 3, command, int(seq == 0), 1, 0.0, 0.0, 0.0, 0.0, x, y, height_m, 0)


def test_an_arducopter_flies_a_mission_in_the_order_that_works_and_stays_in_it(autopilot):
    async def test(seen: Seen) -> None:
        assert "position" not in seen.last  # nothing comes by itself
        for name in ("position", "battery", "landed_state", "home"):
            await getattr(seen.telemetry, f"set_rate_{name}")(5.0)
        await ask_for(seen, mav.MAVLINK_MSG_ID_SYS_STATUS)  # health; MAVSDK does not ask for it
        with pytest.raises(ActionError):
            await seen.action.arm()
        await seen.until(lambda: any(t.startswith("Arm: ") for t in seen.texts), 2)
        await seen.ready()
        raw = MissionRawAsync(seen.system)
        way = (16, 0.0), (22, 0.0), (16, 15.0), (20, 0.0)
        await raw.upload_mission([raw_item(i, c, north) for i, (c, north) in enumerate(way)])
        with pytest.raises(ActionError):
            await seen.action.takeoff()  # not armed
        await seen.action.arm()
        await seen.action.takeoff()
        await seen.until(lambda: seen.last["landed_state"] == LandedState.IN_AIR, 20)
        assert seen.last["flight_mode"] == FlightMode.OFFBOARD  # that is guided, to MAVSDK
        await raw.start_mission()
        await seen.until(lambda: seen.last["flight_mode"] == FlightMode.MISSION, 2)
        await seen.until(lambda: seen.last["landed_state"] == LandedState.LANDING, 40)
        assert seen.last["flight_mode"] == FlightMode.MISSION  # its return is part of it
        await seen.until(lambda: not seen.last["armed"], 30)
        await seen.until(lambda: seen.last["landed_state"] == LandedState.ON_GROUND, 1)  # 5 Hz

    fly(autopilot(*ARDUPILOT, "--speedup", "5", "--param", "RTL_LOIT_TIME=500"), test)


async def again(transfer: Callable[[], Awaitable[Any]]) -> Any:
    """MAVSDK gives a transfer up after some lost answers in a row; whoever flies asks again."""
    for _ in range(3):
        try:
            return await transfer()
        except MissionRawError as error:
            last = error
    raise last


def test_a_plan_goes_up_and_comes_down_whole_over_a_link_that_loses_a_fifth(autopilot):
    async def test(seen: Seen) -> None:
        raw = MissionRawAsync(seen.system)
        way = [raw_item(i, 16, 5.0 * i) for i in range(7)]
        await again(lambda: raw.upload_mission(way))
        items = await again(raw.download_mission)
        assert [i.x for i in items[1:]] == [round(offset(5 * i, 0)[0] * 1e7) for i in range(1, 7)]

    fly(autopilot("--loss", "0.2"), test)


@pytest.mark.parametrize(
    ("make", "whole", "real"),
    [("px4", "NAV_DLL_ACT", "RTL_RETURN_ALT"), ("ardupilot", "FS_GCS_ENABLE", "WPNAV_SPEED")],
)
def test_parameters_are_read_and_set_with_their_types(autopilot, make, whole, real):
    async def test(seen: Seen) -> None:
        parameters = ParamAsync(seen.system)
        assert await parameters.get_param_int(whole) == 0
        await parameters.set_param_int(whole, 2)
        await parameters.set_param_float(real, 42.5)
        assert await parameters.get_param_int(whole) == 2
        assert await parameters.get_param_float(real) == 42.5
        everything = await parameters.get_all_params()
        assert len(everything.int_params) + len(everything.float_params) > 60

    fly(autopilot(*MAKES[make]), test)


@makes
def test_the_gimbal_is_found_after_a_few_seconds_and_looks_down(autopilot, make):
    async def test(seen: Seen) -> None:
        gimbal, number = await seen.gimbal()
        if make == "ardupilot":  # says nothing of its mount until it is asked
            await ask_for(seen, mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS)
        angles = []

        async def attitudes() -> None:
            async for attitude in gimbal.subscribe_attitude():
                angles.append(attitude.euler_angle_forward.pitch_deg)

        task = asyncio.create_task(attitudes())
        await gimbal.set_angles(number, 0.0, -60.0, 0.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
        await seen.until(lambda: bool(angles) and abs(angles[-1] + 60.0) < 2.0, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    fly(autopilot(*MAKES[make]), test)


@makes
def test_two_ground_stations_are_served_and_rubbish_is_ignored(autopilot, make):
    port = autopilot(*MAKES[make])
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
        (["--profile", "betaflight"], "'px4', 'ardupilot'"),
        (["--ready-s", "500"], "less than or equal to 120"),
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

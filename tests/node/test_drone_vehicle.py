"""The product's own link to each make of autopilot: over any line, lossy or slow, and held."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drone.errors import OrderError
from drone.link.connection import Vehicle
from drone.link.state import Landed, Mode
from drone.link.thread import LoopThread
from drone.missions.encoding import Command, Frame, MissionItem
from tests.autopilot_client import offset
from tests.drone_bench import PROFILES, autopilot, free_udp_port
from tests.link_relay import Relay

pytestmark = pytest.mark.timeout(180)
makes = pytest.mark.parametrize("profile", PROFILES)


def wait_for(condition: Callable[[], object], within_s: float, what: str) -> float:
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.05)
    return time.monotonic() - begin


@contextmanager
def link_to(url: str) -> Iterator[tuple[Vehicle, LoopThread]]:
    thread = LoopThread()
    vehicle = Vehicle(url)
    thread.submit(vehicle.run())
    try:
        yield vehicle, thread
    finally:
        thread.close()


@contextmanager
def linked(
    profile: str, log: Path, *options: str, within_s: float = 20.0
) -> Iterator[tuple[Vehicle, LoopThread]]:
    """An autopilot that says where it is, and a link to it."""
    port = free_udp_port()
    with (
        autopilot(port, log, *options, profile=profile),
        link_to(f"udpin://127.0.0.1:{port}") as (vehicle, thread),
    ):
        wait_for(lambda: vehicle.view.knows_itself, within_s, "the vehicle's word")
        yield vehicle, thread


def mission(count: int) -> tuple[MissionItem, ...]:
    """A take-off and waypoints 5 m apart; item 0 is where ArduCopter keeps its home."""
    items = []
    for seq in range(count):
        latitude, longitude = offset(5.0 * seq, 2.0 * seq)
        command = Command.TAKEOFF if seq == 1 else Command.WAYPOINT
        x, y = round(latitude * 1e7), round(longitude * 1e7)
        items.append(MissionItem(seq, Frame.GLOBAL_RELATIVE_ALT, command, x=x, y=y, z=10.0))
    return tuple(items)


@makes
def test_it_is_held_in_a_mode_in_which_no_stick_lets_it_sink(profile: str, tmp_path: Path) -> None:
    with linked(profile, tmp_path / "log") as (vehicle, thread):
        actions, view = vehicle.actions, vehicle.view
        assert actions is not None
        assert view.firmware == profile

        def armable() -> bool:
            health = view.health.fresh()
            return health is not None and health.armable

        wait_for(armable, 10.0, "readiness")
        thread.submit(actions.prepare(6.0, None)).result(5.0)
        thread.submit(actions.arm()).result(10.0)
        thread.submit(actions.take_off(6.0)).result(30.0)
        thread.submit(actions.hold()).result(20.0)
        height = actions.height_m()
        assert view.is_holding
        time.sleep(1.5)  # 7.5 s of flight: in Loiter it would be on the ground
        assert view.landed.fresh() in (Landed.IN_AIR, Landed.TAKING_OFF)
        assert actions.height_m() == pytest.approx(height, abs=1.5)
        wanted = Mode.GUIDED if profile == "ardupilot" else Mode.HOLD
        assert view.mode.fresh() is wanted


@makes
def test_its_return_height_is_set_where_it_keeps_it(profile: str, tmp_path: Path) -> None:
    with linked(profile, tmp_path / "log") as (vehicle, thread):
        assert vehicle.actions is not None
        assert thread.submit(vehicle.actions.set_return_height(42.0)).result(25.0) == ""


@makes
def test_a_chosen_item_is_the_one_that_the_vehicle_tells(profile: str, tmp_path: Path) -> None:
    with linked(profile, tmp_path / "log") as (vehicle, thread):
        assert vehicle.actions is not None
        assert vehicle.transfer is not None
        thread.submit(vehicle.transfer.put_mission(mission(6))).result(10.0)
        for index in (4, 2):
            thread.submit(vehicle.actions.choose_item(index)).result(15.0)
            progress = vehicle.view.progress.last
            assert progress is not None
            assert progress.current == index
        if profile == "px4":  # a refusal is not taken for an effect
            with pytest.raises(OrderError, match="did not choose the mission item"):
                thread.submit(vehicle.actions.choose_item(60)).result(15.0)


def test_a_refusal_to_arm_tells_the_vehicles_words(tmp_path: Path) -> None:
    port, not_soon = free_udp_port(), ("--ready-s", "100", "--speedup", "1")
    with (
        autopilot(port, tmp_path / "log", *not_soon, profile="ardupilot"),
        link_to(f"udpin://127.0.0.1:{port}") as (vehicle, thread),
    ):
        wait_for(lambda: vehicle.view.mode.fresh(), 15.0, "a mode")
        wait_for(lambda: vehicle.view.firmware == "ardupilot", 5.0, "its make")
        assert vehicle.actions is not None
        words = 'failed; it says ".*Arm: AHRS: EKF3 still initialising"'
        with pytest.raises(OrderError, match=words):
            thread.submit(vehicle.actions.arm()).result(30.0)


@makes
def test_a_mission_gets_on_board_over_a_slow_and_lossy_link(
    profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fifth of the packets lost each way, and 600 ms there and back. Done means read back."""
    bad = ("--loss", "0.2", "--delay-s", "0.3")
    with linked(profile, tmp_path / "log", *bad, within_s=60.0) as (vehicle, thread):
        assert vehicle.transfer is not None
        begin = time.monotonic()
        thread.submit(vehicle.transfer.put_mission(mission(6))).result(100.0)
        took_s = time.monotonic() - begin
    with capsys.disabled():
        print(f"\n{profile}: 6 items over 20 % loss and 600 ms: read back after {took_s:.1f} s")


def test_silence_is_noticed_while_the_vehicle_is_being_greeted(tmp_path: Path) -> None:
    """Every rate is asked for with a time-out of its own; none of them may hide the silence."""
    port = free_udp_port()
    with (
        autopilot(port, tmp_path / "log", profile="ardupilot") as process,
        link_to(f"udpin://127.0.0.1:{port}") as (vehicle, _),
    ):
        wait_for(lambda: vehicle.view.connected, 15.0, "a heartbeat")
        process.send_signal(signal.SIGSTOP)
        try:
            wait_for(lambda: not vehicle.view.connected, 8.0, "the silence")
        finally:
            process.send_signal(signal.SIGCONT)
        wait_for(lambda: vehicle.view.knows_itself, 20.0, "the vehicle's word")


@pytest.mark.parametrize("line", ["udp", "tcp", "serial"])
def test_rates_are_asked_for_anew_whenever_the_autopilot_comes_back(
    line: str, tmp_path: Path
) -> None:
    """An ArduCopter that restarts streams nothing until it is asked again."""
    relay = Relay(line) if line != "udp" else None
    port = relay.udp_port if relay else free_udp_port()
    url = relay.url if relay else f"udpin://127.0.0.1:{port}"
    try:
        with link_to(url) as (vehicle, _):
            for life in range(2):
                with autopilot(port, tmp_path / "log", profile="ardupilot"):
                    wait_for(lambda: vehicle.view.knows_itself, 25.0, f"word in life {life}")
                wait_for(lambda: not vehicle.view.connected, 10.0, "the silence")
                if relay:
                    relay.hang_up()
    finally:
        if relay:
            relay.close()

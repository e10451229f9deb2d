"""The drone's node and a link that is not there, falls silent, or loses packets."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from comms.contracts.place import Enu
from tests.drone_bench import (
    PROFILES,
    Client,
    autopilot,
    end,
    free_udp_port,
    orbit_task,
    start_node,
)

PLAZA = Enu(72.0, 64.0)

pytestmark = pytest.mark.timeout(180)
makes = pytest.mark.parametrize("profile", PROFILES)


@makes
def test_from_the_order_to_armed_in_two_seconds_and_to_the_air_in_six(
    profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In real time, from sending an approved task."""
    port, client = free_udp_port(), Client()
    node = start_node(port, tmp_path / "state", tmp_path / "node.log")
    try:
        with autopilot(port, tmp_path / "autopilot.log", "--speedup", "1", profile=profile):
            client.wait_for_green()
            begin = time.monotonic()
            client.send(orbit_task("quick", PLAZA))
            taking_off = lambda: any("taking off" in s.reason for s in client.states)  # noqa: E731
            client.until(taking_off, 10, "arming")
            armed_s = time.monotonic() - begin
            client.until(lambda: client.height() < 0.3, 5, "home where it is armed")
            client.until(lambda: client.height() > 0.5, 15, "half a metre of height")
            airborne_s = time.monotonic() - begin
            with capsys.disabled():
                print(
                    f"\n{profile}: armed after {armed_s:.2f} s, airborne after {airborne_s:.2f} s"
                )
            assert armed_s <= 2.0
            assert airborne_s <= 6.0
    finally:
        end(node)
        client.close()


def test_without_an_autopilot_a_task_is_rejected_because_of_the_link(tmp_path: Path) -> None:
    client = Client()
    node = start_node(free_udp_port(), tmp_path / "state", tmp_path / "node.log")
    try:
        final = client.result(client.send(orbit_task("orbit-7", PLAZA)), 25)
        assert final.state == "rejected"
        assert "link: no autopilot answers" in final.reason
        client.until(lambda: client.preflight is not None, 5, "the list")
        assert client.preflight is not None
        assert not client.preflight.green
        assert client.mode() == "no_link"
    finally:
        end(node)
        client.close()


@makes
def test_an_autopilot_that_comes_late_goes_and_comes_back_is_found_again(
    profile: str, tmp_path: Path
) -> None:
    port, client = free_udp_port(), Client()
    node = start_node(port, tmp_path / "state", tmp_path / "node.log")
    try:
        client.until(lambda: client.mode() == "no_link", 15, "the node")
        for _ in range(2):
            with autopilot(port, tmp_path / "autopilot.log", profile=profile):
                client.wait_for_green()
                assert client.units[-1].connected
            client.until(lambda: client.mode() == "no_link", 15, "the silence to be noticed")
            assert client.preflight is not None
    finally:
        end(node)
        client.close()


@makes
def test_a_flight_whose_link_is_silent_for_a_while_ends_well(profile: str, tmp_path: Path) -> None:
    """The autopilot is stopped for some seconds, as in a radio shadow."""
    port, client = free_udp_port(), Client()
    node = start_node(port, tmp_path / "state", tmp_path / "node.log")
    try:
        with autopilot(port, tmp_path / "autopilot.log", profile=profile) as vehicle:
            client.wait_for_green()
            result = client.send(orbit_task("silent", PLAZA))
            client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
            vehicle.send_signal(signal.SIGSTOP)
            client.until(lambda: client.mode() == "no_link", 10, "the silence")
            told = lambda: "silent" in client.states[-1].reason  # noqa: E731
            client.until(told, 5, "the reason")
            vehicle.send_signal(signal.SIGCONT)
            assert client.result(result, 100).state == "succeeded"
    finally:
        end(node)
        client.close()


@makes
def test_a_flight_over_a_link_that_loses_a_tenth_of_its_packets_ends_well(
    profile: str, tmp_path: Path
) -> None:
    port, client = free_udp_port(), Client()
    node = start_node(port, tmp_path / "state", tmp_path / "node.log")
    try:
        with autopilot(port, tmp_path / "autopilot.log", "--loss", "0.1", profile=profile):
            client.wait_for_green()
            began = time.monotonic()
            result = client.send(orbit_task("lossy", PLAZA))
            assert client.result(result, 120).state == "succeeded"
            assert time.monotonic() - began > 5
    finally:
        end(node)
        client.close()

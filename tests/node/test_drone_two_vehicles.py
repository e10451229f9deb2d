"""Two drones at once: on one line, each link keeps to its own; in two domains, two units fly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drone.config import DroneConfig
from drone.link.connection import Vehicle
from drone.link.state import Landed
from drone.link.statustext import StatusTexts
from drone.link.thread import LoopThread
from drone.preflight.checks import Situation, preflight
from tests.drone_bench import PROFILES, autopilot, free_udp_port
from tests.node.test_drone_vehicle import wait_for

pytestmark = pytest.mark.timeout(120)
makes = pytest.mark.parametrize("profile", PROFILES)


def link_line(vehicle: Vehicle) -> tuple[bool, str]:
    line = preflight(vehicle.view, StatusTexts(), DroneConfig(), Situation())[0]
    return line.ok, line.detail


@contextmanager
def link_to(port: int, system_id: int) -> Iterator[tuple[Vehicle, LoopThread]]:
    thread = LoopThread()
    vehicle = Vehicle(f"udpin://127.0.0.1:{port}", system_id=system_id)
    thread.submit(vehicle.run())
    try:
        yield vehicle, thread
    finally:
        thread.close()


@makes
def test_of_two_vehicles_on_one_line_only_ours_obeys(profile: str, tmp_path: Path) -> None:
    """Both hear each packet; a second link, to the other one, sees what that one does."""
    line, beside = free_udp_port(), free_udp_port()
    other_hears = ("--system-id", "2", "--mavlink", f"udpout:127.0.0.1:{beside}")
    with (
        autopilot(line, tmp_path / "other", *other_hears, profile=profile),
        autopilot(line, tmp_path / "ours", "--system-id", "7", profile=profile),
        link_to(line, 7) as (ours, thread),
        link_to(beside, 2) as (other, _),
    ):
        for vehicle in (ours, other):
            wait_for(lambda v=vehicle: v.view.knows_itself, 25.0, "the vehicle's word")
            wait_for(
                lambda v=vehicle: (h := v.view.health.fresh()) and h.armable, 15.0, "readiness"
            )
        assert link_line(ours) == (True, f"{profile} autopilot")
        assert ours.actions is not None
        thread.submit(ours.actions.prepare(6.0, None)).result(5.0)
        thread.submit(ours.actions.arm()).result(10.0)
        thread.submit(ours.actions.take_off(6.0)).result(30.0)
        assert ours.view.is_airborne
        assert other.view.armed.fresh() is False
        assert other.view.landed.fresh() is Landed.ON_GROUND


def test_a_line_without_our_vehicle_or_with_an_unclear_one_is_said(tmp_path: Path) -> None:
    port = free_udp_port()
    with autopilot(port, tmp_path / "first", "--system-id", "2"):
        with link_to(port, 7) as (vehicle, _):
            wait_for(lambda: vehicle.view.wrong_vehicle, 15.0, "the wrong vehicle")
            assert link_line(vehicle) == (False, "system 2 answers here, system 7 is ours")
            assert vehicle.actions is None
        with link_to(port, 0) as (vehicle, _):
            wait_for(lambda: link_line(vehicle)[0], 15.0, "the only vehicle")
            with autopilot(port, tmp_path / "second", "--system-id", "3"):
                wait_for(lambda: not link_line(vehicle)[0], 15.0, "two vehicles")
                assert "systems 2 and 3 answer here" in link_line(vehicle)[1]
            wait_for(lambda: link_line(vehicle)[0], 15.0, "one vehicle again")

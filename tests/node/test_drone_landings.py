"""Landings that a person orders in the middle of a flight, on both makes of autopilot."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from patrol_interfaces.msg import Task

from comms.contracts.place import Enu
from tests.drone_bench import (
    PAD,
    PROFILES,
    Client,
    bench_of,
    orbit_task,
)

PLAZA = Enu(72.0, 64.0)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=PROFILES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    with bench_of(tmp_path_factory.mktemp("drone"), profile=request.param) as bench:
        yield bench.client


def place(client: Client) -> tuple[float, float]:
    at = client.track[-1].pose.pose.position
    return at.x, at.y


def order_landing(client: Client, flight: str, kind: str) -> tuple[float, float]:
    """Start an orbit, order a landing in the middle of it; where that was ordered."""
    client.wait_for_green()
    orbiting = client.send(orbit_task(flight, PLAZA))
    client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
    ordered_at = place(client)
    landing = client.send(Task(task_id=f"{flight}-down", kind=kind, vehicle="drone", priority=9))
    final = client.result(landing, 90)
    assert (final.state, final.reason[:6]) == ("succeeded", "landed"), final.reason
    assert client.result(orbiting, 5).state == "cancelled"
    client.until(lambda: client.mode() == "on_ground", 10, "the ground")
    return ordered_at


def test_an_emergency_landing_ends_on_the_nearest_pad(client: Client) -> None:
    order_landing(client, "orbit-1", Task.KIND_EMERGENCY_LAND)
    assert math.dist(place(client), PAD) < 2.0


def test_then_a_landing_here_ends_near_where_it_was_ordered(client: Client) -> None:
    ordered_at = order_landing(client, "orbit-2", Task.KIND_LAND)
    assert math.dist(place(client), ordered_at) < 15.0  # it had to stop first
    assert math.dist(place(client), PAD) > 20.0


def test_on_the_ground_there_is_nothing_to_land(client: Client) -> None:
    final = client.result(client.send(Task(task_id="x", kind=Task.KIND_LAND, vehicle="drone")), 5)
    assert (final.state, final.reason) == ("succeeded", "the drone is on the ground")

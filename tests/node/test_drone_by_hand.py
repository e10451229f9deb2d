"""A flight taken over with a joystick in the air, kept out of a tower, and gone on with."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from geometry_msgs.msg import TwistStamped

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from tests.drone_bench import (
    PROFILES,
    SITE,
    Client,
    bench_of,
    orbit_task,
)

PLAZA = Enu(72.0, 64.0)
TOWER_A = Enu(30.0, 116.0)

pytestmark = pytest.mark.timeout(200)


def here(client: Client) -> Enu:
    at = client.track[-1].pose.pose.position
    return Enu(at.x, at.y, at.z)


def yaw(client: Client) -> float:
    q = client.track[-1].pose.pose.orientation
    return math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_joystick_flies_it_never_into_a_tower_and_the_task_goes_on(
    profile: str, tmp_path: Path
) -> None:
    # slow enough for velocities ten times a second to be as close together as the makes want them
    with bench_of(tmp_path, "--speedup", "2", profile=profile) as bench:
        fly_by_hand(bench.client)


def fly_by_hand(client: Client) -> None:
    sticks = client.node.create_publisher(TwistStamped, "/drone/velocity", 1)

    def push(towards: Enu, speed_mps: float) -> None:
        """The stick towards a place in map metres, whatever way the drone looks."""
        at = here(client)
        bearing = math.atan2(towards.north_m - at.north_m, towards.east_m - at.east_m)
        stick = TwistStamped()
        stick.twist.linear.x = speed_mps * math.cos(bearing - yaw(client))
        stick.twist.linear.y = speed_mps * math.sin(bearing - yaw(client))
        sticks.publish(stick)

    client.wait_for_green()
    client.send(orbit_task("hand-1", PLAZA))
    client.until(lambda: client.height() > 20, 60, "free air")
    begin = len(client.track)
    last, seen = 0.0, [math.inf]

    def pushed() -> bool:
        nonlocal last
        if time.monotonic() - last > 0.1:
            last = time.monotonic()
            push(TOWER_A, 5.0)
            seen.append(math.dist(here(client)[:2], TOWER_A[:2]))
        stopped = any("Tower A" in s.reason for s in client.states)
        return stopped and len(seen) > 25 and max(seen[-25:]) - min(seen[-25:]) < 0.7

    client.until(pushed, 40, "the stop in front of the tower")
    assert client.mode() == "holding"
    assert "flown by hand" in client.units[-1].detail
    config = DroneConfig(building_clearance_m=4.0)  # its position is 0.3 m uncertain
    air = Airspace.of_site(SITE, config)
    places = [o.pose.pose.position for o in client.track[begin:]]
    assert {air.why_not_at(Enu(p.x, p.y, p.z)) for p in places} == {""}
    stood = here(client)
    client.until(lambda: client.units[-1].safety in ("hold", "guided"), 10, "the hold")
    later = time.monotonic() + 2.0
    client.until(lambda: time.monotonic() > later, 5)
    assert math.dist(here(client), stood) < 2.0  # the hand is off, and it stands
    assert client.pause(False).success
    client.until(lambda: client.mode() == "orbiting", 60, "the work that was left")
    assert abs(math.dist(here(client)[:2], PLAZA[:2]) - 15) < 4

"""A flight changed in the air, and one that a pilot has taken elsewhere, on both makes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from pymavlink import mavutil

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from tests.drone_bench import (
    PAD,
    PROFILES,
    SITE,
    Client,
    bench_of,
    free_udp_port,
    orbit_task,
)

PLAZA = Enu(72.0, 64.0)
#: Low behind Tower A, which stands between there and the orbit; a rigid body flies through it.
ASIDE = Enu(30.0, 140.0, 25.0)
FLIGHT_S = 100.0

pytestmark = pytest.mark.timeout(200)


class Pilot:
    """Another ground station on a link of its own, as a pilot's remote control with telemetry."""

    def __init__(self, port: int) -> None:
        self._link: Any = mavutil.mavlink_connection(f"udpin:127.0.0.1:{port}", source_system=254)

    def fly_to(self, place: Enu, client: Client) -> None:
        """Take over (PX4: hold; ArduCopter: guided) and fly to a place in map metres."""
        assert self._link.wait_heartbeat(timeout=10) is not None
        mavlink = mavutil.mavlink
        mode = (mavlink.MAV_CMD_DO_SET_MODE, 0, 1, *self._hold(), 0, 0, 0, 0)
        self._link.mav.command_long_send(1, 1, *mode)
        client.until(lambda: client.units[-1].safety in ("hold", "guided"), 10, "the pilot's mode")
        at = LocalFrame(SITE.origin).to_geo(*place)
        ground = SITE.origin.altitude_m or 0.0
        x, y = round(at.latitude_deg * 1e7), round(at.longitude_deg * 1e7)
        command = mavlink.MAV_CMD_DO_REPOSITION
        self._link.mav.command_int_send(
            *(1, 1, mavlink.MAV_FRAME_GLOBAL, command, 0, 0, -1, 1, 0, math.nan),
            *(x, y, ground + place.up_m),
        )

    def _hold(self) -> tuple[float, float]:
        heartbeat = self._link.messages["HEARTBEAT"]
        copter = heartbeat.autopilot == mavutil.mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA
        return (4.0, 0.0) if copter else (4.0, 3.0)

    def close(self) -> None:
        self._link.close()


@pytest.fixture(scope="module", params=PROFILES)
def rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Pilot]]:
    pilots = free_udp_port()
    second = ("--mavlink", f"udpout:127.0.0.1:{pilots}")
    with (
        closing(Pilot(pilots)) as pilot,
        bench_of(tmp_path_factory.mktemp("drone"), *second, profile=request.param) as bench,
    ):
        yield bench.client, pilot


def in_orbit(client: Client, task_id: str, loops: int = 1) -> Any:
    client.wait_for_green()
    task = orbit_task(task_id, PLAZA)
    task.loops = loops
    result = client.send(task)
    client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
    return result


def places(client: Client, first: int) -> list[Enu]:
    return [
        Enu(o.pose.pose.position.x, o.pose.pose.position.y, o.pose.pose.position.z)
        for o in client.track[first:]
    ]


def test_height_speed_and_waypoints_change_in_the_air(rig: tuple[Client, Pilot]) -> None:
    client, _ = rig
    result = in_orbit(client, "change-1", loops=5)
    for wishes, words in (
        ({"height_m": 300.0}, "not 300 m"),
        ({"speed_mps": 90.0}, "not 90 m/s"),
        ({"skip": -2}, "forward only"),
        ({}, "say what shall change"),
        ({"task_id": "other", "skip": 1}, "another task"),
    ):
        answer = client.change(**wishes)
        assert (answer.success, words in answer.message) == (False, True), answer.message
    assert "change-1" in client.units[-1].task_id
    answer = client.change(task_id="change-1", height_m=35.0, speed_mps=1.5)
    assert answer.success, answer.message
    assert "35 m" in answer.message
    client.until(lambda: abs(client.height() - 35.0) < 1.0, 40, "the new height")
    begin = len(client.track)
    client.until(lambda: len(client.track) > begin + 40, 20, "some of the orbit")
    assert sorted(u.speed_mps for u in client.units[-4:])[-1] < 2.0
    round_the_plaza = [math.dist(p[:2], PLAZA[:2]) for p in places(client, begin)]
    assert all(abs(r - 15.0) < 4.0 for r in round_the_plaza)
    answer = client.change(skip=99)
    assert answer.success, answer.message
    final = client.result(result, FLIGHT_S)
    assert final.state == "succeeded", final.reason
    assert math.dist(places(client, len(client.track) - 1)[0][:2], PAD) < 2.0


def test_after_a_pilots_hand_it_goes_back_to_where_it_was_by_a_clear_way(
    rig: tuple[Client, Pilot],
) -> None:
    client, pilot = rig
    before = len(client.track)
    result = in_orbit(client, "change-2")
    left = places(client, len(client.track) - 1)[0]
    pilot.fly_to(ASIDE, client)
    client.until(lambda: client.mode() == "holding", 20, "the pause")

    def is_aside() -> bool:
        return math.dist(places(client, len(client.track) - 1)[0][:2], ASIDE[:2]) < 3

    client.until(is_aside, 60, "the place to which the pilot flies")
    begin = len(client.track)
    assert client.pause(False).success
    client.until(lambda: client.mode() in ("orbiting", "flying"), 30, "the going on")
    back = lambda: min(math.dist(p[:2], left[:2]) for p in places(client, begin)) < 8  # noqa: E731
    client.until(back, 60, "the place where it broke off")
    final = client.result(result, FLIGHT_S)
    assert final.state == "succeeded", final.reason
    config = DroneConfig(building_clearance_m=3.0, boundary_margin_m=0.0, no_fly_margin_m=0.0)
    air = Airspace.of_site(SITE, config)
    flown = [place for place in places(client, begin) if place.up_m > 0.5]
    assert {air.why_not_at(place) for place in flown} == {""}
    angles = {
        round(math.degrees(math.atan2(p[1] - PLAZA[1], p[0] - PLAZA[0])) / 30) % 12
        for p in places(client, before)
        if abs(math.dist(p[:2], PLAZA[:2]) - 15) < 4
    }
    assert len(angles) == 12  # nothing of the work was left out

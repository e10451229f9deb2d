"""Whole flights of the drone's node: real rclpy, real MAVSDK, a simulated autopilot that flies."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator

import pytest
from geometry_msgs.msg import Quaternion
from patrol_interfaces.msg import Task

from comms.contracts.place import Enu
from tests.drone_bench import (
    PAD,
    PROFILES,
    Bench,
    Client,
    bench_of,
    orbit_task,
)

PLAZA = Enu(72.0, 64.0)
FLIGHT_S = 100.0

pytestmark = pytest.mark.timeout(180)


def assert_stays_down(client: Client) -> None:
    """For three states from now on it is on the ground."""
    first = len(client.units) + 1  # one may be of before
    client.until(lambda: len(client.units) >= first + 3, 5, "states")
    assert {u.mode for u in client.units[first:]} <= {"on_ground", "stopped"}


@pytest.fixture(scope="module", params=PROFILES)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    with bench_of(tmp_path_factory.mktemp("drone"), profile=request.param) as made:
        yield made


def forward(q: Quaternion) -> tuple[float, float, float]:
    return (
        1 - 2 * (q.y * q.y + q.z * q.z),
        2 * (q.x * q.y + q.w * q.z),
        2 * (q.x * q.z - q.w * q.y),
    )


def test_an_approved_orbit_is_flown_with_the_camera_on_the_point_and_landed(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    began = time.monotonic()
    result = client.send(orbit_task("orbit-1", PLAZA))
    taken_off = lambda: any("taking off" in s.reason for s in client.states)  # noqa: E731
    client.until(taken_off, 10, "arming")
    assert time.monotonic() - began < 2.0  # armed within 2 s of the order
    looks: list[float] = []

    def landed() -> bool:
        if client.mode() == "orbiting" and client.track and client.camera:
            eye = client.track[-1].pose.pose.position
            want = (PLAZA.east_m - eye.x, PLAZA.north_m - eye.y, 1.0 - eye.z)
            length = math.hypot(*want)
            has = forward(client.camera[-1].quaternion)
            cosine = sum(a * b for a, b in zip(want, has, strict=True)) / length
            looks.append(math.degrees(math.acos(max(-1.0, min(1.0, cosine)))))
        return bool(result.done())

    client.until(landed, FLIGHT_S, "the landing")
    final = client.result(result, 1)
    assert (final.state, final.reason[:6]) == ("succeeded", "landed")
    client.wait_for_states("orbit-1", "accepted", "running", "succeeded")
    angles = {
        round(math.degrees(math.atan2(p.y - PLAZA.north_m, p.x - PLAZA.east_m)) / 30) % 12
        for p in (o.pose.pose.position for o in client.track)
        if abs(math.hypot(p.x - PLAZA.east_m, p.y - PLAZA.north_m) - 15) < 4 and abs(p.z - 25) < 3
    }
    assert len(angles) == 12  # seen from all around
    assert sorted(looks)[len(looks) // 2] < 10.0
    last = client.track[-1].pose.pose.position
    assert math.dist((last.x, last.y), PAD) < 2.0
    assert [s.progress for s in client.states if s.task_id == "orbit-1"][-1] == 1.0


def test_a_repeat_of_a_finished_task_changes_nothing(bench: Bench) -> None:
    client = bench.client
    before = len(client.states)
    final = client.result(client.send(orbit_task("orbit-1", PLAZA)), 5)
    assert final.state == "succeeded"
    assert_stays_down(bench.client)
    assert len(client.states) == before


def test_nobodys_approval_means_no_take_off(bench: Bench) -> None:
    client = bench.client
    final = client.result(client.send(orbit_task("orbit-2", PLAZA, approved_by="")), 10)
    assert final.state == "rejected"
    assert "approved" in final.reason
    client.wait_for_states("orbit-2", "rejected")
    assert_stays_down(bench.client)


def test_a_task_that_cannot_be_flown_is_rejected_with_what_is_in_the_way(bench: Bench) -> None:
    tower_a = Enu(30.0, 116.0)
    final = bench.client.result(bench.client.send(orbit_task("orbit-3", tower_a)), 10)
    assert final.state == "rejected"
    assert "Tower A" in final.reason


def test_a_task_that_makes_no_sense_is_rejected_in_a_sentence(bench: Bench) -> None:
    task = Task(task_id="nonsense", kind="dance", vehicle="drone", approved_by="Wang")
    final = bench.client.result(bench.client.send(task), 10)
    assert final.state == "rejected"
    assert "dance" in final.reason


def test_an_emergency_stop_on_the_ground_keeps_it_there_until_released(bench: Bench) -> None:
    client = bench.client
    assert client.estop(True).success
    final = client.result(client.send(orbit_task("orbit-4", PLAZA)), 10)
    assert final.state == "rejected"
    assert "Li" in final.reason
    client.until(lambda: client.units[-1].estop, 5, "the stop in the state")
    assert client.estop(False).success


def test_a_cancelled_flight_comes_home_and_lands(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    result = client.send(orbit_task("orbit-5", PLAZA))
    client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
    result.handle.cancel_goal_async()
    client.until(lambda: client.mode() in ("returning", "landing"), 20, "the way home")
    final = client.result(result, FLIGHT_S)
    assert final.state == "cancelled"
    client.wait_for_states("orbit-5", "accepted", "running", "cancelled")
    last = client.track[-1].pose.pose.position
    assert math.dist((last.x, last.y), PAD) < 2.0


def test_a_killed_node_joins_its_flight_which_can_be_paused_and_ends_well(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    client.send(orbit_task("orbit-6", PLAZA))
    client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
    bench.restart(signal.SIGKILL)
    joined = lambda: any("joined" in s.reason for s in client.states)  # noqa: E731
    client.until(joined, 20, "the new node to join")
    result = client.send(orbit_task("orbit-6", PLAZA))  # as the bridge does after a restart
    assert client.pause(True).success
    client.until(lambda: client.mode() == "holding", 20, "the hold")
    client.until(lambda: client.units[-1].speed_mps < 0.5, 20, "the rest")
    assert client.pause(False).success
    final = client.result(result, FLIGHT_S)
    assert final.state == "succeeded"
    assert "paused" in client.states_of("orbit-6")  # told long before the result


def test_an_emergency_stop_in_flight_holds_and_a_return_task_brings_it_home(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    result = client.send(orbit_task("orbit-8", PLAZA))
    client.until(lambda: client.mode() == "orbiting", 60, "the orbit")
    assert client.estop(True).success
    client.until(lambda: client.mode() == "holding", 10, "the hold")
    home = Task(task_id="return-1", kind=Task.KIND_RETURN, vehicle="drone")
    refused = client.result(client.send(home), 10)
    assert refused.state == "rejected"  # it holds until the stop is released
    assert client.estop(False).success
    client.until(lambda: not client.units[-1].estop, 5, "the release")
    assert client.mode() == "holding"  # and does not go on by itself
    home.task_id = "return-2"
    back = client.send(home)
    assert client.result(result, 20).state == "cancelled"
    assert client.result(back, FLIGHT_S).state == "succeeded"
    last = client.track[-1].pose.pose.position
    assert math.dist((last.x, last.y), PAD) < 2.0


def test_the_node_ends_cleanly(bench: Bench) -> None:
    assert bench.restart(signal.SIGINT) == 0

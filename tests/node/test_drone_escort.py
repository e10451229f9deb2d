"""The drone goes with a robot that walks, waits when it falls silent, and comes home; on both
makes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator

import pytest
import rclpy
from patrol_interfaces.msg import GeoPoint, Task, UnitState

from comms.contracts.geodesy import LocalFrame
from comms.ros.qos import RELIABLE
from tests.drone_bench import (
    PAD,
    PROFILES,
    SITE,
    Client,
    bench_of,
)

START, SPEED_MPS = (60.0, 62.0), 1.5
DISTANCE_M, HEIGHT_M = 8.0, 25.0

pytestmark = pytest.mark.timeout(180)


class Walker(threading.Thread):
    """A FAKE robot: says where it is, walking east, as the robot's behaviour does."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self._node = rclpy.create_node("walker", context=self.context)
        self._states = self._node.create_publisher(UnitState, "/robot/unit_state", RELIABLE)
        self.east_m = START[0]
        self.walks = self.speaks = self._lives = True

    @property
    def listeners(self) -> int:
        return int(self._states.get_subscription_count())

    def run(self) -> None:
        frame = LocalFrame(SITE.origin)
        while self._lives:
            time.sleep(0.2)
            self.east_m += 0.2 * SPEED_MPS * self.walks
            if self.speaks:
                at = frame.to_geo(self.east_m, START[1])
                place = GeoPoint(latitude=at.latitude_deg, longitude=at.longitude_deg)
                self._states.publish(UnitState(vehicle="robot", position=place, localized=True))

    def close(self) -> None:
        self._lives = False
        self.join()
        self._node.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture(scope="module", params=PROFILES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    with bench_of(tmp_path_factory.mktemp("drone"), profile=request.param) as bench:
        yield bench.client


@pytest.fixture
def walker() -> Iterator[Walker]:
    one = Walker()
    one.walks = False
    one.start()
    yield one
    one.close()


def escort(task_id: str, duration_s: float) -> Task:
    return Task(
        task_id=task_id, kind=Task.KIND_ESCORT, vehicle="drone", approved_by="Wang",
        distance_m=DISTANCE_M, bearing_rad=-math.pi / 2, height_m=HEIGHT_M, duration_s=duration_s,
    )  # fmt: skip


def test_it_stays_beside_a_robot_that_walks_waits_for_its_word_and_comes_home(
    client: Client, walker: Walker
) -> None:
    client.wait_for_green()
    client.until(lambda: walker.listeners > 0, 10, "the node to hear the robot")
    time.sleep(0.5)
    result = client.send(escort("escort-1", 25.0))
    beside = lambda: bool(client.units) and "beside the robot" in client.units[-1].detail  # noqa: E731
    client.until(beside, 60, "the robot's side")
    walker.walks = True
    off: list[float] = []

    def place() -> tuple[float, float]:
        at = client.track[-1].pose.pose.position
        return at.x, at.y

    def walked_on() -> bool:
        wanted = (walker.east_m, START[1] - DISTANCE_M)
        off.append(math.dist(place(), wanted))
        return walker.east_m > START[0] + 15.0

    client.until(walked_on, 30, "a walk of 15 m")
    assert sorted(off)[len(off) // 2] < 4.0
    assert place()[0] > START[0] + 10.0
    walker.walks = walker.speaks = False
    silent = lambda: "is not heard" in client.units[-1].detail  # noqa: E731
    client.until(silent, 10, "the hold")
    walker.speaks = True
    client.until(beside, 10, "the robot's side again")
    final = client.result(result, 100)
    assert (final.state, final.reason[:18]) == ("succeeded", "escorted the robot")
    assert math.dist(place(), PAD) < 2.0


def test_then_without_a_word_of_the_robot_there_is_no_escort(client: Client) -> None:
    time.sleep(3.5)
    final = client.result(client.send(escort("escort-2", 10.0)), 20)
    assert final.state == "rejected"
    assert "where the robot is is not known" in final.reason

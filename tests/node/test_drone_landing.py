"""A whole flight that ends on the board: real node, real MAVLink, and a drawn camera.

The pictures are drawn from where the autopilot believes to be, with the board beside its home, as a
satellite position that has wandered would put it: by its own position it would land at home.
"""

from __future__ import annotations

import math
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from patrol_interfaces.msg import Task
from sensor_msgs.msg import Image

from comms.contracts.place import Enu
from comms.contracts.vehicle import DroneBody
from comms.ros.images import fill_image
from comms.ros.qos import SENSOR
from drone.landing.geometry import matrix
from tests.drone_bench import PAD, Client, autopilot, end, free_udp_port, orbit_task, start_node
from tests.landing_views import drawn

BODY = DroneBody()
UNIT = """drone: {landing: precision}
simulated_autopilot: {gnss: {wander_vertical_m: 0.0, start_error_m: 0.0}}
"""
NEAR = Enu(PAD[0] + 14.0, PAD[1])
OPTICAL = np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]])
FLIGHT_S = 100.0

pytestmark = pytest.mark.timeout(200)


@dataclass
class Bench:
    """The client is the camera, too; `lens_cap` keeps its pictures back."""

    client: Client
    node: subprocess.Popen[bytes]
    restart: Callable[[], subprocess.Popen[bytes]]
    lens_cap: bool = False
    looked_for: int = 0
    board: tuple[float, float] = PAD

    def attach(self) -> None:
        self.images = self.client.node.create_publisher(Image, "/drone/camera/image_raw", SENSOR)
        self.client.node.create_timer(0.2, self._expose)

    def _expose(self) -> None:
        client = self.client
        if not self.images.get_subscription_count() or self.lens_cap:
            return
        if not client.track or not client.camera:
            return
        self.looked_for += 1
        pose, q = client.track[-1].pose.pose, client.camera[-1].quaternion
        o, p, mount = pose.orientation, pose.position, BODY.camera.mount
        body = matrix((o.w, o.x, o.y, o.z))
        lens = np.array([p.x, p.y, p.z]) + body @ np.array([mount.x_m, mount.y_m, mount.z_m])
        turn = OPTICAL @ matrix((q.w, q.x, q.y, q.z)).T
        shift = turn @ (np.array([*self.board, 0.0]) - lens)
        grey = drawn(turn, shift, finer=2)
        height, width = grey.shape
        self.images.publish(fill_image(Image(), grey.tobytes(), width, height, "mono8"))

    def move_board(self) -> None:
        """More than a metre from where it stands and takes off, that is, from its home."""
        self.client.until(lambda: self.client.track, 5, "where the drone is")
        x, y = self.where()
        self.board = (x + 0.9, y - 0.6)

    def off_m(self) -> float:
        return math.dist(self.where(), self.board)

    def where(self) -> tuple[float, float]:
        p = self.client.track[-1].pose.pose.position
        return p.x, p.y


@contextmanager
def flying(folder: Path, profile: str) -> Iterator[Bench]:
    """The node and an autopilot at twice real time, with the drawn camera; one at a time."""
    port, unit = free_udp_port(), folder / "unit.yaml"
    unit.write_text(UNIT)
    options = "--speedup", "2", "--unit-config", str(unit)

    def start() -> subprocess.Popen[bytes]:
        return start_node(port, folder / "state", folder / "node.log", str(unit))

    with autopilot(port, folder / "autopilot.log", *options, profile=profile):
        rig = Bench(Client(), start(), start)
        rig.attach()
        try:
            yield rig
        finally:
            end(rig.node)
            rig.client.close()
            print((folder / "node.log").read_text(errors="replace")[-8000:])


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with flying(tmp_path_factory.mktemp("landing"), "px4") as rig:
        yield rig


def visit(task_id: str) -> Task:
    """Over a point near the pad for a second."""
    task = orbit_task(task_id, NEAR)
    task.kind, task.height_m, task.radius_m, task.duration_s = Task.KIND_FLY_TO, 12.0, 0.0, 1.0
    return task


def lands_on_the_board(bench: Bench) -> None:
    bench.client.wait_for_green()
    bench.move_board()
    assert not bench.images.get_subscription_count()  # nobody looks before it lands
    result = bench.client.result(bench.client.send(visit("on-board")), FLIGHT_S)
    assert result.state == "succeeded", result.reason
    assert "landing on the board, retries: 0" in result.reason
    assert bench.off_m() < 0.25, result.reason
    assert bench.looked_for > 5
    bench.client.until(lambda: not bench.images.get_subscription_count(), 3, "the camera's rest")


def test_an_arducopter_lands_on_the_board_in_guided(tmp_path: Path) -> None:
    with flying(tmp_path, "ardupilot") as bench:
        lands_on_the_board(bench)


def test_it_lands_on_the_board_and_not_where_the_satellites_say_home_is(bench: Bench) -> None:
    lands_on_the_board(bench)


def descends(client: Client, task_id: str) -> None:
    """Wait until a task is in its descent on the board."""

    def told() -> bool:
        return any("board: descend" in s.reason for s in client.states if s.task_id == task_id)

    client.until(told, FLIGHT_S, "the descent on the board")


def test_a_pause_in_the_landing_holds_and_afterwards_it_lands_on_the_board(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    bench.move_board()
    future = client.send(visit("paused"))
    descends(client, "paused")
    assert client.pause(True).success
    client.until(lambda: client.states[-1].state == "paused", 10, "the pause")
    height = client.height()
    client.until(lambda: client.mode() == "holding", 5, "the hold")
    held = len(client.units) + 4
    client.until(lambda: len(client.units) > held, 5, "states while paused")
    assert client.height() > height - 1.5
    assert client.pause(False).success
    result = client.result(future, FLIGHT_S)
    assert result.state == "succeeded", result.reason
    assert bench.off_m() < 0.25, result.reason


def test_a_node_that_dies_in_the_landing_leaves_it_holding_and_the_next_one_lands_it(
    bench: Bench,
) -> None:
    client = bench.client
    client.wait_for_green()
    bench.move_board()
    client.send(visit("orphan"))
    descends(client, "orphan")
    end(bench.node, signal.SIGKILL)
    bench.node = bench.restart()
    ended = lambda: client.states_of("orphan")[-1] == "succeeded"  # noqa: E731
    client.until(ended, FLIGHT_S, "the orphan's landing")
    assert "on the board" in client.states[-1].reason
    assert bench.off_m() < 0.25


def test_without_pictures_it_lands_by_the_autopilot_and_says_so(bench: Bench) -> None:
    bench.lens_cap = True
    bench.client.wait_for_green()
    bench.move_board()
    result = bench.client.result(bench.client.send(visit("capped")), FLIGHT_S)
    assert result.state == "succeeded", result.reason
    assert "no picture came from the camera" in result.reason
    assert bench.off_m() > 0.7

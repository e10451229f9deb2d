"""Two drones in one Gazebo world, each a unit of its own in its own ROS domain, fly at once."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rclpy
from nav_msgs.msg import Odometry
from patrol_interfaces.action import ExecuteTask
from patrol_interfaces.msg import GeoPoint, PreflightReport, Task
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image

from comms.contracts.geodesy import LocalFrame
from comms.ros.qos import LATCHED, SENSOR
from tests.drone_bench import SITE, SITE_FILE
from tests.gazebo_run import GazeboRun

HEIGHT_M = 12.0
pytestmark = pytest.mark.timeout(240)


class Staff:
    """Who flies one of them: a ROS client in its domain, with a thread of its own."""

    def __init__(self, domain: int) -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.node = rclpy.create_node("staff", context=self._context)
        self.truth: list[Odometry] = []
        self.pictures = 0
        self.green = False
        listen = self.node.create_subscription
        listen(Odometry, "/sim/ground_truth/drone", self.truth.append, SENSOR)
        listen(Image, "/drone/camera/image_raw", self._picture, SENSOR)
        listen(PreflightReport, "/drone/preflight", self._preflight, LATCHED)
        self._action = ActionClient(self.node, ExecuteTask, "/drone/execute_task")
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._executor.spin)
        self._thread.start()

    def _picture(self, _: Image) -> None:
        self.pictures += 1

    def _preflight(self, report: PreflightReport) -> None:
        self.green = report.green

    @property
    def place(self) -> tuple[float, float, float]:
        at = self.truth[-1].pose.pose.position
        return at.x, at.y, at.z

    def send(self, task: Task) -> Any:
        assert self._action.wait_for_server(20)
        sent = self._action.send_goal_async(ExecuteTask.Goal(task=task))
        wait_for(sent.done, 10, "the goal to be taken")
        return sent.result().get_result_async()

    def close(self) -> None:
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)


def wait_for(what: Any, timeout_s: float, name: str) -> None:
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, f"waited {timeout_s:.0f} s for {name}"
        time.sleep(0.05)


def fly_to(task_id: str, east: float, north: float) -> Task:
    point = LocalFrame(SITE.origin).to_geo(east, north)
    place = GeoPoint(latitude=point.latitude_deg, longitude=point.longitude_deg, altitude=math.nan)
    return Task(
        task_id=task_id, kind=Task.KIND_FLY_TO, vehicle="drone", points=[place],
        height_m=HEIGHT_M, duration_s=4.0, approved_by="Wang",
    )  # fmt: skip


@contextmanager
def staff_of(domain: int) -> Iterator[Staff]:
    staff = Staff(domain)
    try:
        yield staff
    finally:
        staff.close()


def test_two_drones_of_one_world_fly_at_once_and_land_on_their_own_pads(tmp_path: Path) -> None:
    first = int(os.environ["ROS_DOMAIN_ID"])
    second = first - 41  # below those that test runs share out
    arguments = ("--walkers", "0", "--bystanders", "0", "--drones", "2")
    unit = tmp_path / "unit.yaml"
    unit.write_text("drone: {transit_height_m: 12, camera_pitch_rad: 0.5}\n")
    with (
        GazeboRun(tmp_path, SITE_FILE, *arguments, unit=str(unit), domain=first) as run,
        staff_of(first) as one,
        staff_of(second) as two,
    ):
        run.start_unit_drone(1, first)
        run.start_node("bridge_2", "simulation.bridge.drone_node", "-p", "drone:=2", domain=second)
        run.start_unit_drone(2, second)
        both = (one, two)
        pads = [drone.pad for drone in run.run_file.drones]
        wait_for(lambda: all(s.truth and s.green for s in both), 60, "both green lists")
        for staff, pad in zip(both, pads, strict=True):
            assert math.dist(staff.place[:2], pad) < 0.5
        results = [
            staff.send(fly_to(f"flight-{n}", pad[0] + 12.0 * way, pad[1] + 12.0))
            for n, (staff, pad, way) in enumerate(zip(both, pads, (-1, 1), strict=True))
        ]
        wait_for(lambda: all(s.place[2] > 8.0 for s in both), 60, "both in the air at once")
        wait_for(lambda: all(r.done() for r in results), 150, "both flights to end")
        for staff, pad, result in zip(both, pads, results, strict=True):
            final = result.result().result
            assert final.state == "succeeded", final.reason
            assert math.dist(staff.place[:2], pad) < 2.0
            farthest = max(
                math.dist((t.pose.pose.position.x, t.pose.pose.position.y), pad)
                for t in staff.truth
            )
            assert farthest > 10.0
            assert staff.pictures > 10

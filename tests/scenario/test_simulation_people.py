"""People in the simulated street: the lidar sees them where the camera does, and one can be told to
step out."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from geometry_msgs.msg import PoseArray
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Contact
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, LaserScan
from std_msgs.msg import String

from comms.ros.images import image_to_bgr
from comms.ros.qos import RELIABLE, SENSOR
from simulation.world.walks import Walk, Walker
from tests.gazebo_run import GazeboRun
from tests.ros_listener import RosListener

START = (28.0, 10.0, 0.0)  # on the pavement before the kiosk, looking along it
PEOPLE = "/sim/ground_truth/people"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[GazeboRun]:
    site = repository / "launch/sites/ningbo_east.site.geojson"
    start = ",".join(f"{value:.4f}" for value in START)
    with GazeboRun(tmp_path_factory.mktemp("run"), site, "--no-drone", "--start", start) as running:
        yield running


@pytest.fixture(scope="module")
def ros(run: GazeboRun) -> Iterator[RosListener]:
    listener = RosListener()
    listener.listen("/clock", Clock, RELIABLE)
    listener.listen("/robot/scan", LaserScan, SENSOR)
    listener.listen("/robot/bumper", Contact, RELIABLE)
    listener.listen("/robot/camera/image_raw", Image, SENSOR)
    listener.listen("/sim/ground_truth/robot", Odometry, SENSOR)
    listener.listen(PEOPLE, PoseArray, SENSOR)
    listener.last(PEOPLE)
    yield listener
    listener.close()


def stamp_s(message: object) -> float:
    stamp = message.header.stamp  # type: ignore[attr-defined]
    return stamp.sec + stamp.nanosec * 1e-9


def test_the_body_that_the_lidar_feels_keeps_with_the_actor_that_cameras_see(
    run: GazeboRun, ros: RosListener
) -> None:
    from simulation.gazebo.messages import message_class, stamp_ns
    from simulation.gazebo.transport import GazeboTransport

    walkers = [Walker(walk) for walk in run.run_file.walks]
    assert len(walkers) == 4
    apart_bodies: list[float] = []
    apart_actors: list[float] = []

    def on_poses(message: object) -> None:
        now = stamp_ns(message.time) * 1e-9  # type: ignore[attr-defined]
        poses = {pose.name: pose.position for pose in message.pose}  # type: ignore[attr-defined]
        for number, walker in enumerate(walkers):
            body = poses.get(f"walker_{number}_body")
            if body is not None:
                stride = walker.at(now)
                apart_bodies.append(math.dist((body.x, body.y), (stride.x_m, stride.y_m)))

    def on_skeleton(message: object) -> None:
        actor = message.pose[-1]  # type: ignore[attr-defined]
        now = stamp_ns(message.time[-1]) * 1e-9  # type: ignore[attr-defined]
        stride = walkers[int(actor.name.removeprefix("walker_"))].at(now)
        at = (actor.position.x, actor.position.y)
        apart_actors.append(math.dist(at, (stride.x_m, stride.y_m)))

    gazebo = GazeboTransport(run.run_file.port, run.run_file.world)
    gazebo.subscribe("~/skeleton_pose/info", message_class("PoseAnimation"), on_skeleton)
    gazebo.subscribe("~/pose/info", message_class("PosesStamped"), on_poses, max_hz=10)
    time.sleep(9.0)  # the first seconds are for catching up: the world ran before the node
    gazebo.close()
    del apart_bodies[: len(apart_bodies) // 2]
    assert len(apart_bodies) > 50
    assert len(apart_actors) > 50
    assert max(apart_actors) < 0.35, "the timetable is not what Gazebo shows"
    assert sorted(apart_bodies)[int(len(apart_bodies) * 0.9)] < 0.3, "bodies lag"


def test_a_bystander_told_to_step_before_the_robot_is_seen_by_lidar_and_camera(
    ros: RosListener,
) -> None:
    before = image_to_bgr(ros.last("/robot/camera/image_raw")).astype(int)
    goal = (START[0] + 3.0, START[1])
    publisher = ros.node.create_publisher(String, "/sim/people/command", RELIABLE)
    ros.wait_until(lambda: publisher.get_subscription_count() > 0, "the people node", 10.0)
    command = {"person": "bystander_0", "x_m": goal[0], "y_m": goal[1], "speed_mps": 3.0}
    publisher.publish(String(data=json.dumps(command)))

    def ahead() -> float:
        ranges = ros.messages["/robot/scan"][-1].ranges
        middle = len(ranges) // 2
        return min(ranges[middle - 3 : middle + 4])

    # 3 m to the middle of the person, less the lidar's place (0.1) and the person's radius (0.25)
    ros.wait_until(lambda: abs(ahead() - 2.65) < 0.15, "a person 2.65 m before the lidar", 15.0)
    person = ros.next(PEOPLE).poses[-1].position
    assert math.dist((person.x, person.y), goal) < 0.3

    def change() -> float:
        after = image_to_bgr(ros.messages["/robot/camera/image_raw"][-1]).astype(int)
        return float(abs(after - before)[150:380, 290:340].mean())

    ros.wait_until(lambda: change() > 40, "a person in the middle of the picture", 5.0)


def test_people_do_not_push_a_standing_robot(ros: RosListener) -> None:
    at = ros.next("/sim/ground_truth/robot").pose.pose.position
    assert math.dist((at.x, at.y), START[:2]) < 0.05
    assert not any(message.pressed for message in ros.messages["/robot/bumper"])


def test_a_command_to_nobody_is_refused_in_words(run: GazeboRun, ros: RosListener) -> None:
    publisher = ros.node.create_publisher(String, "/sim/people/command", RELIABLE)
    ros.wait_until(lambda: publisher.get_subscription_count() > 0, "the people node", 10.0)
    publisher.publish(String(data='{"person": "ghost", "x_m": 0, "y_m": 0}'))
    publisher.publish(String(data='{"person": "bystander_0"}'))
    ros.wait_until(lambda: "nobody has that name" in run.log_of("people"), "a refusal", 5.0)
    ros.wait_until(lambda: "x_m Field required" in run.log_of("people"), "a refusal", 5.0)


def test_a_walk_ends_where_it_began() -> None:
    walker = Walker(Walk(((0.0, 0.0), (12.0, 0.0))))
    there = walker.at(10.0)
    assert (there.x_m, there.y_m) == pytest.approx((12.0, 0.0), abs=0.01)

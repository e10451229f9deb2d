"""Localisation between towers in Gazebo: plain GNSS with reflections, none at all, a robot that is
carried away. The shipped node against the simulator's truth, over a lidar that sees people too.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry

from comms.ros.qos import RELIABLE, SENSOR
from robot.localization.messages import seconds, yaw_of
from robot.localization.planar import wrap
from simulation.gazebo.messages import message_class
from simulation.gazebo.transport import GazeboTransport
from tests.gazebo_run import GazeboRun
from tests.localization_town import around_a_block, town, write_site
from tests.ros_listener import RosListener

pytestmark = pytest.mark.timeout(300)

UNIT = """
robot_body: {gnss_sigma_m: 1.5}
simulation:
  {gnss_correlation_s: 30, gnss_jump_m: 5, gnss_jump_every_s: 25, gnss_jump_s: 12}
"""
TRUTH, ODOMETRY = "/sim/ground_truth/robot", "/robot/odometry"
STATUS = "/robot/localization/status"


class Driver:
    """Drives along places by the truth, as a person with a joystick would."""

    def __init__(self, ros: RosListener) -> None:
        self._ros = ros
        self._commands = ros.node.create_publisher(TwistStamped, "/robot/cmd_vel", RELIABLE)

    def along(self, places: list[tuple[float, float]], timeout_s: float) -> None:
        """At 1.2 m/s; raises AssertionError when it takes too long."""
        end = time.monotonic() + timeout_s
        for place in places:
            while True:
                assert time.monotonic() < end, f"{place} was not reached"
                x, y, yaw = pose_of(self._ros.last(TRUTH))
                if math.hypot(place[0] - x, place[1] - y) < 0.6:
                    break
                off = wrap(math.atan2(place[1] - y, place[0] - x) - yaw)
                self._drive(1.2 if abs(off) < 0.4 else 0.0, max(-0.8, min(0.8, 1.5 * off)))
                time.sleep(0.05)
        self._drive(0.0, 0.0)

    def _drive(self, speed: float, turn: float) -> None:
        message = TwistStamped()
        message.twist.linear.x, message.twist.angular.z = speed, turn
        self._commands.publish(message)


def pose_of(message: Odometry) -> tuple[float, float, float]:
    at = message.pose.pose.position
    return at.x, at.y, yaw_of(message.pose.pose.orientation)


def errors(ros: RosListener, since: int) -> np.ndarray:
    """(n, 6) east, north, yaw error and their 1 sigma, of each odometry since, at its own time."""
    truth = np.array([(seconds(m.header.stamp), *pose_of(m)) for m in ros.messages[TRUTH]])
    truth[:, 3] = np.unwrap(truth[:, 3])
    rows = []
    for message in ros.messages[ODOMETRY][since:]:
        at = seconds(message.header.stamp)
        e, n, yaw = (np.interp(at, truth[:, 0], truth[:, k]) for k in (1, 2, 3))
        x, y, heading = pose_of(message)
        covariance = np.array(message.pose.covariance).reshape(6, 6)
        sigma = np.sqrt(np.diag(covariance)[[0, 1, 5]])
        rows.append((x - e, y - n, wrap(heading - yaw), *sigma))
    return np.array(rows)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GazeboRun]:
    folder = tmp_path_factory.mktemp("town")
    site, unit = folder / "town.site.geojson", folder / "unit.yaml"
    write_site(town(3), site)
    unit.write_text(UNIT)
    people = ("--walkers", "6", "--bystanders", "2", "--no-drone", "--seed", "3")
    with GazeboRun(folder, site, *people, unit=str(unit)) as run:
        run.start_node("localization", "robot.localization.node", "-p", "use_sim_time:=true")
        yield run


@pytest.fixture(scope="module")
def ros(run: GazeboRun) -> Iterator[RosListener]:
    listener = RosListener()
    listener.listen(TRUTH, Odometry, SENSOR)
    for topic, kind in ((ODOMETRY, Odometry), (STATUS, DiagnosticStatus)):
        listener.listen(topic, kind, RELIABLE)
    listener.wait_until(
        lambda: any(m.level != DiagnosticStatus.ERROR for m in listener.messages[STATUS]),
        "a pose that is good enough to drive",
        30.0,
    )
    yield listener
    listener.close()


def test_walls_hold_the_pose_against_reflections(ros: RosListener) -> None:
    since = len(ros.messages[ODOMETRY])
    Driver(ros).along(around_a_block(0.5)[1:], 150.0)
    table = errors(ros, since)
    rmse = float(np.sqrt(np.mean(np.sum(table[:, :2] ** 2, axis=1))))
    heading = math.degrees(float(np.sqrt(np.mean(table[:, 2] ** 2))))
    inside = float(np.mean(np.abs(table[:, :3]) <= 3.0 * table[:, 3:]))
    print(f"RMSE {rmse:.3f} m, heading {heading:.2f} deg, inside 3 sigma {100 * inside:.2f} %")
    assert len(table) > 500
    assert rmse <= 0.30
    assert heading <= 2.0
    assert inside >= 0.99
    assert float(np.median(table[:, 3:5])) < 0.15


def test_a_robot_that_is_carried_away_says_that_it_is_lost_and_finds_itself(
    run: GazeboRun, ros: RosListener
) -> None:
    transport = GazeboTransport(run.run_file.port, run.run_file.world)
    model = message_class("Model")
    mover = transport.advertise("~/model/modify", model)
    assert mover.wait_for_subscriber()
    place = around_a_block()[3]
    x, y, yaw = place[0], place[1] - 12.0, 2.2
    moved = model(name="robot")
    moved.pose.position.x, moved.pose.position.y, moved.pose.position.z = x, y, 0.02
    turn = moved.pose.orientation
    turn.x, turn.y, turn.z, turn.w = 0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)
    since = len(ros.messages[STATUS])
    mover.publish(moved)
    begin = time.monotonic()
    ros.wait_until(lambda: _apart(ros.last(TRUTH), (x, y, yaw)) < 0.5, "the robot is carried", 10.0)

    def found() -> bool:
        here = ros.messages[ODOMETRY][-1]
        good = ros.messages[STATUS][-1].level != DiagnosticStatus.ERROR
        return good and _apart(here, (x, y, yaw)) < 0.5

    try:
        ros.wait_until(found, "the robot knows where it is", 20.0)
    finally:
        for message in ros.messages[STATUS][since:]:
            print(message.message)
        print(pose_of(ros.messages[ODOMETRY][-1]), (x, y, yaw))
    took_s = time.monotonic() - begin
    said = [m.message for m in ros.messages[STATUS][since:] if m.level == DiagnosticStatus.ERROR]
    print(f"found after {took_s:.1f} s; said {said[:1]}")
    assert any("lost" in words for words in said)
    transport.close()
    threading.Event().wait(1.0)
    assert found()


def _apart(message: Odometry, pose: tuple[float, float, float]) -> float:
    x, y, yaw = pose_of(message)
    return math.hypot(x - pose[0], y - pose[1]) + abs(wrap(yaw - pose[2]))

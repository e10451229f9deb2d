"""The simulated robot through ROS topics alone: it drives, measures, feels and stops as a real one
would."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Contact
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState, CameraInfo, Image, Imu, LaserScan, NavSatFix

from comms.contracts.place import GeoPoint
from comms.contracts.site_reader import read_site
from comms.ros.qos import RELIABLE, SENSOR
from tests.gazebo_run import GazeboRun
from tests.ros_listener import RosListener

TRUTH = "/sim/ground_truth/robot"
START = (
    60.0,
    100.0,
    math.pi / 2,
)  # on the path past the Plaza Hall, whose wall lies 8 m to the east
TOPICS = {
    "/clock": (Clock, RELIABLE),
    "/robot/scan": (LaserScan, SENSOR),
    "/robot/imu/data": (Imu, SENSOR),
    "/robot/gnss/fix": (NavSatFix, SENSOR),
    "/robot/wheel/odometry": (Odometry, SENSOR),
    "/robot/battery_state": (BatteryState, RELIABLE),
    "/robot/bumper": (Contact, RELIABLE),
    TRUTH: (Odometry, SENSOR),
}


class Driver:
    """Publishes cmd_vel at 20 Hz while it is told to."""

    def __init__(self, ros: RosListener) -> None:
        self._publisher = ros.node.create_publisher(TwistStamped, "/robot/cmd_vel", RELIABLE)
        self._command: tuple[float, float] | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def drive(self, speed_mps: float, turn_radps: float) -> None:
        self._command = (speed_mps, turn_radps)

    def fall_silent(self) -> None:
        self._command = None

    def _run(self) -> None:
        while not self._done.wait(0.05):
            if self._command is not None:
                message = TwistStamped()
                message.twist.linear.x, message.twist.angular.z = self._command
                self._publisher.publish(message)

    def close(self) -> None:
        self._done.set()
        self._thread.join()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[GazeboRun]:
    site = repository / "launch/sites/ningbo_east.site.geojson"
    start = ",".join(f"{value:.4f}" for value in START)
    with GazeboRun(
        tmp_path_factory.mktemp("run"), site, "--walkers", "0", "--no-drone", "--start", start
    ) as running:
        yield running


@pytest.fixture(scope="module")
def ros(run: GazeboRun) -> Iterator[RosListener]:
    listener = RosListener()
    for topic, (kind, qos) in TOPICS.items():
        listener.listen(topic, kind, qos)
    listener.last("/clock")
    listener.last(TRUTH)
    yield listener
    listener.close()


@pytest.fixture
def driver(ros: RosListener) -> Iterator[Driver]:
    driving = Driver(ros)
    yield driving
    driving.fall_silent()
    stopped(ros)
    driving.close()


def stopped(ros: RosListener) -> None:
    ros.wait_until(
        lambda: all(speed_of(m) < 0.01 for m in ros.messages[TRUTH][-3:]), "a robot at rest", 6.0
    )


def speed_of(odometry: Odometry) -> float:
    return math.hypot(odometry.twist.twist.linear.x, odometry.twist.twist.linear.y)


def pose_of(odometry: Odometry) -> tuple[float, float, float]:
    pose = odometry.pose.pose
    return pose.position.x, pose.position.y, 2 * math.atan2(pose.orientation.z, pose.orientation.w)


def seconds(stamp: object) -> float:
    return stamp.sec + stamp.nanosec * 1e-9  # type: ignore[attr-defined]


def distance(a: Odometry, b: Odometry) -> float:
    return math.dist(pose_of(a)[:2], pose_of(b)[:2])


def test_the_clock_carries_utc_and_never_goes_back(ros: RosListener, run: GazeboRun) -> None:
    ros.next("/clock")
    stamps = [seconds(message.clock) for message in ros.messages["/clock"]]
    assert stamps == sorted(stamps)
    assert abs(stamps[-1] - time.time()) < 60
    assert seconds(ros.last("/robot/scan").header.stamp) > run.run_file.start_utc_ns * 1e-9


def test_the_lidar_sees_the_wall_where_the_site_has_it(ros: RosListener) -> None:
    x, y, yaw = pose_of(ros.last(TRUTH))
    lidar_x, lidar_y = x + 0.10 * math.cos(yaw), y + 0.10 * math.sin(yaw)
    scan = ros.next("/robot/scan")
    bearing = math.atan2(114.0 - lidar_y, 68.0 - lidar_x)  # a point of the hall's west wall
    index = round((bearing - yaw - scan.angle_min) / scan.angle_increment)
    expected = math.dist((68.0, 114.0), (lidar_x, lidar_y))
    assert scan.ranges[index] == pytest.approx(expected, abs=0.15)
    assert len(scan.ranges) == 720


def test_the_lidar_never_sees_the_robot_itself(ros: RosListener) -> None:
    ros.wait_until(lambda: len(ros.messages["/robot/scan"]) >= 20, "20 scans", 10.0)
    assert min(min(scan.ranges) for scan in ros.messages["/robot/scan"]) > 1.0


def test_the_fix_is_where_the_robot_is(ros: RosListener, run: GazeboRun) -> None:
    frame = read_site(run.site).frame
    truth = pose_of(ros.last(TRUTH))
    ros.wait_until(lambda: len(ros.messages["/robot/gnss/fix"]) >= 5, "five fixes", 10.0)
    for fix in ros.messages["/robot/gnss/fix"][-5:]:
        place = GeoPoint(
            latitude_deg=fix.latitude, longitude_deg=fix.longitude, altitude_m=fix.altitude
        )
        east, north, up = frame.to_enu(place)
        assert math.dist((east, north), truth[:2]) < 0.6
        assert abs(up) < 1.0
        assert fix.position_covariance[0] == pytest.approx(0.01)


def test_the_imu_knows_the_heading_and_gravity(ros: RosListener) -> None:
    imu = ros.next("/robot/imu/data")
    heading = 2 * math.atan2(imu.orientation.z, imu.orientation.w)
    assert math.remainder(heading - pose_of(ros.last(TRUTH))[2], math.tau) == pytest.approx(
        0.0, abs=0.12
    )
    readings = ros.messages["/robot/imu/data"]
    begin = len(readings)
    ros.wait_until(lambda: len(readings) >= begin + 20, "20 readings", 10.0)  # each is noisy
    upwards = statistics.fmean(r.linear_acceleration.z for r in readings[begin : begin + 20])
    assert upwards == pytest.approx(9.8, abs=0.2)


def test_two_metres_forward_are_two_metres_in_truth_and_odometry(
    ros: RosListener, driver: Driver
) -> None:
    truth_before, wheels_before = ros.next(TRUTH), ros.next("/robot/wheel/odometry")
    driver.drive(0.8, 0.0)
    ros.wait_until(lambda: distance(ros.messages[TRUTH][-1], truth_before) > 2.0, "2 m", 8.0)
    driver.fall_silent()
    stopped(ros)
    driven = distance(ros.next(TRUTH), truth_before)
    counted = distance(ros.next("/robot/wheel/odometry"), wheels_before)
    assert 2.0 < driven < 2.8
    assert counted == pytest.approx(driven, abs=0.08)
    x, y, _ = pose_of(ros.last(TRUTH))
    assert abs(x - START[0]) < 0.15, "it did not drive straight on"
    assert y > START[1] + 1.9


def test_a_positive_turn_is_to_the_left(ros: RosListener, driver: Driver) -> None:
    before, wheels = pose_of(ros.next(TRUTH))[2], pose_of(ros.next("/robot/wheel/odometry"))[2]
    driver.drive(0.0, 0.6)
    time.sleep(1.5)
    driver.fall_silent()
    stopped(ros)
    turned = math.remainder(pose_of(ros.next(TRUTH))[2] - before, math.tau)
    counted = math.remainder(pose_of(ros.next("/robot/wheel/odometry"))[2] - wheels, math.tau)
    assert 0.4 < turned < 1.4
    assert counted == pytest.approx(turned, abs=0.12)


def test_silence_on_cmd_vel_stops_the_robot(ros: RosListener, driver: Driver) -> None:
    driver.drive(0.8, 0.0)
    ros.wait_until(lambda: speed_of(ros.messages[TRUTH][-1]) > 0.6, "a robot that drives", 5.0)
    silent_at = seconds(ros.last("/clock").clock)
    driver.fall_silent()
    stopped(ros)
    rest = next(
        m for m in ros.messages[TRUTH] if seconds(m.header.stamp) > silent_at and speed_of(m) < 0.05
    )
    assert seconds(rest.header.stamp) - silent_at < 1.0


def test_killing_the_bridge_stops_the_robot_within_half_a_second(
    run: GazeboRun, ros: RosListener, driver: Driver
) -> None:
    from simulation.gazebo.messages import message_class, stamp_ns
    from simulation.gazebo.transport import GazeboTransport

    seen: list[tuple[float, float, float]] = []  # simulated time, x, y: the bridge will be dead

    def on_poses(message: object) -> None:
        for pose in message.pose:  # type: ignore[attr-defined]
            if pose.name == "robot":
                now = stamp_ns(message.time) * 1e-9  # type: ignore[attr-defined]
                seen.append((now, pose.position.x, pose.position.y))

    gazebo = GazeboTransport(run.run_file.port, run.run_file.world)
    gazebo.subscribe("~/pose/info", message_class("PosesStamped"), on_poses)
    try:
        driver.drive(-0.8, 0.0)
        ros.wait_until(lambda: speed_of(ros.messages[TRUTH][-1]) > 0.6, "a robot that drives", 5.0)
        run.processes["gazebo_bridge"].kill()
        run.processes["gazebo_bridge"].wait()
        killed_at = seen[-1][0]
        time.sleep(1.2)
        driver.fall_silent()
        later = [row for row in seen if killed_at + 0.5 < row[0] < killed_at + 1.1]
        assert len(later) > 5
        assert math.dist(later[0][1:], later[-1][1:]) < 0.01, "it still moves"
    finally:
        gazebo.close()
        run.start_bridge()
        ros.messages[TRUTH].clear()
        ros.last(TRUTH)


def test_the_bumper_is_pressed_by_what_the_robot_runs_into(
    ros: RosListener, driver: Driver
) -> None:
    assert not ros.next("/robot/bumper").pressed
    x, y, yaw = pose_of(ros.last(TRUTH))
    towards = math.atan2(115.0 - y, 68.0 - x)
    turn = math.remainder(towards - yaw, math.tau)
    driver.drive(0.0, math.copysign(1.0, turn))
    ros.wait_until(
        lambda: abs(math.remainder(towards - pose_of(ros.messages[TRUTH][-1])[2], math.tau)) < 0.15,
        "the robot facing the hall",
        8.0,
    )
    driver.drive(1.2, 0.0)
    ros.wait_until(lambda: ros.messages["/robot/bumper"][-1].pressed, "a pressed bumper", 20.0)
    assert ros.messages["/robot/bumper"][-1].with_what == "building_3"
    driver.drive(-0.5, 0.0)
    ros.wait_until(lambda: not ros.messages["/robot/bumper"][-1].pressed, "a free bumper", 5.0)


def test_the_battery_drains(ros: RosListener) -> None:
    ros.wait_until(lambda: len(ros.messages["/robot/battery_state"]) > 2, "battery states", 5.0)
    states = ros.messages["/robot/battery_state"]
    assert states[-1].percentage < states[0].percentage <= 0.95
    assert states[-1].power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING


def test_the_camera_gives_pictures_only_while_somebody_looks(
    ros: RosListener, run: GazeboRun
) -> None:
    ros.listen("/robot/camera/image_raw", Image, SENSOR)
    ros.listen("/robot/camera/camera_info", CameraInfo, SENSOR)
    image, info = ros.last("/robot/camera/image_raw"), ros.last("/robot/camera/camera_info")
    assert (image.width, image.height, image.encoding) == (640, 480, "rgb8")
    assert len(set(bytes(image.data[: 640 * 3 * 100]))) > 1, "the picture is of one colour"
    assert info.k[0] == pytest.approx(320 / math.tan(0.6))
    assert image.header.frame_id == info.header.frame_id == "camera_optical_frame"

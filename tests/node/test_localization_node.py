"""The localisation node as shipped, in its own process, with sensors in real time."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from robot.localization.messages import yaw_of
from robot.localization.planar import Pose
from tests.localization_stand_in import DrivingRobot, Localization

SITE = "launch/sites/ningbo_east.site.geojson"


@pytest.fixture
def robot(repository: Path) -> Iterator[DrivingRobot]:
    robot = DrivingRobot(repository / SITE)
    yield robot
    robot.close()


@pytest.fixture
def localization(tmp_path: Path, repository: Path) -> Iterator[Localization]:
    localization = Localization(tmp_path, repository / SITE)
    localization.start()
    yield localization
    assert localization.stop() == 0


def test_it_follows_a_drive_with_pose_transforms_and_status(
    robot: DrivingRobot, localization: Localization
) -> None:
    robot.wait(lambda: robot.estimates, 8.0, "a first pose")
    robot.drive()
    process = psutil.Process(localization.process.pid)
    process.cpu_percent()
    start = len(robot.estimates)
    time.sleep(6.0)
    share = process.cpu_percent()
    errors = np.array(robot.errors(start))
    rmse = float(np.sqrt(np.mean(errors[:, 0] ** 2)))
    print(f"\nlocalisation: {share:.1f} % of a core, RMSE {rmse:.3f} m")
    assert 110 <= len(errors) <= 130  # 20 Hz
    assert rmse < 0.25
    assert math.degrees(float(np.sqrt(np.mean(errors[:, 1] ** 2)))) < 6.0
    assert np.mean(errors[:, 0] <= 3.0 * math.sqrt(2) * errors[:, 2]) >= 0.99
    assert share <= 15.0  # the aim is 6 % on a quiet machine; the test runs on busy ones too

    # map -> odom -> base_link is the odometry, and odom -> base_link never jumps.
    by_stamp = {(m.header.stamp.sec, m.header.stamp.nanosec): m for _, m in robot.estimates}
    chained, last_odom = 0, None
    for message in robot.transforms:
        map_odom, odom_base = message.transforms
        assert (map_odom.header.frame_id, map_odom.child_frame_id) == ("map", "odom")
        assert (odom_base.header.frame_id, odom_base.child_frame_id) == ("odom", "base_link")
        poses = [
            Pose(t.transform.translation.x, t.transform.translation.y, yaw_of(t.transform.rotation))
            for t in (map_odom, odom_base)
        ]
        odometry = by_stamp.get((map_odom.header.stamp.sec, map_odom.header.stamp.nanosec))
        if odometry is not None:
            whole = poses[0].then(poses[1])
            assert whole.x == pytest.approx(odometry.pose.pose.position.x, abs=1e-6)
            assert whole.y == pytest.approx(odometry.pose.pose.position.y, abs=1e-6)
            chained += 1
        if last_odom is not None:
            step = math.hypot(poses[1].x - last_odom.x, poses[1].y - last_odom.y)
            assert step < 0.2
        last_odom = poses[1]
    assert chained > 100
    mounts = {t.child_frame_id: t for t in robot.mounts[0].transforms}
    assert set(mounts) == {"lidar_link", "camera_link", "camera_optical_frame", "imu_link"}
    assert mounts["lidar_link"].transform.translation.x == pytest.approx(0.10)
    assert robot.statuses[-1].level == DiagnosticStatus.OK
    assert robot.statuses[-1].message.startswith("position to 0.")


def test_killed_in_the_middle_it_finds_itself_within_seconds(
    robot: DrivingRobot, localization: Localization
) -> None:
    robot.wait(lambda: robot.estimates, 8.0, "a first pose")
    robot.drive()
    robot.wait(lambda: len(robot.estimates) > 100, 8.0, "five seconds of poses")
    localization.kill()
    time.sleep(1.0)
    robot.estimates.clear()
    back = time.monotonic()
    localization.start()
    robot.wait(lambda: robot.estimates, 8.0, "a pose again")
    print(f"\nlocalisation back after {robot.estimates[0][0] - back:.1f} s")
    time.sleep(1.0)
    errors = np.array(robot.errors())
    assert float(np.max(errors[:, 0])) < 0.6
    assert math.degrees(float(np.max(errors[:, 1]))) < 10.0
    assert robot.statuses[-1].level != DiagnosticStatus.ERROR


def test_silent_wheels_end_the_odometry_and_are_an_error(
    robot: DrivingRobot, localization: Localization
) -> None:
    robot.wait(lambda: robot.estimates, 8.0, "a first pose")
    robot.drive()
    robot.silent = {"wheels"}
    robot.wait(
        lambda: (
            "no wheel odometry" in robot.statuses[-1].message
            and robot.statuses[-1].level == DiagnosticStatus.ERROR
        ),
        3.0,
        "an error",
    )
    count = len(robot.estimates)
    time.sleep(0.5)
    assert len(robot.estimates) == count
    robot.silent = set()
    robot.wait(lambda: robot.statuses[-1].level == DiagnosticStatus.OK, 3.0, "all well again")


def test_gnss_that_jumps_is_doubted_aloud(robot: DrivingRobot, localization: Localization) -> None:
    robot.wait(lambda: len(robot.estimates) > 60, 12.0, "three seconds of poses")
    robot.gnss_offset_m = 5.0
    start = len(robot.estimates)
    robot.wait(
        lambda: (
            robot.statuses[-1].level == DiagnosticStatus.WARN
            and "GNSS says" in robot.statuses[-1].message
        ),
        5.0,
        "a warning",
    )
    assert float(np.max(np.array(robot.errors(start))[:, 0])) < 0.8


def test_it_works_on_simulated_time(repository: Path, tmp_path: Path) -> None:
    robot = DrivingRobot(repository / SITE, simulated=True)
    localization = Localization(tmp_path, repository / SITE, "use_sim_time:=true")
    localization.start()
    try:
        robot.wait(lambda: len(robot.estimates) > 40, 12.0, "two seconds of poses")
        assert float(np.max(np.array(robot.errors())[:, 0])) < 1.0
    finally:
        code = localization.stop()
        robot.close()
    assert code == 0


def test_a_broken_site_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.site.geojson"
    broken.write_text("{", encoding="utf-8")
    command = f"{sys.executable} -m robot.localization.node --ros-args -p site_file:={broken}"
    done = subprocess.run(
        command.split(),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode != 0
    assert "broken.site.geojson" in done.stderr

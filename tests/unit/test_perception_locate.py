"""Places from pictures, against geometry worked out by hand: a camera 1 m up, 45 degrees across."""

from __future__ import annotations

import math

import numpy as np
import pytest

from comms.contracts.vehicle import Camera, Mount
from perception.config import LocateConfig
from perception.errors import PerceptionError
from perception.kinds import PERSON, VEHICLE
from perception.locate.camera_model import CameraPose, Lens, drone_camera, robot_camera
from perception.locate.lidar import Scan, scan_points
from perception.locate.locator import Locator, NoPlace, Place
from perception.locate.pose_buffer import Pose, PoseBuffer

#: focal length 640 px: one pixel is 1/640 of the distance
LENS = Lens(1280, 960, 640.0, 640.0, 640.0, 480.0)
MOUNT = Mount(x_m=0.0, z_m=1.0)
CONFIG = LocateConfig()
HALF_DEPTH_M = 0.20  # of a person, from the near side to the middle


def pose(
    x: float = 0.0, y: float = 0.0, yaw: float = 0.0, time_s: float = 0.0, z: float = 0.0
) -> Pose:
    quaternion = np.array([0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)])
    return Pose(time_s, np.array([x, y, z]), quaternion, np.diag([0.01, 0.01, 0.01]), 0.0)


def located(box: tuple[float, float, float, float], camera: CameraPose, **more: object) -> Place:
    place = Locator(CONFIG).locate(box, PERSON, camera, LENS, **more)  # type: ignore[arg-type]
    assert isinstance(place, Place), place
    return place


def test_feet_64_pixels_below_the_middle_are_10_m_ahead() -> None:
    place = located((600, 370, 680, 544), robot_camera(pose(), MOUNT, CONFIG))
    assert place.east_m == pytest.approx(10.0 + HALF_DEPTH_M, abs=0.05)
    assert place.north_m == pytest.approx(0.0, abs=1e-6)
    assert place.method == "ground"


def test_a_box_to_the_right_is_to_the_right_and_turns_with_the_robot() -> None:
    """128 px right of the middle at 10 m is 2 m to the right."""
    box = (728.0, 370.0, 808.0, 544.0)
    ahead_east = located(box, robot_camera(pose(), MOUNT, CONFIG))
    assert (ahead_east.east_m, ahead_east.north_m) == pytest.approx((10.2, -2.04), abs=0.06)
    ahead_north = located(box, robot_camera(pose(100.0, 50.0, math.pi / 2), MOUNT, CONFIG))
    assert (ahead_north.east_m, ahead_north.north_m) == pytest.approx((102.04, 60.2), abs=0.06)


def test_a_mount_that_looks_down_and_sits_forward_is_taken_into_account() -> None:
    mount = Mount(x_m=0.5, z_m=1.0, pitch_rad=math.atan(0.1))
    place = located((600, 300, 680, 480), robot_camera(pose(), mount, CONFIG))
    assert place.east_m == pytest.approx(0.5 + 10.0 + HALF_DEPTH_M, abs=0.05)


def test_the_uncertainty_grows_with_the_square_of_the_distance_along_the_line_of_sight() -> None:
    near = located((600, 400, 680, 608), robot_camera(pose(), MOUNT, CONFIG))  # 5 m
    far = located((620, 440, 660, 544), robot_camera(pose(), MOUNT, CONFIG))  # 10 m
    assert far.covariance[0, 0] / near.covariance[0, 0] > 3.0
    assert far.covariance[0, 0] > 5 * far.covariance[1, 1]
    # a pitch error of 0.01 rad at 10 m and 1 m height is 1 m; the box's edge adds to it
    assert 1.0 < math.sqrt(far.covariance[0, 0]) < 1.6


def test_the_covariance_holds_what_errors_of_its_own_size_do() -> None:
    """Monte Carlo over pixel, pitch, yaw and position: nine of ten lie in the 90 % ellipse."""
    random = np.random.default_rng(7)
    camera = robot_camera(pose(), MOUNT, CONFIG)
    box = (560.0, 470.0, 620.0, 560.0)
    told = located(box, camera)
    edge = CONFIG.pixel_sigma + CONFIG.box_sigma * 90
    inside = 0
    for _ in range(500):
        x, y = random.normal(0, 0.1, 2)
        mount = Mount(z_m=1.0 + random.normal(0, 0.02), pitch_rad=random.normal(0, 0.01))
        moved = robot_camera(pose(x, y, random.normal(0, 0.01)), mount, CONFIG)
        shift_u, shift_v = random.normal(0, edge, 2)
        seen = (box[0] + shift_u, box[1], box[2] + shift_u, box[3] + shift_v)
        other = Locator(CONFIG).locate(seen, PERSON, moved, LENS)
        if not isinstance(other, Place):
            continue
        offset = np.array([other.east_m - told.east_m, other.north_m - told.north_m])
        inside += float(offset @ np.linalg.solve(told.covariance, offset)) < 4.605
    assert inside / 500 > 0.82


def test_what_touches_the_horizon_or_lies_too_far_gets_no_place() -> None:
    camera = robot_camera(pose(), MOUNT, CONFIG)
    locator = Locator(CONFIG)
    assert locator.locate((600, 300, 680, 470), PERSON, camera, LENS) is NoPlace.HORIZON
    assert locator.locate((600, 400, 680, 492), PERSON, camera, LENS) is NoPlace.UNCERTAIN


def test_a_person_whose_feet_are_cut_off_is_placed_by_the_head() -> None:
    """A head of 1.68 m, 0.68 m above the lens, 217.6 px above the middle: 2 m away."""
    camera = robot_camera(pose(), MOUNT, CONFIG)
    place = located((500, 480 - 217.6, 780, 960), camera)
    assert place.method == "head"
    assert place.east_m == pytest.approx(2.0, abs=0.05)
    assert place.covariance[0, 0] > 0.3**2
    assert Locator(CONFIG).locate((500, 300, 780, 960), VEHICLE, camera, LENS) is NoPlace.CUT
    assert Locator(CONFIG).locate((500, 0, 780, 960), PERSON, camera, LENS) is NoPlace.CUT


def lidar_points(hits: dict[int, float]) -> np.ndarray:
    """A lidar of 360 rays, 0.45 m above the robot at the origin; `hits` degrees -> range."""
    ranges = np.full(360, np.inf)
    for degree, distance in hits.items():
        ranges[degree + 180] = distance
    scan = Scan(0.0, ranges, -math.pi, math.radians(1), 30.0)
    return scan_points(scan, pose(), Mount(z_m=0.45))


def test_the_lidar_corrects_the_distance_where_it_sees_the_same_thing() -> None:
    camera = robot_camera(pose(), MOUNT, CONFIG)
    box = (590.0, 370.0, 690.0, 544.0)  # the picture says 10 m; the lidar knows 9.0
    points = lidar_points({-1: 9.0, 0: 9.0, 1: 9.05, 2: 25.0, -2: 25.0})
    place = located(box, camera, points=points)
    assert place.method == "lidar"
    assert place.east_m == pytest.approx(9.0 + HALF_DEPTH_M, abs=0.1)
    assert math.sqrt(place.covariance[0, 0]) < 0.2


def test_the_lidar_is_not_believed_when_it_hits_something_else() -> None:
    camera = robot_camera(pose(), MOUNT, CONFIG)
    place = located((590, 370, 690, 544), camera, points=lidar_points({-1: 2.0, 0: 2.0, 1: 2.0}))
    assert place.method == "ground"


def test_from_the_drone_straight_down_the_middle_of_the_box_is_the_place() -> None:
    down = np.array([0.0, math.sin(math.pi / 4), 0.0, math.cos(math.pi / 4)])  # pitch 90 degrees
    attitude = Pose(0.0, np.zeros(3), down, np.zeros((3, 3)))
    camera = drone_camera(pose(20.0, 30.0, z=40.0), attitude, Mount(), CONFIG)
    place = located((632, 476, 648, 483.2), camera)
    assert (place.east_m, place.north_m) == pytest.approx((20.0, 30.0), abs=0.1)
    to_the_right = located((792, 476, 808, 483.2), camera)  # 160 px at 40 m: 10 m, to the south
    assert (to_the_right.east_m, to_the_right.north_m) == pytest.approx((20.0, 20.0), abs=0.1)


def test_poses_are_interpolated_at_the_frames_time_also_across_south() -> None:
    buffer = PoseBuffer(max_extrapolation_s=0.3, max_gap_s=1.0)
    buffer.add(pose(0.0, 0.0, math.radians(170), 10.0))
    buffer.add(pose(1.0, 2.0, math.radians(-170), 10.1))
    between = buffer.at(10.05)
    assert between is not None
    assert between.position[:2] == pytest.approx([0.5, 1.0])
    assert between.rotation[0, 0] == pytest.approx(-1.0)  # it looks due west


def test_no_pose_is_made_up_for_times_that_are_not_known() -> None:
    buffer = PoseBuffer(max_extrapolation_s=0.3, max_gap_s=1.0)
    assert buffer.at(5.0) is None
    for time_s in (10.0, 10.1, 12.0):
        buffer.add(pose(time_s=time_s))
    assert buffer.at(9.0) is None
    assert buffer.at(11.0) is None, "a gap of 1.9 s"
    assert buffer.at(12.2) is not None
    assert buffer.at(12.5) is None
    buffer.add(Pose(12.1, np.array([np.nan, 0, 0]), np.array([0, 0, 0, 1.0]), np.eye(3)))
    assert np.isfinite(buffer.at(12.1).position).all()  # type: ignore[union-attr]


def test_a_clock_set_back_starts_the_poses_anew() -> None:
    buffer = PoseBuffer(max_extrapolation_s=0.3, max_gap_s=1.0)
    buffer.add(pose(1.0, time_s=100.0))
    buffer.add(pose(2.0, time_s=5.0))
    assert buffer.at(100.0) is None
    assert buffer.at(5.0) is not None


def test_a_calibration_that_cannot_be_is_refused_and_distortion_is_undone() -> None:
    good = [640.0, 0, 640, 0, 640, 480, 0, 0, 1]
    with pytest.raises(PerceptionError, match="finite"):
        Lens.calibrated(1280, 960, [math.nan, *good[1:]])
    with pytest.raises(PerceptionError, match="focal"):
        Lens.calibrated(1280, 960, [0.0] * 9)
    straight = Lens.calibrated(1280, 960, good, [0.0] * 5)
    assert straight.ray(1280, 480) == pytest.approx([1.0, -1.0, 0.0])
    barrel = Lens.calibrated(1280, 960, good, [-0.1, 0.0, 0.0, 0.0, 0.0])
    # a point at 0.5 lands at 0.5 * (1 - 0.1 * 0.25) = 0.4875, that is 312 px from the middle
    assert barrel.ray(640 + 312, 480)[1] == pytest.approx(-0.5, abs=1e-3)
    assert barrel.scaled_to(640, 480).ray(320 + 156, 240)[1] == pytest.approx(-0.5, abs=1e-3)


def test_the_contracts_camera_and_the_lens_agree() -> None:
    camera = Camera(width_px=640, height_px=480, horizontal_fov_rad=math.pi / 2)
    lens = Lens.of(camera)
    assert lens.ray(640, 240) == pytest.approx([1.0, -1.0, 0.0])

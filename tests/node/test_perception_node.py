"""The perception node as it runs on the unit: real ROS topics, real photographs, a real kill."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Finding
from patrol_interfaces.srv import TakePicture
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from ultralytics.utils import ASSETS

from comms.contracts.place import GeoPoint
from comms.contracts.site_reader import read_site
from comms.ros.images import fill_image
from comms.ros.qos import RECORDS, RELIABLE, SENSOR
from comms.ros.transport import use_transport_profile
from perception.privacy.faces import FaceFinder

LABELS = json.loads(
    (Path(__file__).parents[1] / "data" / "perception" / "labels.json").read_text("utf-8")
)
FACES = next(p["faces"] for p in LABELS["pictures"] if p["file"] == "zidane.jpg")
UNIT = """
perception:
  cameras: [robot]
  findings:
    person: {end_after_s: 4.0}
"""


class Rig(Node):
    """A robot that stands somewhere, looks at a picture, and keeps what perception says."""

    def __init__(self) -> None:
        super().__init__("perception_rig")
        self.findings: list[Finding] = []
        self.diagnostics: list[DiagnosticArray] = []
        self.live: list[CompressedImage] = []
        self.picture: np.ndarray | None = None
        self.shown = 0
        self.pose = (0.0, 0.0, 0.0)
        self._images = self.create_publisher(Image, "/robot/camera/image_raw", SENSOR)
        self._infos = self.create_publisher(CameraInfo, "/robot/camera/camera_info", SENSOR)
        self._odometry = self.create_publisher(Odometry, "/robot/odometry", RELIABLE)
        self.create_subscription(Finding, "/findings", self.findings.append, RECORDS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self.diagnostics.append, RELIABLE)
        self.take_picture = self.create_client(TakePicture, "/robot/take_picture")
        self.create_timer(0.05, self._tell_pose)
        self.create_timer(0.25, self._show)
        self.executor_ = SingleThreadedExecutor()
        self.executor_.add_node(self)

    def until(self, condition: Callable[[], object], timeout_s: float = 20.0) -> bool:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if condition():
                return True
            self.executor_.spin_once(timeout_sec=0.05)
        return bool(condition())

    def ask_for_picture(self) -> TakePicture.Response:
        assert self.take_picture.wait_for_service(20.0)
        future = self.take_picture.call_async(TakePicture.Request())
        assert self.until(future.done, 10.0)
        return future.result()

    def watch_live(self) -> None:
        self.create_subscription(CompressedImage, "/robot/camera/live", self.live.append, SENSOR)

    def send(self, message: Image) -> None:
        message.header.stamp = self.get_clock().now().to_msg()
        self._images.publish(message)

    def send_info(self, message: CameraInfo) -> None:
        self._infos.publish(message)

    def phases(self, finding_id: str) -> list[str]:
        return [f.phase for f in self.findings if f.finding_id == finding_id]

    def news(self) -> Finding | None:
        return next((f for f in self.findings if f.phase == Finding.PHASE_NEW), None)

    def _tell_pose(self) -> None:
        message = Odometry()
        message.header.stamp = self.get_clock().now().to_msg()
        message.header.frame_id, message.child_frame_id = "map", "base_link"
        x, y, yaw = self.pose
        message.pose.pose.position.x, message.pose.pose.position.y = x, y
        message.pose.pose.orientation.z = math.sin(yaw / 2)
        message.pose.pose.orientation.w = math.cos(yaw / 2)
        message.pose.covariance = [0.01 if i in (0, 7, 14, 35) else 0.0 for i in range(36)]
        self._odometry.publish(message)

    def _show(self) -> None:
        if self.picture is not None:
            self.shown += 1
            height, width = self.picture.shape[:2]
            rgb = np.ascontiguousarray(self.picture[:, :, ::-1])
            self.send(fill_image(Image(), rgb.tobytes(), width, height, "rgb8"))


@contextmanager
def rig() -> Iterator[Rig]:
    use_transport_profile()
    rclpy.init()
    node = Rig()
    try:
        yield node
    finally:
        node.executor_.shutdown()
        node.destroy_node()
        rclpy.shutdown()


class Process:
    """The node in a process of its own, with its state in `folder`."""

    def __init__(self, folder: Path, site: Path, parameters: tuple[str, ...] = ()) -> None:
        (folder / "unit.yaml").write_text(UNIT)
        self.log = folder / "perception.log"
        arguments = [f"unit_config:={folder / 'unit.yaml'}", f"site_file:={site}", *parameters]
        flags = [part for argument in arguments for part in ("-p", argument)]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "perception.node", "--ros-args", *flags],
                env=os.environ | {"PATROL_STATE_DIR": str(folder / "state")},
                stderr=log,
                stdout=log,
            )

    def kill(self) -> None:
        self.child.kill()
        self.child.wait(10)

    def end(self) -> int:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(15)

    def says(self, text: str) -> int:
        return self.log.read_text("utf-8").count(text)


@pytest.fixture
def site(repository: Path) -> Path:
    return repository / "launch" / "sites" / "ningbo_east.site.geojson"


@pytest.fixture
def perception(tmp_path: Path, site: Path) -> Iterator[Process]:
    process = Process(tmp_path, site)
    yield process
    if process.child.poll() is None:
        process.kill()


def photograph(name: str) -> np.ndarray:
    folder = ASSETS if name == "zidane.jpg" else Path(os.environ["PATROL_MODELS"]) / "media"
    picture = cv2.imread(str(folder / name))
    assert picture is not None
    return picture


def decoded(message: CompressedImage) -> np.ndarray:
    assert message.format == "jpeg"
    assert 0 < len(message.data) <= 60_000
    picture = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def fine_detail(picture: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float64)
    return grey - cv2.GaussianBlur(grey, (0, 0), 4.0)


def assert_no_face(picture: np.ndarray, original: np.ndarray) -> None:
    """Nothing of the face's fine detail is left (drawn boxes may cross it), and no face is
    found."""
    scale = picture.shape[1] / original.shape[1]
    small = cv2.resize(original, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
    found = FaceFinder(threshold=0.4).find(picture)
    for face in FACES:
        x1, y1, x2, y2 = (round(value * scale) for value in face)
        before, after = small[y1:y2, x1:x2], picture[y1:y2, x1:x2]
        alike = np.corrcoef(fine_detail(before).ravel(), fine_detail(after).ravel())[0, 1]
        assert abs(alike) < 0.15, "the face's detail shows through"
        assert np.abs(before.astype(int) - after).mean() > 10
        middle = (x1 + x2) / 2, (y1 + y2) / 2
        assert not [
            box for box in found if box[0] < middle[0] < box[2] and box[1] < middle[1] < box[3]
        ], "a face is found in what has left"


def test_a_person_in_front_of_the_robot_becomes_a_finding_at_the_right_place(
    perception: Process, site: Path
) -> None:
    frame = read_site(site).frame
    with rig() as robot:
        robot.pose = (10.0, 5.0, math.pi / 2)  # it looks north
        assert robot.until(lambda: robot.diagnostics, 40.0), perception.log.read_text()
        robot.picture = photograph("person.jpg")
        assert robot.until(robot.news, 20.0), perception.log.read_text()
        finding = robot.news()
        assert finding is not None
        assert (finding.kind, finding.label, finding.source) == ("person", "person", "robot")
        assert finding.revision == 0
        # feet at pixel (233, 375) of 640 x 424: the lens of the contract has f = 467.7 px across
        # and 413.2 px down, sits 0.2 m forward, 1.0 m high, and looks 0.05 rad down
        down = 0.05 + math.atan((375 - 212) / 413.2)
        ahead = 1.0 / math.tan(down)
        left = (320 - 233) / 467.7 * math.hypot(1.0, ahead)
        place = frame.to_enu(
            GeoPoint(
                latitude_deg=finding.position.latitude, longitude_deg=finding.position.longitude
            )
        )
        assert place.east_m == pytest.approx(10.0 - left, abs=0.4)
        assert place.north_m == pytest.approx(5.0 + 0.2 + 0.2 + ahead, abs=0.5)
        assert 0.0 < finding.position_covariance[0] < 1.0
        snapshot = decoded(finding.snapshot)
        assert snapshot.shape == (424, 640, 3)
        assert robot.until(lambda: robot.phases(finding.finding_id).count("updated") >= 1)
        robot.picture = None
        assert robot.until(lambda: "ended" in robot.phases(finding.finding_id))
        revisions = [f.revision for f in robot.findings if f.finding_id == finding.finding_id]
        assert revisions == list(range(len(revisions)))
        camera = [
            {value.key: int(value.value) for value in status.values if value.value.isdigit()}
            for array in robot.diagnostics
            for status in array.status
            if status.name == "perception: robot camera"
        ][-1]
        assert camera["received"] >= 0.9 * robot.shown, "pictures get lost on the way"
        assert camera["processed"] + camera["dropped"] == camera["received"]
        stages = {
            value.key
            for array in robot.diagnostics
            for status in array.status
            if status.name == "perception: pipeline"
            for value in status.values
        }
        assert {"detect_ms", "track_ms", "locate_ms", "judge_ms", "blur_ms"} <= stages
        idle = psutil.Process(perception.child.pid)
        before = sum(idle.cpu_times()[:2])
        robot.until(lambda: False, 5.0)
        share = (sum(idle.cpu_times()[:2]) - before) / 5.0
        assert share < 0.10, f"without a picture it takes {share:.1%} of a core"
    assert perception.end() == 0


def test_no_face_leaves_in_a_snapshot_a_picture_or_the_live_view(perception: Process) -> None:
    original = photograph("zidane.jpg")
    with rig() as robot:
        none_yet = robot.ask_for_picture()
        assert not none_yet.success
        assert "not sent a picture" in none_yet.message
        robot.picture = original
        assert robot.until(robot.news, 30.0), perception.log.read_text()
        finding = robot.news()
        assert finding is not None
        assert_no_face(decoded(finding.snapshot), original)
        answer = robot.ask_for_picture()
        assert answer.success, answer.message
        assert_no_face(decoded(answer.picture), original)
        robot.watch_live()
        assert robot.until(lambda: len(robot.live) >= 2)
        assert_no_face(decoded(robot.live[-1]), original)
        robot.picture = None
        assert robot.until(lambda: "3 s old" in robot.ask_for_picture().message, 10.0)


def test_a_killed_perception_goes_on_with_its_open_findings_and_ends_them(
    perception: Process, tmp_path: Path, site: Path
) -> None:
    with rig() as robot:
        robot.picture = photograph("person.jpg")
        assert robot.until(robot.news, 40.0), perception.log.read_text()
        finding_id = robot.news().finding_id  # type: ignore[union-attr]
        animals_and_people = {f.finding_id for f in robot.findings}
        perception.kill()
        told = [f.revision for f in robot.findings if f.finding_id == finding_id]
        robot.picture = None
        second = Process(tmp_path, site)
        try:
            assert robot.until(lambda: "ended" in robot.phases(finding_id), 30.0)
            mine = [f for f in robot.findings if f.finding_id == finding_id]
            assert mine[-1].revision > max(told)
            again = [f for f in mine if f.phase == "new"]
            assert len({f.revision for f in again}) == 1, "a repeat has the old number"
            robot.picture = photograph("person.jpg")
            assert robot.until(lambda: robot.phases(finding_id)[-1] == "updated", 15.0)
            people = {f.finding_id for f in robot.findings if f.kind == "person"}
            assert people == {finding_id}, "the same person is the same finding"
            assert animals_and_people >= people
        finally:
            second.end()


def broken_images() -> list[Image]:
    def image(width: int, height: int, encoding: str, size: int, step: int) -> Image:
        message = Image(width=width, height=height, encoding=encoding, step=step)
        message.data = bytes(size)
        return message

    return [
        image(640, 480, "bayer_rggb8", 640 * 480, 640),
        image(640, 480, "rgb8", 1000, 1920),
        image(0, 0, "rgb8", 0, 0),
        image(640, 480, "rgb8", 640 * 480, 640),
        image(4_000_000_000, 4_000_000_000, "rgb8", 16, 4_000_000_000),
        image(640, 480, "", 640 * 480 * 3, 1920),
    ]


def test_broken_frames_bring_one_message_each_and_no_crash(perception: Process) -> None:
    with rig() as robot:
        robot.picture = photograph("person.jpg")
        assert robot.until(robot.news, 40.0), perception.log.read_text()
        robot.picture = None
        robot.until(lambda: False, 1.0)
        for message in broken_images():
            for _ in range(3):
                robot.send(message)
                robot.until(lambda: False, 0.3)
        robot.send_info(CameraInfo(width=640, height=424, k=[math.nan] * 9))
        tiny = np.zeros((1, 1, 3), np.uint8)
        robot.send(fill_image(Image(), tiny.tobytes(), 1, 1, "rgb8"))
        wide = np.zeros((2, 7000, 3), np.uint8)
        robot.send(fill_image(Image(), wide.tobytes(), 7000, 2, "rgb8"))
        robot.until(lambda: False, 1.5)
        assert perception.says("unusable_input") == len(broken_images()) + 1
        assert perception.says("calibration") == 1
        assert perception.says("frame_failed") == 0, perception.log.read_text()
        assert perception.child.poll() is None
        robot.picture = photograph("person.jpg")
        count = len(robot.findings)
        assert robot.until(lambda: len(robot.findings) > count, 10.0), "it goes on working"


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        (("site_file:=/nowhere/site.geojson",), "/nowhere/site.geojson"),
        (("cameras:=submarine",), "submarine"),
    ],
)
def test_it_says_in_one_sentence_why_it_cannot_start(
    tmp_path: Path, site: Path, parameters: tuple[str, ...], sentence: str
) -> None:
    process = Process(tmp_path, site, parameters)
    assert process.child.wait(40) == 2
    text = process.log.read_text("utf-8")
    assert "perception cannot start" in text
    assert sentence in text
    assert "Traceback" not in text

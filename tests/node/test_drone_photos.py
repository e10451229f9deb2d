"""Photos and videos: by a MAVLink camera, by perception's blurred picture, and along a survey."""

from __future__ import annotations

import io
import itertools
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from patrol_interfaces.msg import Finding, GeoPoint, Task
from patrol_interfaces.srv import TakePhoto, TakePicture
from PIL import Image
from rclpy.callback_groups import ReentrantCallbackGroup
from std_srvs.srv import SetBool

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.ros.qos import RECORDS
from drone.record.mcap_file import read_mcap
from tests.drone_bench import PAD, PROFILES, SITE, Bench, Client, bench_of, orbit_task

PLAZA = Enu(72.0, 64.0)
pytestmark = pytest.mark.timeout(150)
makes = pytest.mark.parametrize("profile", PROFILES)


class Desk:
    """A client that takes photos and hears of findings."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.findings: list[Finding] = []
        client.node.create_subscription(Finding, "/findings", self.findings.append, RECORDS)
        self._photo = client.node.create_client(TakePhoto, "/drone/take_photo")
        self._film = client.node.create_client(SetBool, "/drone/film")

    def photo(self) -> TakePhoto.Response:
        return self._client.call(self._photo, TakePhoto.Request(who="Li"))

    def film(self, on: bool) -> SetBool.Response:
        return self._client.call(self._film, SetBool.Request(data=on))

    def told(self, count: int) -> list[Finding]:
        self._client.until(lambda: len(self.findings) >= count, 5, f"{count} findings")
        return self.findings


@contextmanager
def with_camera(folder: Path, profile: str, drone: dict[str, Any]) -> Iterator[Bench]:
    camera = {"present": True, "stream": "rtsp://192.168.0.10:8554/main"}
    made = folder / "autopilot.yaml"
    made.write_text(yaml.safe_dump({"simulated_autopilot": {"camera": camera, "profile": profile}}))
    unit = folder / "given.yaml"
    unit.write_text(yaml.safe_dump({"drone": drone}))
    options = ("--unit-config", str(made))
    with bench_of(folder, *options, profile=profile, unit_config=str(unit)) as bench:
        yield bench


def survey_task(task_id: str) -> Task:
    """Of 40 m × 40 m on the plaza, from 20 m."""
    frame = LocalFrame(SITE.origin)
    points = []
    for x, y in ((-20, -20), (20, -20), (20, 20), (-20, 20)):
        p = frame.to_geo(PLAZA.east_m + x, PLAZA.north_m + y)
        points.append(
            GeoPoint(latitude=p.latitude_deg, longitude=p.longitude_deg, altitude=math.nan)
        )
    return Task(
        task_id=task_id, kind=Task.KIND_SURVEY, vehicle="drone", points=points,
        height_m=20.0, overlap=0.5, approved_by="Wang",
    )  # fmt: skip


@makes
def test_a_mavlink_camera_takes_pictures_films_and_is_triggered_along_a_survey(
    profile: str, tmp_path: Path
) -> None:
    with with_camera(tmp_path, profile, {"camera_trigger": True}) as bench:
        client, desk = bench.client, Desk(bench.client)
        client.wait_for_green()
        client.until(lambda: "a camera is on board" in bench.log, 15, "the camera")
        client.until(lambda: "rtsp://192.168.0.10:8554/main" in bench.log, 10, "its stream")
        answer = desk.photo()
        assert answer.success, answer.message
        assert answer.file == "mftp:///DCIM/0001.jpg"
        pad = LocalFrame(SITE.origin).to_geo(*PAD)
        assert answer.at.latitude == pytest.approx(pad.latitude_deg, abs=3e-5)
        new, ended = desk.told(2)
        assert (new.kind, new.source, new.phase, ended.phase) == ("photo", "drone", "new", "ended")
        assert "a photo that Li asked for" in new.reason
        assert desk.film(True).success
        assert desk.film(False).success
        client.until(lambda: "the camera has" in client.line("storage").detail, 10, "its storage")
        result = client.send(survey_task("strips"))
        final = client.result(result, 90.0)
        assert final.state == "succeeded", final.reason
        time.sleep(1.0)  # the log's page is written
        (log,) = (bench.state / "flights").glob("*_strips")
        entries = [e for part in sorted(log.glob("part_*.mcap")) for e in read_mcap(part)]
        captures = [e.body for e in entries if e.topic == "/capture"]
        frame = LocalFrame(SITE.origin)
        places = [frame.to_enu(_geo(c["latitude_deg"], c["longitude_deg"]))[:2] for c in captures]
        inside = [p for p in places if math.dist(p, PLAZA[:2]) < 32.0]
        assert len(inside) == len(places)  # none on the way there or home
        steps = [math.dist(a, b) for a, b in itertools.pairwise(places)]
        vertical = 2 * math.atan(480 / 640 * math.tan(0.6))
        every_m = 2 * 20.0 * math.tan(vertical / 2) * 0.5
        assert max(steps) < 1.25 * every_m + 1.5  # half overlaps, as asked
        assert len(places) >= 6


def _geo(latitude: float, longitude: float) -> Any:
    from comms.contracts.place import GeoPoint as Place

    return Place(latitude_deg=latitude, longitude_deg=longitude)


def test_without_a_mavlink_camera_perceptions_blurred_picture_is_kept_with_its_place(
    tmp_path: Path,
) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    jpeg = bytes(cv2.imencode(".jpg", noise)[1].tobytes())
    with bench_of(tmp_path) as bench:
        client, desk = bench.client, Desk(bench.client)
        client.wait_for_green()
        refused = desk.photo()
        assert not refused.success
        assert refused.message.startswith("there is no camera")
        film = desk.film(True)
        assert (film.success, "no MAVLink camera" in film.message) == (False, True)
        blurred = [True]

        def take(_: Any, response: TakePicture.Response) -> TakePicture.Response:
            response.success, response.message = blurred[0], "the newest picture is 9 s old"
            response.picture.data = jpeg
            return response

        client.node.create_service(
            TakePicture, "/drone/take_picture", take, callback_group=ReentrantCallbackGroup()
        )
        client.until(lambda: desk.photo().success, 10, "perception to be found")
        answer = desk.photo()
        gps = Image.open(io.BytesIO(Path(answer.file).read_bytes())).getexif().get_ifd(0x8825)
        pad = LocalFrame(SITE.origin).to_geo(*PAD)
        degrees = sum(float(x) / 60**n for n, x in enumerate(gps[2]))
        assert degrees == pytest.approx(pad.latitude_deg, abs=3e-5)
        new = [f for f in desk.told(4) if f.phase == "new"][-1]
        assert bytes(new.snapshot.data) == jpeg
        blurred[0] = False
        old = desk.photo()
        assert (old.success, old.message) == (False, "the newest picture is 9 s old")
        assert json.dumps(sorted(p.suffix for p in (bench.state / "photos").iterdir())).count("jpg")
        result = client.send(orbit_task("while-flying", PLAZA))
        client.until(lambda: client.height() > 10.0, 30, "the climb")
        blurred[0] = True
        assert desk.photo().success
        result.handle.cancel_goal_async()
        client.result(result, 60.0)

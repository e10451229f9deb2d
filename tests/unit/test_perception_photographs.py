"""Real photographs and a real video through the unit's own perception, with boxes labelled by hand.

The pictures come from packages (ultralytics, darknet, opencv-doc); set-up puts them in
$PATROL_MODELS/media. How they were labelled is said in tests/data/perception/labels.json.
"""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from comms.contracts.finding import Source
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from perception.config import PerceptionConfig
from perception.detect.detections import Detections, Picture
from perception.detect.ultralytics_model import UltralyticsDetector
from perception.errors import FrameError
from perception.pipeline import Pipeline
from perception.privacy.blur import Blurred, Blurrer
from perception.privacy.encode import Mark, to_jpeg
from perception.privacy.faces import FaceFinder
from perception.sources import open_clip, read_picture

LABELS = json.loads(
    (Path(__file__).parents[1] / "data" / "perception" / "labels.json").read_text("utf-8")
)
PICTURES = {entry["file"]: entry for entry in LABELS["pictures"]}
WITH_FACES = [name for name, entry in PICTURES.items() if entry["faces"]]
CAMERA = Source.ROBOT
CONFIG = PerceptionConfig(cameras=("robot",), max_rate_hz=10.0)


def media(name: str) -> Path:
    if name in ("bus.jpg", "zidane.jpg"):
        from ultralytics.utils import ASSETS

        return Path(ASSETS) / name
    return Path(os.environ["PATROL_MODELS"]) / "media" / name


@cache
def detector() -> UltralyticsDetector:
    return UltralyticsDetector(CONFIG.detector)


@cache
def blurrer() -> Blurrer:
    return Blurrer(CONFIG.privacy)


def pipeline() -> Pipeline:
    frame = LocalFrame(GeoPoint(latitude_deg=29.868, longitude_deg=121.615))
    return Pipeline(CONFIG, detector(), blurrer(), frame)


@cache
def looked_at(name: str) -> tuple[Picture, Detections]:
    picture = read_picture(media(name))
    return picture, pipeline().detect(picture)


def iou(a: Any, b: Any) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def sharpness(picture: Picture) -> float:
    """Energy of the fine detail: variance of the Laplacian."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def cut(picture: Picture, box: Any, scale: float = 1.0) -> Picture:
    x1, y1, x2, y2 = (round(value * scale) for value in box)
    return picture[y1:y2, x1:x2]


@pytest.mark.parametrize("name", PICTURES)
def test_what_was_labelled_in_a_photograph_is_found(name: str) -> None:
    picture, detections = looked_at(name)
    found = pipeline().track(CAMERA, detections)
    for thing in PICTURES[name]["things"]:
        mine = [box for box in found if box.kind == thing["kind"]]
        best = max((iou(box.box, thing["box"]) for box in mine), default=0.0)
        assert best >= 0.5, f"{thing} in {name}: best overlap {best:.2f}"
    kinds = {box.kind for box in found if box.score >= CONFIG.detector.confidence}
    assert not kinds & set(PICTURES[name]["none_of"]), kinds
    height, width = picture.shape[:2]
    assert all(0 <= b.box[0] < b.box[2] <= width for b in found)
    assert all(0 <= b.box[1] < b.box[3] <= height for b in found)


def test_a_part_of_a_real_video_gives_tracks_that_keep_their_numbers() -> None:
    video = LABELS["video"]
    running = pipeline()
    seen_in: Counter[tuple[str, int]] = Counter()
    frames = 0
    last = []
    for number, picture in enumerate(open_clip(media(video["file"])).frames()):
        if number < video["frame"] - 39:
            continue
        last = running.track(CAMERA, running.detect(picture))
        seen_in.update((box.kind, box.track_id) for box in last)
        frames += 1
        if number == video["frame"]:
            break
    assert frames == 40
    for thing in video["things"]:
        fitting = [b for b in last if b.kind == thing["kind"] and iou(b.box, thing["box"]) >= 0.5]
        assert fitting, f"{thing} is not found in frame {video['frame']}"
        longest = max(seen_in[b.kind, b.track_id] for b in fitting)
        assert longest >= 25, f"{thing} kept its number for {longest} of 40 frames"
    people = [key for key in seen_in if key[0] == "person"]
    assert len(people) <= 14, "a handful of people are a handful of tracks"


@pytest.mark.parametrize("name", WITH_FACES)
def test_no_face_is_left_in_a_picture_that_leaves(name: str) -> None:
    picture, detections = looked_at(name)
    blurred = blurrer().blur(picture, detections).pixels
    found = FaceFinder(threshold=0.35).find(blurred)
    for face in PICTURES[name]["faces"]:
        before, after = cut(picture, face), cut(blurred, face)
        assert np.abs(before.astype(int) - after).mean() > 10
        assert sharpness(after) < 0.05 * sharpness(before), "fine detail is gone"
        assert len(np.unique(after.reshape(-1, 3) // 16, axis=0)) < 120, "a handful of colours"
        assert not [box for box in found if iou(box, face) > 0.2], "no face is found any more"


@pytest.mark.parametrize("name", WITH_FACES)
def test_faces_are_blurred_also_where_the_detector_sees_nobody(name: str) -> None:
    picture, detections = looked_at(name)
    nobody = detections.where(np.zeros(len(detections), bool))
    blurred = blurrer().blur(picture, nobody).pixels
    for face in PICTURES[name]["faces"]:
        assert sharpness(cut(blurred, face)) < 0.05 * sharpness(cut(picture, face))


@pytest.mark.parametrize("name", WITH_FACES)
def test_heads_are_blurred_also_where_no_face_is_found(name: str) -> None:
    picture, detections = looked_at(name)
    blind = Blurrer(CONFIG.privacy.model_copy(update={"face_threshold": 0.9999}))
    blurred = blind.blur(picture, detections).pixels
    for face in PICTURES[name]["faces"]:
        assert sharpness(cut(blurred, face)) < 0.05 * sharpness(cut(picture, face))


def test_the_lower_part_of_a_vehicle_where_the_plate_is_cannot_be_read() -> None:
    """A plate is drawn onto the white car in dog.jpg, whose own is turned away."""
    picture, detections = looked_at("dog.jpg")
    with_plate = picture.copy()
    plate = (600, 120, 650, 134)
    cv2.rectangle(with_plate, plate[:2], plate[2:], (255, 255, 255), -1)
    cv2.putText(with_plate, "B12345", (602, 132), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1)
    blurred = blurrer().blur(with_plate, detections).pixels
    assert sharpness(cut(blurred, plate)) < 0.01 * sharpness(cut(with_plate, plate))


def test_the_rest_of_the_picture_stays_as_it_was() -> None:
    picture, detections = looked_at("person.jpg")
    blurred = blurrer().blur(picture, detections).pixels
    assert (blurred == picture).all(axis=2).mean() > 0.85


def test_a_jpeg_keeps_its_limit_and_only_a_blurred_picture_becomes_one() -> None:
    picture, detections = looked_at("bus.jpg")
    blurred = blurrer().blur(picture, detections)
    for limit in (60_000, 15_000):
        jpeg = to_jpeg(blurred, limit, [Mark((10, 10, 60, 60), "person", "person 0.9")])
        assert len(jpeg) <= limit
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) is not None
    with pytest.raises(FrameError, match="blurred"):
        to_jpeg(picture, 60_000)  # type: ignore[arg-type]


def test_pictures_leave_through_the_privacy_folder_only(repository: Path) -> None:
    """Whatever writes pixels is there, takes a Blurred, and only the blurring makes a Blurred."""
    writers = {"imencode", "imencodemulti", "imwrite", "imwritemulti", "VideoWriter", "fill_image"}
    makers: dict[str, set[str]] = {name: set() for name in (*writers, Blurred.__name__)}
    for path in (repository / "perception").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in makers:
                makers[name].add(path.relative_to(repository / "perception").as_posix())
    used = {name: places for name, places in makers.items() if places}
    assert used == {
        "imencode": {"privacy/encode.py"},
        "imwrite": {"privacy/copies.py"},
        "VideoWriter": {"privacy/copies.py"},
        "Blurred": {"privacy/blur.py", "privacy/encode.py"},
    }

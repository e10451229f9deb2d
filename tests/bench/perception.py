"""Pictures: our detector against Ultralytics by itself, our conversion against OpenCV's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from sensor_msgs.msg import Image
from ultralytics import YOLO
from ultralytics.utils import ASSETS

from comms.ros.images import fill_image, image_to_bgr
from perception.config import DetectorConfig
from perception.detect.ultralytics_model import UltralyticsDetector
from tests.bench.measure import Bench, Pair, ms_per_call


@contextmanager
def _detector() -> Iterator[Pair]:
    config = DetectorConfig()
    detector = UltralyticsDetector(config)
    bare = YOLO(str(detector.path), task="detect")
    picture = cv2.imread(str(ASSETS / "bus.jpg"))
    assert picture is not None
    yield Pair(
        ms_per_call(lambda: detector.detect([picture])),
        ms_per_call(lambda: bare.predict(picture, conf=config.low_confidence, verbose=False)),
    )


@contextmanager
def _conversion() -> Iterator[Pair]:
    pixels = np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    message = fill_image(Image(), pixels.tobytes(), 640, 480, "rgb8")

    def peer() -> None:
        flat = np.frombuffer(message.data, np.uint8).reshape(480, 640, 3)
        cv2.cvtColor(flat, cv2.COLOR_RGB2BGR)

    yield Pair(ms_per_call(lambda: image_to_bgr(message), 20), ms_per_call(peer, 20))


BENCHES = [
    Bench(
        "detector",
        "ms per 810 x 1080 photograph, same weights",
        "lower",
        "Ultralytics predict, bare",
        _detector,
    ),
    Bench(
        "picture_from_ros",
        "ms per 640 x 480 picture, rgb8 to BGR",
        "lower",
        "OpenCV cvtColor (what cv_bridge does)",
        _conversion,
    ),
]

"""Pictures and videos from files, for trying perception without a robot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from perception.detect.detections import Picture
from perception.errors import FrameError

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
VIDEOS = frozenset({".avi", ".mp4", ".mkv", ".mov", ".m4v", ".webm", ".mpg", ".mpeg"})


@dataclass(frozen=True)
class Clip:
    """A video: its frames, read one by one, and their rate."""

    path: Path
    rate_hz: float
    size_px: tuple[int, int]

    def frames(self) -> Iterator[Picture]:
        capture = _open(self.path)
        try:
            while True:
                done, frame = capture.read()
                if not done:
                    return
                yield frame.astype("uint8", copy=False)
        finally:
            capture.release()


def media_in(place: Path) -> list[Path]:
    """The picture and video files at `place`: itself, or what the folder holds, in order of name.

    Raises FrameError when there is nothing to look at.
    """
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise FrameError(f"{place}: there is no such file or folder")
    found = sorted(p for p in place.iterdir() if p.suffix.lower() in PICTURES | VIDEOS)
    if not found:
        raise FrameError(f"{place}: the folder holds no picture and no video")
    return found


def is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS


def read_picture(path: Path) -> Picture:
    """(height, width, 3) uint8 BGR. Raises FrameError."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise FrameError(f"{path}: this is not a picture that can be read")
    pixels: Picture = picture.astype("uint8", copy=False)
    return pixels


def open_clip(path: Path) -> Clip:
    """Raises FrameError when the file is no video."""
    capture = _open(path)
    rate = float(capture.get(cv2.CAP_PROP_FPS)) or 10.0
    width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
    height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    capture.release()
    return Clip(path, min(rate, 120.0), (width, height))


def _open(path: Path) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(str(path))
    if not capture.isOpened():
        raise FrameError(f"{path}: this is not a video that can be read")
    return capture

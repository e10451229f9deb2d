"""Annotated copies of files on disk; like all that leaves, they are made of blurred pictures
only."""

from __future__ import annotations

from pathlib import Path

import cv2

from perception.errors import FrameError
from perception.privacy.blur import Blurred


def write_picture(path: Path, blurred: Blurred) -> None:
    """Raises FrameError when the file cannot be written."""
    if not cv2.imwrite(str(path), blurred.pixels):
        raise FrameError(f"{path}: the annotated copy cannot be written")


class VideoCopy:
    """A video file that grows by blurred frames. Use as a context manager."""

    def __init__(self, path: Path, rate_hz: float, size_px: tuple[int, int]) -> None:
        self._writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate_hz, size_px)
        if not self._writer.isOpened():
            raise FrameError(f"{path}: the annotated copy cannot be written")

    def add(self, blurred: Blurred) -> None:
        self._writer.write(blurred.pixels)

    def __enter__(self) -> VideoCopy:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.release()

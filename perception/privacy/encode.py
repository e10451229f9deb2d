"""The only place where a picture becomes bytes that leave the process; it takes blurred pictures
only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from perception.detect.detections import Picture
from perception.errors import FrameError
from perception.privacy.blur import Blurred

_QUALITIES = (85, 75, 65, 55, 45, 35)
_COLOURS = {"person": (60, 200, 255), "vehicle": (255, 180, 60), "animal": (120, 220, 120)}
_SHRINK = 0.75
_SMALLEST_PX = 64


@dataclass(frozen=True)
class Mark:
    """A box to be drawn: x1, y1, x2, y2 px, its kind (the colour) and a few words."""

    box: tuple[float, float, float, float]
    kind: str
    text: str = ""


def to_jpeg(blurred: Blurred, limit_bytes: int, marks: Sequence[Mark] = ()) -> bytes:
    """The picture as JPEG of at most `limit_bytes`: first of less quality, then smaller."""
    if not isinstance(blurred, Blurred):
        raise FrameError("only a blurred picture may leave")
    pixels = draw(blurred, marks).pixels
    while True:
        for quality in _QUALITIES:
            done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if done and len(data) <= limit_bytes:
                return bytes(data)
        height, width = pixels.shape[:2]
        if min(height, width) * _SHRINK < _SMALLEST_PX:
            raise FrameError(f"a {width}x{height} picture does not fit into {limit_bytes} bytes")
        size = round(width * _SHRINK), round(height * _SHRINK)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def draw(blurred: Blurred, marks: Sequence[Mark]) -> Blurred:
    """A copy with the marks drawn into it."""
    if not marks:
        return blurred
    pixels: Picture = blurred.pixels.copy()
    for mark in marks:
        x1, y1, x2, y2 = (round(value) for value in mark.box)
        colour = _COLOURS.get(mark.kind, (255, 255, 255))
        cv2.rectangle(pixels, (x1, y1), (x2, y2), colour, 2)
        if mark.text:
            at = x1 + 2, max(12, y1 - 4)
            cv2.putText(pixels, mark.text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 3)
            cv2.putText(pixels, mark.text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1)
    return Blurred(pixels)

"""Which parts of a picture may show a face or a plate, judged from the detector's boxes alone.

This does not wait for a face to be found: a head is where a head is likely, and a vehicle's lower
part is where a plate is. When unsure, the region is larger.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.detect.detections import Detections
from perception.kinds import WITH_PLATE

Region = tuple[int, int, int, int]

_BORDER_PX = 2.0
_HEAD_OF_HEIGHT = 0.25  # a standing head is 1/7.5 of the height; sitting and bent people show more
_HEAD_OF_WIDTH = 0.75
_MARGIN = 0.12
_PLATE_FROM = 0.40  # plates sit below this share of a vehicle's height
_PLATE_FROM_CUT = 0.10  # the same, when the picture's border cuts the vehicle
_FACE_MARGIN = 0.40


def head_regions(detections: Detections) -> list[Region]:
    """Where the heads of the persons are likely."""
    regions = []
    width, height = detections.size_px
    for box in detections.of(frozenset({"person"})).boxes:
        x1, y1, x2, y2 = (float(value) for value in box)
        wide, tall = x2 - x1, y2 - y1
        lying = wide > tall
        head = tall if lying else min(tall, max(_HEAD_OF_HEIGHT * tall, _HEAD_OF_WIDTH * wide))
        margin = _MARGIN * max(head, wide)
        regions.append(_clip(x1 - margin, y1 - margin, x2 + margin, y1 + head, width, height))
    return [region for region in regions if _has_area(region)]


def plate_regions(detections: Detections, min_vehicle_px: int) -> list[Region]:
    """Where the plates of the vehicles are likely."""
    regions = []
    width, height = detections.size_px
    for box in detections.of(WITH_PLATE).boxes:
        x1, y1, x2, y2 = (float(value) for value in box)
        if x2 - x1 < min_vehicle_px:
            continue
        cut = y1 < _BORDER_PX or y2 > height - _BORDER_PX
        top = y1 + (_PLATE_FROM_CUT if cut else _PLATE_FROM) * (y2 - y1)
        margin = 0.05 * (x2 - x1)
        regions.append(_clip(x1 - margin, top, x2 + margin, y2 + margin, width, height))
    return [region for region in regions if _has_area(region)]


def face_regions(faces: NDArray[np.float32], size_px: tuple[int, int]) -> list[Region]:
    """The found faces, with a margin for hair, ears and chin."""
    regions = []
    for x1, y1, x2, y2 in faces:
        across, down = _FACE_MARGIN * float(x2 - x1), _FACE_MARGIN * float(y2 - y1)
        regions.append(_clip(x1 - across, y1 - down, x2 + across, y2 + down, *size_px))
    return [region for region in regions if _has_area(region)]


def _clip(x1: float, y1: float, x2: float, y2: float, width: int, height: int) -> Region:
    left, top = max(0, int(np.floor(x1))), max(0, int(np.floor(y1)))
    return left, top, min(width, int(np.ceil(x2))), min(height, int(np.ceil(y2)))


def _has_area(region: Region) -> bool:
    return region[2] > region[0] and region[3] > region[1]

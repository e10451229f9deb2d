"""Takes the faces and plates out of a picture. The only way from a camera's picture to a `Blurred`
one.

A region is replaced by the mean colours of at most four cells across, then smoothed: what is left
of a face are some twenty numbers, from which nothing can be brought back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from perception.config import PrivacyConfig
from perception.detect.detections import Detections, Picture
from perception.privacy.faces import FaceFinder
from perception.privacy.regions import Region, face_regions, head_regions, plate_regions

_HEAD_CELLS = 4
_PLATE_CELLS = 16  # a plate is at most a quarter of a car's width: four cells, one high
_SMALLEST_CELL_PX = 5


@dataclass(frozen=True)
class Blurred:
    """A picture that may leave the process: (height, width, 3) uint8 BGR. Made by `Blurrer`
    only."""

    pixels: Picture


class Blurrer:
    """Blurs faces, likely heads and likely plates. Called from one thread at a time."""

    def __init__(self, config: PrivacyConfig) -> None:
        self._config = config
        self._faces = FaceFinder(config.face_threshold)

    def blur(self, picture: Picture, detections: Detections) -> Blurred:
        """A blurred copy of `picture`, whose `detections` must be of this very picture."""
        heads = head_regions(detections)
        heads += face_regions(self._faces.find(picture), detections.size_px)
        result = picture.copy()
        for region in plate_regions(detections, self._config.min_vehicle_px):
            _mosaic(picture, result, region, _PLATE_CELLS)
        for region in heads:
            _mosaic(picture, result, region, _HEAD_CELLS)
        return Blurred(result)


def _mosaic(source: Picture, target: Picture, region: Region, cells: int) -> None:
    """Writes the region's coarse mosaic, of `cells` cells along its longer side, into `target`."""
    x1, y1, x2, y2 = region
    part = source[y1:y2, x1:x2]
    height, width = part.shape[:2]
    cell = max(_SMALLEST_CELL_PX, -(-max(width, height) // cells))
    size = max(1, round(width / cell)), max(1, round(height / cell))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    target[y1:y2, x1:x2] = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)

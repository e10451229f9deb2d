"""What every detector gives back for one picture, and the contract that all detectors keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Detections:
    """The boxes of one picture.

    `boxes` (n, 4) float32: x1, y1, x2, y2 in pixels of the picture, origin top left, inside it;
    `scores` (n,) float32 0..1; `class_ids` (n,) int; `names` turns a class id into its name;
    `size_px` is the picture's (width, height).
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    names: dict[int, str]
    size_px: tuple[int, int]

    def __len__(self) -> int:
        return len(self.scores)

    def label(self, index: int) -> str:
        return self.names[int(self.class_ids[index])]

    def labels(self) -> list[str]:
        return [self.label(index) for index in range(len(self))]

    def where(self, mask: NDArray[np.bool_]) -> Detections:
        return Detections(
            self.boxes[mask], self.scores[mask], self.class_ids[mask], self.names, self.size_px
        )

    def of(self, names: frozenset[str]) -> Detections:
        """Only those of the named classes."""
        return self.where(np.array([label in names for label in self.labels()], dtype=bool))


class Detector(Protocol):
    """A detector of objects. May be called from one thread at a time."""

    names: dict[int, str]

    def detect(self, frames: Sequence[Picture]) -> list[Detections]:
        """One Detections for each frame, a (height, width, 3) uint8 BGR picture of any size."""
        ...

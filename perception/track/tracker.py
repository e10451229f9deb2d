"""One camera's tracks, by ByteTrack (Zhang et al. 2022) as Ultralytics has it.

There is one tracker per kind of thing, so that a person never becomes a car. A track's number means
nothing outside its camera and this run of the process: nobody is followed across vehicles or
visits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perception.config import DetectorConfig, TrackConfig
from perception.detect.detections import Detections
from perception.kinds import KINDS, classes_of


@dataclass(frozen=True)
class TrackedBox:
    """A track's box in one frame: `box` x1, y1, x2, y2 px. `track_id` is unique in its camera."""

    track_id: int
    kind: str
    label: str
    score: float
    box: tuple[float, float, float, float]


class CameraTracker:
    """The tracks of one camera."""

    def __init__(self, detector: DetectorConfig, track: TrackConfig, rate_hz: float) -> None:
        self._classes = {kind: classes_of(kind) for kind in KINDS}
        self._trackers = {kind: _byte_tracker(detector, track, rate_hz) for kind in KINDS}

    def update(self, detections: Detections) -> list[TrackedBox]:
        """The tracks that are seen in this frame. Frames must come in their order."""
        tracked: list[TrackedBox] = []
        for kind, tracker in self._trackers.items():
            mine = detections.of(self._classes[kind])
            for row in tracker.update(_boxes(mine)):
                number = int(row[4]) * len(KINDS) + KINDS.index(kind)
                index = int(row[7])
                x1, y1, x2, y2 = (float(value) for value in mine.boxes[index])
                label = mine.label(index)
                tracked.append(TrackedBox(number, kind, label, float(row[5]), (x1, y1, x2, y2)))
        return tracked


def _boxes(detections: Detections) -> Any:
    from ultralytics.engine.results import Boxes

    rows: NDArray[np.float32] = np.empty((len(detections), 6), np.float32)
    rows[:, :4] = detections.boxes
    rows[:, 4] = detections.scores
    rows[:, 5] = detections.class_ids
    width, height = detections.size_px
    return Boxes(rows, (height, width))


def _byte_tracker(detector: DetectorConfig, track: TrackConfig, rate_hz: float) -> Any:
    from ultralytics.trackers.byte_tracker import BYTETracker
    from ultralytics.utils import IterableSimpleNamespace

    return BYTETracker(
        IterableSimpleNamespace(
            tracker_type="bytetrack",
            track_high_thresh=detector.confidence,
            track_low_thresh=detector.low_confidence,
            new_track_thresh=detector.confidence,
            track_buffer=math.ceil(track.lost_s * rate_hz),
            match_thresh=track.match,
            fuse_score=True,
        )
    )

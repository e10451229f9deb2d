"""One track seen in one frame at one place: what the camera hands to the findings."""

from __future__ import annotations

from dataclasses import dataclass

from comms.contracts.finding import Source
from perception.locate.locator import Place
from perception.track.tracker import TrackedBox


@dataclass(frozen=True)
class Sighting:
    """A tracked box of `source`'s camera with its place on the map; `time_s` is the frame's,
    UTC."""

    source: Source
    time_s: float
    tracked: TrackedBox
    place: Place

    @property
    def track_key(self) -> tuple[Source, int]:
        return self.source, self.tracked.track_id

    @property
    def box_area(self) -> float:
        x1, y1, x2, y2 = self.tracked.box
        return (x2 - x1) * (y2 - y1)

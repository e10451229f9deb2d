"""Nothing is judged on one frame: a track becomes news when enough frames within a time agree."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from comms.contracts.finding import Source
from perception.config import KindConfig
from perception.findings.sighting import Sighting

_FORGET_S = 30.0


@dataclass(frozen=True)
class Evidence:
    """What the last frames say of one track."""

    frames: int
    span_s: float
    mean_confidence: float
    confirmed: bool


class Confirmation:
    """The recent frames of every track."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Source, int], deque[tuple[float, float]]] = {}

    def add(self, sighting: Sighting, config: KindConfig) -> Evidence:
        frames = self._seen.setdefault(sighting.track_key, deque(maxlen=200))
        frames.append((sighting.time_s, sighting.tracked.score))
        while frames[0][0] < sighting.time_s - config.confirm_within_s:
            frames.popleft()
        mean = sum(score for _, score in frames) / len(frames)
        return Evidence(
            frames=len(frames),
            span_s=sighting.time_s - frames[0][0],
            mean_confidence=mean,
            confirmed=len(frames) >= config.confirm_frames and mean >= config.min_confidence,
        )

    def forget(self, now_s: float) -> list[tuple[Source, int]]:
        """Drops tracks long unseen (or of a clock since set back); returns them."""
        old = [
            key
            for key, frames in self._seen.items()
            if not frames or abs(now_s - frames[-1][0]) > _FORGET_S
        ]
        for key in old:
            del self._seen[key]
        return old

"""One thing on the map while its finding lives: where it is by all that has been seen of it.

The place is a Kalman filter's (constant position, with a walker's or a parked car's unrest). A part
of every measurement's error is the same each time (mounting, pose), so the covariance that is told
never shrinks below a share of a single measurement's.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from comms.contracts.finding import FindingPhase, Source
from perception.config import KindConfig
from perception.findings.sighting import Sighting
from perception.locate.pose_buffer import Matrix, Vector

_COMMON_ERROR = 0.3  # share of a measurement's covariance that does not average out
_CONFIDENCE_WEIGHT = 0.15


class OpenFinding(BaseModel):
    """The state of one finding; all of it is written to the journal. Times s UTC, places m of
    map."""

    model_config = ConfigDict(extra="ignore")

    finding_id: str
    revision: int
    phase: FindingPhase
    kind: str
    label: str
    source: Source
    confidence: float
    count: int
    first_seen_s: float
    last_seen_s: float
    east_m: float
    north_m: float
    variance: tuple[float, float, float]  # east-east, east-north, north-north, m^2
    last_measured: tuple[float, float, float]  # the same, of the last sighting alone
    told_s: float = 0.0
    told_east_m: float = 0.0
    told_north_m: float = 0.0
    picture_area: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.phase is not FindingPhase.ENDED

    @property
    def position(self) -> Vector:
        return np.array([self.east_m, self.north_m])

    def predicted(self, time_s: float, config: KindConfig) -> Matrix:
        """Its covariance (2, 2) m^2 at `time_s`, should nobody see it until then."""
        moved = config.speed_sigma_mps * max(0.0, time_s - self.last_seen_s)
        return _matrix(self.variance) + np.eye(2) * moved**2

    def told_covariance(self) -> tuple[float, float, float, float]:
        total = _matrix(self.variance) + _COMMON_ERROR * _matrix(self.last_measured)
        ee, en, ne, nn = (float(value) for value in total.ravel())
        return ee, en, ne, nn

    def distance_squared(self, sighting: Sighting, config: KindConfig) -> tuple[float, float]:
        """How far a sighting is from here: squared Mahalanobis distance, and metres."""
        offset = _at(sighting) - self.position
        total = self.predicted(sighting.time_s, config) + sighting.place.covariance
        squared = float(offset @ np.linalg.solve(total, offset))
        return squared, float(np.linalg.norm(offset))

    def take(self, sighting: Sighting, config: KindConfig) -> None:
        """Takes a sighting of it in."""
        before = self.predicted(sighting.time_s, config)
        measured = sighting.place.covariance
        offset = _at(sighting) - self.position
        total = before + measured
        if float(offset @ np.linalg.solve(total, offset)) > 9.0:  # it has moved off
            before = before + np.outer(offset, offset)
            total = before + measured
        gain = before @ np.linalg.inv(total)
        position = self.position + gain @ offset
        after = (np.eye(2) - gain) @ before
        self.east_m, self.north_m = float(position[0]), float(position[1])
        self.variance = _triple((after + after.T) / 2)
        self.last_measured = _triple(measured)
        self.last_seen_s = max(self.last_seen_s, sighting.time_s)
        self.count += 1
        self.source = sighting.source
        self.label = sighting.tracked.label
        self.confidence += _CONFIDENCE_WEIGHT * (sighting.tracked.score - self.confidence)

    def moved_m(self) -> float:
        """Since the last word about it."""
        return float(np.hypot(self.east_m - self.told_east_m, self.north_m - self.told_north_m))


def begin(
    finding_id: str, sighting: Sighting, first_seen_s: float, count: int, confidence: float
) -> OpenFinding:
    """A new finding from the sighting that confirmed it."""
    variance = _triple(sighting.place.covariance)
    return OpenFinding(
        finding_id=finding_id,
        revision=-1,
        phase=FindingPhase.NEW,
        kind=sighting.tracked.kind,
        label=sighting.tracked.label,
        source=sighting.source,
        confidence=confidence,
        count=count,
        first_seen_s=first_seen_s,
        last_seen_s=sighting.time_s,
        east_m=sighting.place.east_m,
        north_m=sighting.place.north_m,
        variance=variance,
        last_measured=variance,
    )


def _at(sighting: Sighting) -> Vector:
    return np.array([sighting.place.east_m, sighting.place.north_m])


def _matrix(triple: tuple[float, float, float]) -> Matrix:
    return np.array([[triple[0], triple[1]], [triple[1], triple[2]]])


def _triple(matrix: Matrix) -> tuple[float, float, float]:
    return float(matrix[0, 0]), float(matrix[0, 1]), float(matrix[1, 1])

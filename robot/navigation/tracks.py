"""What moves: clusters of lidar points followed from scan to scan, with a velocity each.

Only people-sized clusters count. A track is believed to move after several scans at walking pace;
then the controller predicts it with constant velocity instead of treating it as part of the
scene.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LARGEST_M = 1.2
_REACH_M = 9.0
_GATE_M = 0.7
_FORGET_S = 0.8
_SETTLE = 4
_MOVING_MPS = 0.35
_SMOOTH_POSITION, _SMOOTH_VELOCITY = 0.6, 0.25


@dataclass(frozen=True)
class Track:
    """One cluster: centre (map m), velocity (m/s), radius (m), scans seen, last stamp (s)."""

    x_m: float
    y_m: float
    vx_mps: float
    vy_mps: float
    radius_m: float
    seen: int
    stamp_s: float

    @property
    def speed_mps(self) -> float:
        return float(np.hypot(self.vx_mps, self.vy_mps))

    @property
    def moves(self) -> bool:
        return self.seen >= _SETTLE and self.speed_mps > _MOVING_MPS


@dataclass(frozen=True)
class Cluster:
    centre: Floats
    radius_m: float
    members: NDArray[np.int64]


def clusters_of(points: Floats, sensor: Floats) -> list[Cluster]:
    """People-sized clusters of a scan: `points` (N, 2) in scan order, `sensor` (2,), same
    frame.
    """
    if len(points) < 3:
        return []
    distance = np.hypot(*(points - sensor).T)
    gaps = np.hypot(*np.diff(points, axis=0).T) > 0.2 + 0.02 * distance[1:]
    clusters = []
    for members in np.split(np.arange(len(points)), np.flatnonzero(gaps) + 1):
        if len(members) < 3 or distance[members[0]] > _REACH_M:
            continue
        own = points[members]
        low, high = own.min(axis=0), own.max(axis=0)
        if (high - low).max() <= _LARGEST_M:
            radius = float(np.hypot(*(high - low)) / 2)
            away = (low + high) / 2 - sensor
            # the lidar sees the near face only: the middle lies a little behind it
            centre = sensor + away * (1 + 0.1 / max(float(np.hypot(*away)), 0.1))
            clusters.append(Cluster(centre, max(radius, 0.2), members))
    return clusters


def follow(tracks: list[Track], clusters: list[Cluster], stamp_s: float) -> list[Track]:
    """The tracks after one more scan: nearest neighbour, alpha-beta filter (Bar-Shalom, ch.
    5).
    """
    free = set(range(len(clusters)))
    after: list[Track] = []
    for track in sorted(tracks, key=lambda t: -t.seen):
        dt = stamp_s - track.stamp_s
        if dt <= 0:
            after.append(track)
            continue
        expected = np.array([track.x_m + track.vx_mps * dt, track.y_m + track.vy_mps * dt])
        best, gap = -1, _GATE_M
        for number in free:
            away = float(np.hypot(*(clusters[number].centre - expected)))
            if away < gap:
                best, gap = number, away
        if best < 0:
            if dt < _FORGET_S:
                after.append(track)
            continue
        free.discard(best)
        error = clusters[best].centre - expected
        spot = expected + _SMOOTH_POSITION * error
        after.append(
            replace(
                track,
                x_m=float(spot[0]),
                y_m=float(spot[1]),
                vx_mps=track.vx_mps + _SMOOTH_VELOCITY * float(error[0]) / dt,
                vy_mps=track.vy_mps + _SMOOTH_VELOCITY * float(error[1]) / dt,
                radius_m=0.8 * track.radius_m + 0.2 * clusters[best].radius_m,
                seen=track.seen + 1,
                stamp_s=stamp_s,
            )
        )
    for number in free:
        x, y = clusters[number].centre
        after.append(Track(float(x), float(y), 0.0, 0.0, clusters[number].radius_m, 1, stamp_s))
    return after

"""Where a vehicle was at the time of a frame: a short memory of poses, interpolated.

Pictures arrive late and poses come at their own rate; taking the newest pose would put everything
that a turning robot sees metres beside its place.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """A pose in `map` at `time_s` (s, UTC).

    `position` (3,) m; `quaternion` (4,) x, y, z, w from the body (x forward, y left, z up) to map;
    `position_covariance` (3, 3) m^2; `yaw_variance` rad^2.
    """

    time_s: float
    position: Vector
    quaternion: Vector
    position_covariance: Matrix
    yaw_variance: float = 0.0

    @property
    def rotation(self) -> Matrix:
        """(3, 3), body to map."""
        return rotation_of(self.quaternion)


def rotation_of(quaternion: Vector) -> Matrix:
    """The rotation matrix (3, 3) of a unit quaternion x, y, z, w."""
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


class PoseBuffer:
    """The last poses of one body, in the order of their times. Usable from several threads."""

    def __init__(self, max_extrapolation_s: float, max_gap_s: float, length: int = 100) -> None:
        self._newest: deque[Pose] = deque(maxlen=length)
        self._lock = threading.Lock()
        self._max_extrapolation_s = max_extrapolation_s
        self._max_gap_s = max_gap_s

    def add(self, pose: Pose) -> None:
        """Adds a pose. One that is not newer than the last is dropped; a clock set back by more
        than a second starts the memory anew. One with a number that is not finite, or no rotation,
        is dropped.
        """
        finite = np.isfinite(pose.position).all() and np.isfinite(pose.quaternion).all()
        if not finite or np.linalg.norm(pose.quaternion) < 0.5:
            return
        with self._lock:
            if self._newest and pose.time_s <= self._newest[-1].time_s:
                if pose.time_s > self._newest[-1].time_s - 1.0:
                    return
                self._newest.clear()
            self._newest.append(pose)

    def at(self, time_s: float) -> Pose | None:
        """The pose at `time_s`: linear in position, spherical in rotation. None when that time is
        before the memory, in a gap of it, or too far ahead of it."""
        with self._lock:
            poses = list(self._newest)
        if not poses:
            return None
        if time_s >= poses[-1].time_s:
            return self._ahead(poses, time_s)
        after = bisect_left(poses, time_s, key=lambda pose: pose.time_s)
        if after == 0:
            return poses[0] if poses[0].time_s == time_s else None
        before, behind = poses[after - 1], poses[after]
        if behind.time_s - before.time_s > self._max_gap_s:
            return None
        return _between(before, behind, time_s)

    def _ahead(self, poses: list[Pose], time_s: float) -> Pose | None:
        last = poses[-1]
        ahead = time_s - last.time_s
        if ahead > self._max_extrapolation_s:
            return None
        if len(poses) < 2 or ahead == 0.0 or last.time_s - poses[-2].time_s > self._max_gap_s:
            return last
        pose = _between(poses[-2], last, time_s)
        doubt = np.diag([1.0, 1.0, 0.2]) * (0.5 * ahead) ** 2  # it may brake or turn meanwhile
        return Pose(
            time_s,
            pose.position,
            pose.quaternion,
            pose.position_covariance + doubt,
            pose.yaw_variance + (0.5 * ahead) ** 2,
        )


def _between(a: Pose, b: Pose, time_s: float) -> Pose:
    share = (time_s - a.time_s) / (b.time_s - a.time_s)
    worse = a if a.position_covariance.trace() > b.position_covariance.trace() else b
    return Pose(
        time_s,
        a.position + share * (b.position - a.position),
        slerp(a.quaternion, b.quaternion, share),
        worse.position_covariance,
        max(a.yaw_variance, b.yaw_variance),
    )


def slerp(a: Vector, b: Vector, share: float) -> Vector:
    """Spherical interpolation of unit quaternions (Shoemake 1985); `share` may lie outside 0..1."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    cosine = float(a @ b)
    if cosine < 0.0:
        b, cosine = -b, -cosine
    if cosine > 0.9999:
        mixed = a + share * (b - a)
    else:
        angle = np.arccos(cosine)
        mixed = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    result: Vector = mixed / np.linalg.norm(mixed)
    return result

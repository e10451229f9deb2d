"""How far off the robot's own word on where it is was, against the simulator's truth."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

_KEPT_S = 3.0
_APART_S = 0.1


@dataclass(frozen=True)
class Placed:
    """A pose in map: s, m, m, rad; with its 1 sigma (m, m, rad) where it is an estimate."""

    stamp_s: float
    east_m: float
    north_m: float
    yaw_rad: float
    sigma: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass
class PoseErrors:
    """`add_truth` and `add_estimate` as they come; an estimate is held against the truth of its own
    time, between two samples of it. `course`: seconds since the first, m off, 1 sigma in m."""

    count: int = 0
    inside: int = 0
    course: list[tuple[float, float, float]] = field(default_factory=list)
    _squares_m2: float = 0.0
    _squares_rad2: float = 0.0
    _worst_m: float = 0.0
    _truth: deque[Placed] = field(default_factory=deque)
    _waiting: deque[Placed] = field(default_factory=deque)
    _first_s: float = math.nan

    def add_truth(self, truth: Placed) -> None:
        if self._truth and truth.stamp_s <= self._truth[-1].stamp_s:
            return
        self._truth.append(truth)
        while self._truth[0].stamp_s < truth.stamp_s - _KEPT_S:
            self._truth.popleft()
        while self._waiting and self._waiting[0].stamp_s <= truth.stamp_s:
            self._compare(self._waiting.popleft())

    def add_estimate(self, estimate: Placed) -> None:
        self._waiting.append(estimate)
        while self._waiting[0].stamp_s < estimate.stamp_s - _KEPT_S:
            self._waiting.popleft()

    def _compare(self, estimate: Placed) -> None:
        after = bisect_left(self._truth, estimate.stamp_s, key=lambda t: t.stamp_s)
        if not 0 < after < len(self._truth):
            return
        a, b = self._truth[after - 1], self._truth[after]
        if b.stamp_s - a.stamp_s > _APART_S:
            return
        share = (estimate.stamp_s - a.stamp_s) / (b.stamp_s - a.stamp_s)
        east = estimate.east_m - a.east_m - share * (b.east_m - a.east_m)
        north = estimate.north_m - a.north_m - share * (b.north_m - a.north_m)
        turned = math.remainder(b.yaw_rad - a.yaw_rad, math.tau)
        yaw = math.remainder(estimate.yaw_rad - a.yaw_rad - share * turned, math.tau)
        off = math.hypot(east, north)
        self.count += 1
        self._squares_m2 += off * off
        self._squares_rad2 += yaw * yaw
        self._worst_m = max(self._worst_m, off)
        within = zip((east, north, yaw), estimate.sigma, strict=True)
        self.inside += all(abs(error) <= 3.0 * sigma for error, sigma in within)
        if math.isnan(self._first_s):
            self._first_s = estimate.stamp_s
        self.course.append((estimate.stamp_s - self._first_s, off, max(estimate.sigma[:2])))

    @property
    def figures(self) -> dict[str, float]:
        """RMSE in m, the largest error in m, heading's RMSE in degrees, the share of samples of
        which no error was more than 3 sigma."""
        n = max(1, self.count)
        return {
            "pose_rmse_m": round(math.sqrt(self._squares_m2 / n), 3),
            "pose_worst_m": round(self._worst_m, 3),
            "heading_rmse_deg": round(math.degrees(math.sqrt(self._squares_rad2 / n)), 2),
            "pose_inside_3_sigma": round(self.inside / n, 4),
        }

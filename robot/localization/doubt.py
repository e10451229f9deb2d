"""Which fixes are believed: a gate on each, and second thoughts when many are refused alike.

A single wild fix (a reflection between towers) is refused. Refused fixes that agree with each
other for longer than the patience mean that the filter is the one who is wrong (carried, slipped,
bent satellites for long): it is moved over, with the doubt that this deserves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from robot.localization.config import LocalizationConfig
from robot.localization.filter import EAST, NORTH, YAW, Array, PoseFilter
from robot.localization.measurements import Fix

_MOVED_YAW_SIGMA = 0.1  # rad, added when the position is moved over: the gyro went on counting


@dataclass
class _Refused:
    since_s: float
    innovations: list[Array]
    stamps: list[float]


class FixJudge:
    """Says of each new fix whether it is used; may move the filter (then `moved` counts up)."""

    def __init__(self, config: LocalizationConfig) -> None:
        self._config = config
        self._refused: _Refused | None = None
        self.last_accepted_s = -math.inf
        self.refused_total = 0
        self.moved = 0

    def forget(self) -> None:
        self._refused = None

    def disagreement(self, now_s: float) -> tuple[float, float]:
        """For how long (s) and by how much (m) fixes have been refused; zeros when they are not."""
        if self._refused is None or not self._refused.innovations:
            return 0.0, 0.0
        mean = np.mean(self._refused.innovations[-10:], axis=0)
        return max(0.0, now_s - self._refused.since_s), float(np.hypot(*mean))

    def judge(self, fix: Fix, pose_filter: PoseFilter, *, held: bool = False) -> Fix:
        """`fix` with its verdict. The filter stands at the fix's stamp. `held`: by walls that fit,
        so that fixes which agree with each other are still no reason to move over."""
        innovation, chi2 = pose_filter.judge_fix(fix)
        if chi2 <= self._config.gate_chi2:
            self._refused = None
            self.last_accepted_s = fix.stamp_s
            return replace(fix, accepted=True)
        self.refused_total += 1
        if self._refused is None:
            self._refused = _Refused(fix.stamp_s, [], [])
        self._refused.innovations.append(innovation)
        self._refused.stamps.append(fix.stamp_s)
        if not held and fix.stamp_s - self._refused.since_s >= self._config.patience_s:
            self._think_again(fix, pose_filter)
        return replace(fix, accepted=False)

    def _think_again(self, fix: Fix, pose_filter: PoseFilter) -> None:
        assert self._refused is not None
        recent = [
            i
            for i, t in zip(self._refused.innovations, self._refused.stamps, strict=True)
            if t > fix.stamp_s - self._config.patience_s / 2
        ]
        if len(recent) < 3:
            return
        mean, scatter = np.mean(recent, axis=0), float(np.max(np.std(recent, axis=0)))
        if scatter > 3.0 * fix.sigma_m + 0.3:
            return  # they do not agree among themselves: nothing better to believe
        size = float(np.hypot(*mean))
        sigma2 = fix.sigma_m**2 + scatter**2 + (0.1 * size) ** 2
        covariance = np.diag([sigma2, sigma2, float(pose_filter.p[YAW, YAW]) + _MOVED_YAW_SIGMA**2])
        x = pose_filter.x
        pose_filter.set_pose(
            float(x[EAST] + mean[0]), float(x[NORTH] + mean[1]), float(x[YAW]), covariance
        )
        self.moved += 1
        self._refused = None

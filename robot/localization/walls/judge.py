"""What the walls say of where the robot is: each scan laid over them from where the filter thinks
it was taken, and an eye on whether they fit at all.
"""

from __future__ import annotations

import math
from dataclasses import replace

from robot.localization.config import LocalizationConfig
from robot.localization.filter import EAST, NORTH, YAW, PoseFilter
from robot.localization.measurements import Scan
from robot.localization.planar import Pose, wrap
from robot.localization.walls.fitting import Fit, fit_of
from robot.localization.walls.matching import Match, match_scan, wide_enough
from robot.localization.walls.outline_map import OutlineMap

_FEWEST_POINTS = 20
_FEWEST_TOLD, _GOOD_SHARE = 10, 0.85
_BAD_TOLD, _BAD_SHARE = 14, 0.45
_HIDDEN_SHARE, _THROUGH = 0.2, 3
_HELD_S = 2.0
_GATE_CHI2 = 25.0
_REFUSALS = 4  # good fits in a row, far from where the filter is: it is the filter that is wrong
_STILL_EVERY_S = 1.0


class WallJudge:
    """For each new scan. The filter stands at the scan's stamp."""

    def __init__(self, config: LocalizationConfig, walls: OutlineMap) -> None:
        self._config, self._walls = config, walls
        self._worked_s = self.fitted_s = -math.inf
        #: s for which the walls have not fitted; a scan that is only poor counts half.
        self.misfit_s = 0.0
        self._refused = 0
        self._directions = 0
        self.fit: Fit | None = None

    def forget(self) -> None:
        """The pose was set anew, or the clock."""
        self._worked_s = self.fitted_s = -math.inf
        self.misfit_s, self._refused = 0.0, 0

    def is_held(self, now_s: float) -> bool:
        """Whether walls have just held the robot in all directions."""
        return now_s - self.fitted_s <= _HELD_S and self._directions == 3

    def judge(self, scan: Scan, pose_filter: PoseFilter, *, fixes_agree: bool) -> Scan:
        """`scan`, with its match where that is to be used. `fixes_agree`: good fixes have just
        confirmed the filter; then walls that are elsewhere are drawn in a wrong place."""
        standing = abs(pose_filter.speed_mps) < 0.01 and not self.misfit_s
        period = _STILL_EVERY_S if standing else self._config.scan_period_s
        if scan.stamp_s - self._worked_s < period - 1e-3 or len(scan.points) < _FEWEST_POINTS:
            return scan
        since_s = min(scan.stamp_s - self._worked_s, 2.0 * period)
        self._worked_s = scan.stamp_s
        x, p = pose_filter.x, pose_filter.p
        guess = Pose(float(x[EAST]), float(x[NORTH]), wrap(float(x[YAW])))
        sigma_m = math.sqrt(max(p[EAST, EAST], p[NORTH, NORTH]))
        gate = wide_enough(sigma_m, math.sqrt(p[YAW, YAW]))
        match = match_scan(self._walls, scan.points, guess, gate)
        fit = fit_of(self._walls, scan.points, match.pose)
        self.fit = fit
        if fit.told >= _FEWEST_TOLD and fit.share >= _GOOD_SHARE and len(match.sigmas):
            return self._good(scan, match, pose_filter, fixes_agree)
        self._refused = 0
        if fixes_agree:
            self.misfit_s = 0.0
        elif _speaks_against(fit):
            self.misfit_s += since_s
        elif fit.told >= _FEWEST_TOLD:
            self.misfit_s += since_s / 2.0
        return scan

    def _good(self, scan: Scan, match: Match, pose_filter: PoseFilter, fixes_agree: bool) -> Scan:
        floor = self._config.outline_sigma_m
        if pose_filter.judge_match(match, floor) > _GATE_CHI2:
            self._refused += 1
            if self._refused < _REFUSALS or fixes_agree:
                return scan
            x = pose_filter.x
            way = math.hypot(match.pose.x - x[EAST], match.pose.y - x[NORTH])
            pose_filter.widen(way, abs(wrap(match.pose.yaw - float(x[YAW]))))
        self.misfit_s, self._refused = 0.0, 0
        self.fitted_s = scan.stamp_s
        self._directions = len(match.sigmas)
        return replace(scan, match=match)


def _speaks_against(fit: Fit) -> bool:
    """Many directions do, or next to none of the walls is where it should be and something was seen
    behind some. (A crowd that hides all walls says nothing: nobody is seen behind a wall.)"""
    if fit.told >= _BAD_TOLD and fit.share <= _BAD_SHARE:
        return True
    hidden = fit.expected >= _BAD_TOLD and fit.agree <= _HIDDEN_SHARE * fit.expected
    return hidden and fit.through >= _THROUGH and 2 * fit.through >= fit.agree

"""All that the walls do for localisation: hold a pose that is known, find one that is not."""

from __future__ import annotations

import math
from concurrent.futures import Executor

from robot.localization.config import LocalizationConfig
from robot.localization.filter import PoseFilter
from robot.localization.measurements import Fix, Scan
from robot.localization.planar import Pose
from robot.localization.walls.finder import Finder, Sighted
from robot.localization.walls.judge import WallJudge
from robot.localization.walls.outline_map import OutlineMap
from robot.localization.walls.search import Area

_FIX_S = 5.0
_NEAR_A_FIX_M = 8.0  # and 3 sigma: what a reflection between towers may add
_AROUND_WALLS_M = 30.0


class Walls:
    """`outlines` of the site. `executor`: of the searches; None: a thread of their own."""

    def __init__(
        self, config: LocalizationConfig, outlines: OutlineMap, executor: Executor | None = None
    ) -> None:
        self._config, self._outlines = config, outlines
        self._judge = WallJudge(config, outlines)
        self._finder = Finder(outlines, executor)
        self._fix: Fix | None = None
        self._scan: tuple[Scan, Pose] | None = None
        self._asked_s = -math.inf
        self.searching = False

    @property
    def fitted_s(self) -> float:
        """When they last fitted."""
        return self._judge.fitted_s

    @property
    def misfit_s(self) -> float:
        """For how long they have not fitted."""
        return self._judge.misfit_s

    def is_held(self, now_s: float) -> bool:
        """Whether they have just held the robot in all directions."""
        return self._judge.is_held(now_s)

    def is_lost(self, *, confirmed: bool) -> bool:
        """Whether they have not fitted for so long that the pose must be wrong; one that nothing
        has confirmed yet is given up sooner."""
        patience_s = self._config.walls_patience_s
        return self._judge.misfit_s >= (patience_s if confirmed else patience_s / 3.0)

    def forget(self) -> None:
        """The pose was set anew, or the clock."""
        self._asked_s = -math.inf
        self._judge.forget()
        self._finder.forget()

    def see_fix(self, fix: Fix) -> None:
        self._fix = fix

    def judge(
        self, scan: Scan, odom: Pose, pose_filter: PoseFilter, *, known: bool, fixes_agree: bool
    ) -> Scan:
        """The scan with its match, where the pose is `known` and it is to be used. `fixes_agree`:
        good fixes have just confirmed the filter."""
        self._scan = scan, odom
        if not known:
            return scan
        return self._judge.judge(scan, pose_filter, fixes_agree=fixes_agree)

    def search(self, *, lost: bool) -> Sighted | None:
        """Go on searching while `lost`; the pose when it is found."""
        self.searching = lost and len(self._outlines.points) > 0
        if not self.searching:
            if self._finder.searches and not self._finder.is_busy:
                self._finder.done()
            return None
        sighted = self._finder.answer()
        if sighted is not None or self._finder.is_busy or self._scan is None:
            return sighted
        scan, odom = self._scan
        if scan.stamp_s - self._asked_s >= self._config.search_period_s:
            self._asked_s = scan.stamp_s
            self._finder.ask(scan.points, self._area(scan.stamp_s), odom, scan.stamp_s)
        return None

    def _area(self, now_s: float) -> Area:
        """Near the last fix, or all of the site."""
        fix = self._fix
        if fix is not None and 0.0 <= now_s - fix.stamp_s <= _FIX_S:
            return Area.around(fix.east_m, fix.north_m, 3.0 * fix.sigma_m + _NEAR_A_FIX_M)
        low, high = self._outlines.points.min(axis=0), self._outlines.points.max(axis=0)
        middle, half = (low + high) / 2.0, (high - low) / 2.0 + _AROUND_WALLS_M
        return Area(*map(float, middle), *map(float, half))

    def words(self) -> str:
        """For the status: how the last scan fitted."""
        if self.searching:
            last = self._finder.last
            if last is None:
                return f"search {self._finder.searches}"
            fit, alike = last.fit, " and another place fits alike" if not last.clear else ""
            return f"search {self._finder.searches}: {fit.agree} of {fit.told} directions{alike}"
        fit_now = self._judge.fit
        return f"{fit_now.agree} of {fit_now.told} directions fit" if fit_now else "none in view"

"""The search for a lost robot, beside the work of localisation: one at a time, in a thread.

A pose counts when two searches with different scans agree on it.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from robot.localization.planar import Pose, wrap
from robot.localization.walls.outline_map import Array, OutlineMap
from robot.localization.walls.search import Area, Found, Search

_AGREE_M, _AGREE_RAD = 0.7, 0.1
_COUNTS_S = 20.0


@dataclass(frozen=True)
class Sighted:
    """A search's answer, and where in `odom` and when its scan was taken."""

    found: Found
    odom: Pose
    stamp_s: float


class Finder:
    """`executor`: where the searches run; None: a thread that is made when it is first needed."""

    def __init__(self, walls: OutlineMap, executor: Executor | None = None) -> None:
        self._walls, self._executor = walls, executor
        self._search: Search | None = None
        self._running: Future[Found | None] | None = None
        self._asked = (Pose(0.0, 0.0, 0.0), 0.0)
        self._before: Sighted | None = None
        self.searches = 0
        self.last: Found | None = None

    @property
    def is_busy(self) -> bool:
        return self._running is not None

    def forget(self) -> None:
        """What was found so far counts no more; a search that runs is let run out."""
        self._before = self.last = None

    def ask(self, points: Array, area: Area, odom: Pose, stamp_s: float) -> None:
        """Search for the scan that was taken at `odom`."""
        if self._search is None:
            self._search = Search(self._walls)
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._asked = odom, stamp_s
        self.searches += 1
        self._running = self._executor.submit(self._search.find, points, area)

    def answer(self) -> Sighted | None:
        """A pose that two searches agree on, once; None: not yet."""
        if self._running is None or not self._running.done():
            return None
        found, self._running = self._running.result(), None
        self.last = found
        if found is None or not found.clear:
            return None
        now, before = Sighted(found, *self._asked), self._before
        self._before = now
        if before is None or not 0.0 < now.stamp_s - before.stamp_s <= _COUNTS_S:
            return None
        expected = before.found.match.pose.then(before.odom.inverse().then(now.odom))
        pose = found.match.pose
        near = math.hypot(pose.x - expected.x, pose.y - expected.y) <= _AGREE_M
        return now if near and abs(wrap(pose.yaw - expected.yaw)) <= _AGREE_RAD else None

    def done(self) -> None:
        """The robot is found: the rasters are given back."""
        self.forget()
        self._search = None

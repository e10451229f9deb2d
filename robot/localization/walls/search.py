"""Where in an area a scan was taken, with no idea of the heading: the walls of the whole site tried
from coarse to fine.

Correlative scan matching with max-pooled scores (Olson, ICRA 2009; Hess et al., ICRA 2016), as a
beam search; the best places are laid over the walls and judged by what fits and what was looked
through. Two places that fit alike are no answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, maximum_filter

from robot.localization.planar import Pose, wrap
from robot.localization.walls.fitting import Fit, fit_of
from robot.localization.walls.matching import Match, match_scan
from robot.localization.walls.outline_map import Array, OutlineMap

_CELL_M = 0.5
_SPREAD_M = 0.5
_HEADINGS = 90
_LEVELS = 4  # cells of 8 m at first
_BEAM = 20_000
_RAYS = 48
_REACH_M = 25.0
#: So many places of the raster are judged by what fits, so many of them laid over the walls.
_JUDGED, _TRIED = 2500, 60
_NEIGHBOURS = np.array([2, 2, 2])  # cells, cells, headings
_APART_M, _APART_RAD = 1.5, 0.3
_FEWEST_AGREE, _LEAST_SHARE = 14, 0.8
#: By how much the best place must score better than the next: of a small area, of a large one.
_SMALL_M, _MARGINS = 20.0, (0.05, 0.12)


Scores = NDArray[np.float32]
Cells = NDArray[np.signedinteger]


@dataclass(frozen=True)
class Area:
    """A rectangle in map, m."""

    east_m: float
    north_m: float
    half_east_m: float
    half_north_m: float

    @classmethod
    def around(cls, east_m: float, north_m: float, half_m: float) -> Area:
        return cls(east_m, north_m, half_m, half_m)


@dataclass(frozen=True)
class Found:
    """The best pose, how well it fits and the next best one's score; `clear`: it is the only one
    that fits, by `margin`."""

    match: Match
    fit: Fit
    score: float
    next_score: float
    margin: float = _MARGINS[1]

    @property
    def clear(self) -> bool:
        return (
            self.fit.agree >= _FEWEST_AGREE
            and self.fit.share >= _LEAST_SHARE
            and self.score - self.next_score >= self.margin
        )


class Search:
    """`walls` are turned into a raster of scores once, at the first search."""

    def __init__(self, walls: OutlineMap) -> None:
        self._walls = walls
        self._scores: list[Scores] = []
        self._corner = np.zeros(2)

    def find(self, points: Array, area: Area) -> Found | None:
        """`points` (n, 2) m in the body frame; None: too little is seen or nothing fits."""
        rays = _spread(points)
        if len(rays) < 12 or not len(self._walls.points):
            return None
        if not self._scores:
            self._make_scores()
        tried: list[tuple[float, Match, Fit]] = []
        guesses = self._candidates(rays, area)
        guesses.sort(key=lambda pose: -fit_of(self._walls, points, pose).score)
        for guess in guesses[:_TRIED]:
            match = match_scan(self._walls, points, guess, 1.5)
            pose = match.pose
            if self._walls.inside(np.array([[pose.x, pose.y]]))[0]:
                continue
            fit = fit_of(self._walls, points, pose)
            tried.append((match.share * fit.score, match, fit))
        if not tried:
            return None
        tried.sort(key=lambda one: -one[0])
        score, best, fit = tried[0]
        others = [s for s, other, _ in tried[1:] if _apart(other.pose, best.pose)]
        small = max(area.half_east_m, area.half_north_m) <= _SMALL_M
        margin = _MARGINS[0 if small else 1]
        return Found(best, fit, score, max(others, default=0.0), margin)

    def _make_scores(self) -> None:
        margin = _REACH_M + 2.0
        low = self._walls.points.min(axis=0) - margin
        size = np.ceil((self._walls.points.max(axis=0) + margin - low) / _CELL_M).astype(int)
        free = np.ones(size, dtype=bool)
        cells = np.floor((self._walls.points - low) / _CELL_M).astype(int)
        free[cells[:, 0], cells[:, 1]] = False
        away = distance_transform_edt(free).astype(np.float32) * np.float32(_CELL_M)
        finest = np.exp(-0.5 * np.square(away / _SPREAD_M)).astype(np.float32)
        self._corner = low
        self._scores = [finest]
        for level in range(1, _LEVELS + 1):
            width = 2**level
            pooled = maximum_filter(finest, size=width, origin=-(width // 2), mode="constant")
            self._scores.append(pooled)

    def _candidates(self, rays: Array, area: Area) -> list[Pose]:
        """The best places of the raster."""
        headings = np.arange(_HEADINGS) * math.tau / _HEADINGS
        cos, sin = np.cos(headings)[:, None], np.sin(headings)[:, None]
        turned = np.stack(
            [cos * rays[:, 0] - sin * rays[:, 1], sin * rays[:, 0] + cos * rays[:, 1]], axis=-1
        )
        # from the middle of the cell where the robot is: (headings, rays, 2)
        hits = np.floor(turned / _CELL_M + 0.5).astype(np.int32)
        middle = np.array([area.east_m, area.north_m])
        half = np.array([area.half_east_m, area.half_north_m])
        first = np.floor((middle - half - self._corner) / _CELL_M).astype(int)
        last = np.ceil((middle + half - self._corner) / _CELL_M).astype(int)
        width = 2**_LEVELS
        grid = np.meshgrid(
            np.arange(first[0], last[0] + 1, width),
            np.arange(first[1], last[1] + 1, width),
            np.arange(_HEADINGS),
            indexing="ij",
        )
        nodes = np.column_stack([axis.ravel() for axis in grid])
        scores = np.zeros(0, dtype=np.float32)
        for level in range(_LEVELS, -1, -1):
            scores = self._score(level, nodes, hits)
            best = np.argsort(-scores)[:_BEAM]
            nodes, scores = nodes[best], scores[best]
            if level:
                step = 2 ** (level - 1)
                corners = [(0, 0, 0), (step, 0, 0), (0, step, 0), (step, step, 0)]
                nodes = np.concatenate([nodes + corner for corner in corners])
        return self._poses(nodes, scores)

    def _score(self, level: int, nodes: Cells, hits: Cells) -> Scores:
        raster = self._scores[level]
        flat, (rows, columns) = raster.ravel(), raster.shape
        found = np.empty(len(nodes), dtype=np.float32)
        for begin in range(0, len(nodes), _BEAM):
            part = nodes[begin : begin + _BEAM]
            x = hits[part[:, 2], :, 0] + part[:, :1]
            y = hits[part[:, 2], :, 1] + part[:, 1:2]
            within = (x >= 0) & (x < rows) & (y >= 0) & (y < columns)
            at = np.where(within, x * columns + y, 0)
            found[begin : begin + _BEAM] = np.where(within, flat[at], 0.0).mean(axis=1)
        return found

    def _poses(self, nodes: Cells, scores: Scores) -> list[Pose]:
        """The best of each neighbourhood, the best first."""
        order = np.argsort(-scores)
        nodes = nodes[order]
        _, first = np.unique(nodes // _NEIGHBOURS, axis=0, return_index=True)
        kept = nodes[np.sort(first)[:_JUDGED]]
        places = self._corner + (kept[:, :2] + 0.5) * _CELL_M
        headings = kept[:, 2] * (math.tau / _HEADINGS)
        return [
            Pose(float(east), float(north), wrap(float(yaw)))
            for (east, north), yaw in zip(places, headings, strict=True)
        ]


def _apart(a: Pose, b: Pose) -> bool:
    return math.hypot(a.x - b.x, a.y - b.y) > _APART_M or abs(wrap(a.yaw - b.yaw)) > _APART_RAD


def _spread(points: Array) -> Array:
    """At most so many of the points within reach, evenly by direction."""
    near = points[np.hypot(points[:, 0], points[:, 1]) <= _REACH_M]
    order = np.argsort(np.arctan2(near[:, 1], near[:, 0]))
    return (
        near[order[np.unique(np.linspace(0, len(order) - 1, _RAYS).astype(int))]]
        if len(near)
        else near
    )

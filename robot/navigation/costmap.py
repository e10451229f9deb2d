"""The rolling costmap: how far it is from each nearby cell to the next obstacle.

Fed with lidar scans already placed in the map frame, read as a distance field. Points of what
moves are kept out of it (the controller predicts those), so that a passer-by leaves no trail of
phantom obstacles.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from robot.navigation.config import NavigationConfig
from robot.navigation.static_map import Ground, StaticMap
from robot.navigation.tracks import Track, clusters_of, follow

Floats = NDArray[np.float64]
FAR_M = 5.0


@dataclass(frozen=True)
class LocalView:
    """Surroundings at one moment, in map m. `clearance` (rows, columns), row 0 in the south."""

    origin: tuple[float, float]
    cell_m: float
    clearance: Floats
    moving: tuple[Track, ...]
    stamp_s: float

    def clearance_at(self, xy: Floats) -> Floats:
        """Metres to the nearest obstacle from each of (..., 2) points; FAR_M outside the
        square.
        """
        column = ((xy[..., 0] - self.origin[0]) / self.cell_m).astype(np.int64)
        row = ((xy[..., 1] - self.origin[1]) / self.cell_m).astype(np.int64)
        rows, columns = self.clearance.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        row, column = np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)
        return np.where(inside, self.clearance[row, column], FAR_M)


class Costmap:
    """Collects scans; `view` makes the distance field around the robot."""

    def __init__(self, ground: StaticMap, config: NavigationConfig) -> None:
        self.ground = ground
        self.config = config
        self.tracks: list[Track] = []
        self._scans: deque[tuple[float, Floats]] = deque()
        self.newest_s = -np.inf

    def add_scan(self, points: Floats, sensor: Floats, stamp_s: float) -> None:
        """`points` (N, 2): hits in map m, in scan order; `sensor` (2,): where the lidar was."""
        if stamp_s < self.newest_s - 1.0:  # the clock was set back: a simulation started anew
            self.clear()
        clusters = clusters_of(points, sensor)
        self.tracks = follow(self.tracks, clusters, stamp_s)
        keep = np.ones(len(points), bool)
        movers = [t for t in self.tracks if t.moves and t.stamp_s == stamp_s]
        for cluster in clusters:
            for track in movers:
                if np.hypot(cluster.centre[0] - track.x_m, cluster.centre[1] - track.y_m) < 0.4:
                    keep[cluster.members] = False
        for track in movers:  # what older scans hold of it
            for _, old in self._scans:
                away = np.hypot(old[:, 0] - track.x_m, old[:, 1] - track.y_m)
                old[away < track.radius_m + 0.5] = np.inf
        self._scans.append((stamp_s, points[keep]))
        self.newest_s = stamp_s
        while self._scans and self._scans[0][0] < stamp_s - self.config.scan_memory_s:
            self._scans.popleft()

    def clear(self) -> None:
        """Forget everything that was seen."""
        self._scans.clear()
        self.tracks = []
        self.newest_s = -np.inf

    def points(self) -> Floats:
        """All remembered obstacle points (N, 2), map m."""
        if not self._scans:
            return np.empty((0, 2))
        every = np.vstack([points for _, points in self._scans])
        return every[np.isfinite(every[:, 0])]

    def view(self, x_m: float, y_m: float) -> LocalView:
        """The surroundings of a place: lidar points and the site's solid things."""
        cell, size = self.config.costmap_cell_m, self.config.costmap_size_m
        count = round(size / cell)
        origin = (
            np.floor((x_m - size / 2) / cell) * cell,
            np.floor((y_m - size / 2) / cell) * cell,
        )
        centres = (np.arange(count) + 0.5) * cell
        grid = np.stack(np.meshgrid(origin[0] + centres, origin[1] + centres), axis=-1)
        occupied = self.ground.ground_at(grid) == Ground.SOLID
        points = self.points()
        if len(points):
            index = ((points - origin) / cell).astype(np.int64)
            inside = ((points >= origin) & (index < count)).all(axis=1)
            occupied[index[inside, 1], index[inside, 0]] = True
        if occupied.any():
            clearance = np.minimum(distance_transform_edt(~occupied) * cell, FAR_M)
        else:
            clearance = np.full(occupied.shape, FAR_M)
        moving = tuple(track for track in self.tracks if track.moves)
        return LocalView(
            (float(origin[0]), float(origin[1])), cell, clearance, moving, self.newest_s
        )

"""Free-space search: a way over open ground where there is no walkway or where the walkway is
blocked.

A window of the site's raster, with what the lidar saw painted in, becomes a grid graph whose
edges cost distance times how unwelcome the ground is; SciPy's Dijkstra finds the cheapest way.
Roads and solid things are no ground at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from robot.navigation.config import NavigationConfig
from robot.navigation.static_map import Ground, StaticMap

Xy = tuple[float, float]
Floats = NDArray[np.float64]
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def search_free_space(
    ground: StaticMap,
    config: NavigationConfig,
    start: Xy,
    goal: Xy,
    obstacles: Floats | None = None,
    margin_m: float = 15.0,
    hull_radius_m: float = 0.32,
) -> tuple[Floats, float] | None:
    """The cheapest way (N, 2) from start to goal over open ground, and its cost in metres; or
    None.

    `obstacles` are points (M, 2) that the lidar saw. The window is the box around start and goal
    widened by `margin_m`; a window wider than `grid_span_m` is not searched.
    """
    low = np.minimum(start, goal) - margin_m
    high = np.maximum(start, goal) + margin_m
    if (high - low).max() > config.grid_span_m:
        return None
    cell = config.grid_m
    columns, rows = (np.ceil((high - low) / cell).astype(int)) + 1
    xs, ys = low[0] + np.arange(columns) * cell, low[1] + np.arange(rows) * cell
    grid = np.stack(np.meshgrid(xs, ys), axis=-1)
    classes = ground.ground_at(grid)
    occupied = classes == Ground.SOLID
    if obstacles is not None and len(obstacles):
        index = np.rint((obstacles - low) / cell).astype(int)
        inside = ((index >= 0) & (index < [columns, rows])).all(axis=1)
        occupied[index[inside, 1], index[inside, 0]] = True
    clearance = np.full(occupied.shape, 9.0)
    if occupied.any():
        clearance = distance_transform_edt(~occupied) * cell
    ends = [tuple(np.rint((np.array(p) - low) / cell).astype(int)[::-1]) for p in (start, goal)]
    free = clearance >= hull_radius_m
    road = classes == Ground.ROAD
    if not road[ends[0]]:
        free &= ~road
    for row, column in ends:  # the robot stands where it stands
        free[row, column] |= not occupied[row, column]
    if not (free[ends[0]] and free[ends[1]]):
        return None
    weight = np.where(classes == Ground.PAVEMENT, 1.0, config.off_walkway_cost)
    weight = np.where(road, 50.0, weight)
    weight *= 1.0 + 2.0 * np.exp(-np.maximum(clearance - hull_radius_m, 0.0) / 0.3)
    nodes = np.arange(rows * columns).reshape(rows, columns)
    matrix = _matrix(free, weight, nodes, cell)
    origin, target = int(nodes[ends[0]]), int(nodes[ends[1]])
    costs, before = dijkstra(matrix, directed=False, indices=origin, return_predecessors=True)
    if not np.isfinite(costs[target]):
        return None
    chain = [target]
    while chain[-1] != origin:
        chain.append(int(before[chain[-1]]))
    row, column = np.divmod(np.array(chain[::-1]), columns)
    way = np.column_stack([xs[column], ys[row]])
    way[0], way[-1] = start, goal
    return _straightened(way, free, low, cell), float(costs[target])


def _matrix(
    free: NDArray[np.bool_], weight: Floats, nodes: NDArray[np.int64], cell: float
) -> csr_matrix:
    rows, columns = free.shape
    sources, targets, costs = [], [], []
    for up, across in _STEPS:
        a = (slice(0, rows - up), slice(max(0, -across), columns - max(0, across)))
        b = (slice(up, rows), slice(max(0, across), columns + min(0, across)))
        both = free[a] & free[b]
        sources.append(nodes[a][both])
        targets.append(nodes[b][both])
        costs.append(0.5 * (weight[a][both] + weight[b][both]) * cell * np.hypot(up, across))
    size = free.size
    return csr_matrix(
        (np.concatenate(costs), (np.concatenate(sources), np.concatenate(targets))),
        shape=(size, size),
    )


def _straightened(way: Floats, free: NDArray[np.bool_], low: Floats, cell: float) -> Floats:
    """Drop the corners that a straight line over free cells makes needless."""
    kept, at = [0], 0
    while at < len(way) - 1:
        last = min(len(way) - 1, at + 40)
        for candidate in range(last, at, -1):
            if candidate == at + 1 or _sees(way[at], way[candidate], free, low, cell):
                break
        kept.append(candidate)
        at = candidate
    return way[kept]


def _sees(a: Floats, b: Floats, free: NDArray[np.bool_], low: Floats, cell: float) -> bool:
    count = max(2, int(np.ceil(np.hypot(*(b - a)) / (cell / 2))))
    points = a + np.linspace(0, 1, count)[:, None] * (b - a)
    index = np.rint((points - low) / cell).astype(int)
    return bool(free[index[:, 1], index[:, 0]].all())

"""A way through the air from one place to another: around what stands, or over it.

For each height that makes a difference, the shortest level way is found on the visibility graph of
the free air (A*, visibility checked only for the corners that are expanded); the cheapest height
wins. Climb and descent are upright, at the ends. A detour counts more than its length, so that
going over is preferred where the ceiling allows it.
"""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.errors import PlanError

Xy = tuple[float, float]


@dataclass(frozen=True)
class Transit:
    """A way: `points` from start to end (map m), flown at `height_m` between climb and descent."""

    points: tuple[Enu, ...]
    height_m: float
    length_m: float


def find_transit(
    airspace: Airspace, start: Enu, end: Enu, name: str, *, end_upright: bool = True
) -> Transit:
    """The best way from `start` to `end` (map m).

    `end_upright` False ends over `end`, at transit height (the autopilot's landing goes on from
    there). Raises PlanError naming the leg and what is in the way.
    """
    reasons: list[str] = []
    best: tuple[float, Transit] | None = None
    straight = math.hypot(end.east_m - start.east_m, end.north_m - start.north_m)
    for height in _heights(airspace, start, end, end_upright):
        climb = _climb_cost(airspace, start.up_m, height)
        drop = _climb_cost(airspace, height, end.up_m) if end_upright else 0.0
        if best is not None and best[0] <= climb + drop + straight / airspace.config.cruise_mps:
            continue  # no way at this height can be better
        way = _level_way(airspace, start, end, height, end_upright)
        if isinstance(way, str):
            reasons.append(way)
            continue
        detour = max(0.0, way.length_m - straight) * (airspace.config.detour_weight - 1)
        cost = climb + drop + (way.length_m + detour) / airspace.config.cruise_mps
        if best is None or cost < best[0]:
            best = (cost, way)
    if best is None:
        why = reasons[0] if reasons else "there is no height at which it may be flown"
        raise PlanError(f"{name} cannot be flown: {why}")
    return best[1]


def _heights(airspace: Airspace, start: Enu, end: Enu, end_upright: bool) -> list[float]:
    low, top = airspace.config.transit_height_m + airspace.ground.lowest_m, airspace.top_m
    wanted = {h for h in (start.up_m, end.up_m) if low <= h <= top}
    return sorted(wanted | set(airspace.levels()))


def _climb_cost(airspace: Airspace, from_m: float, to_m: float) -> float:
    rate = airspace.config.climb_mps if to_m > from_m else airspace.config.descend_mps
    return abs(to_m - from_m) / rate


def _level_way(
    airspace: Airspace, start: Enu, end: Enu, height: float, end_upright: bool
) -> Transit | str:
    """The shortest way at one height, or why there is none."""
    above_start, above_end = start._replace(up_m=height), end._replace(up_m=height)
    for what, low, high in (("the climb", start, above_start), ("the descent", end, above_end)):
        if what == "the descent" and not end_upright:
            low = high
        blocked = airspace.obstruction(low, high)
        if blocked is not None:
            return f"on {what}, {blocked}"
    path = shortest_level_path(airspace.free_at(height), start[:2], end[:2])
    if path is None:
        return f"at {height:.0f} m there is no way around"
    points = [start, *(Enu(x, y, height) for x, y in path)]
    if end_upright:
        points.append(end)
    points = _without_repeats(points)
    for a, b in itertools.pairwise(points):
        blocked = airspace.obstruction(a, b)
        if blocked is not None:
            return f"at {height:.0f} m {blocked}"
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(path))
    return Transit(tuple(points), height, length)


def _without_repeats(points: list[Enu]) -> list[Enu]:
    kept = points[:1]
    for point in points[1:]:
        if math.dist(kept[-1], point) > 0.05:
            kept.append(point)
    return kept


def shortest_level_path(free: BaseGeometry, start: Xy, end: Xy) -> list[Xy] | None:
    """Shortest path inside `free` (map m), as its corners; None when there is none.

    A start or end that lies within a hand's breadth of the edge is taken as inside.
    """
    reachable = free.buffer(0.01)
    part = next(
        (p for p in getattr(reachable, "geoms", [reachable]) if p.covers(Point(start))), None
    )
    if part is None or not part.covers(Point(end)):
        return None
    shapely.prepare(part)
    rings = [part.exterior, *part.interiors]
    corners = np.array([xy for ring in rings for xy in ring.coords[:-1]], float)
    nodes = np.vstack([[start, end], corners])
    if _visible(part, nodes[0], nodes[1:2])[0]:
        return [start, end]
    return _a_star(part, nodes)


def _visible(
    part: BaseGeometry, here: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.bool_]:
    pairs = np.stack([np.broadcast_to(here, others.shape), others], axis=1)
    return np.asarray(shapely.covers(part, shapely.linestrings(pairs)), dtype=np.bool_)


def _a_star(part: BaseGeometry, nodes: NDArray[np.float64]) -> list[Xy] | None:
    """From node 0 to node 1 (Hart, Nilsson, Raphael 1968), edges where the line stays in `part`."""
    to_goal = np.hypot(*(nodes - nodes[1]).T)
    cost = np.full(len(nodes), np.inf)
    cost[0] = 0.0
    came = np.zeros(len(nodes), int)
    done = np.zeros(len(nodes), bool)
    queue = [(float(to_goal[0]), 0)]
    while queue:
        _, at = heapq.heappop(queue)
        if done[at]:
            continue
        if at == 1:
            path = [1]
            while path[-1] != 0:
                path.append(int(came[path[-1]]))
            return [(float(nodes[i][0]), float(nodes[i][1])) for i in reversed(path)]
        done[at] = True
        new = cost[at] + np.hypot(*(nodes - nodes[at]).T)
        candidates = np.flatnonzero(~done & (new < cost - 1e-9))
        if not len(candidates):
            continue
        seen = candidates[_visible(part, nodes[at], nodes[candidates])]
        cost[seen] = new[seen]
        came[seen] = at
        for node in seen:
            heapq.heappush(queue, (float(cost[node] + to_goal[node]), int(node)))
    return None

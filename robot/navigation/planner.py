"""The planner: from where the robot stands to a goal, over walkways where there are any.

It connects start and goal to the route graph by straight lines that touch nothing solid, takes
the cheapest way, and falls back to a free-space search where the graph does not reach or is
blocked. When there is no way it says why, in one sentence.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from robot.navigation.config import NavigationConfig
from robot.navigation.errors import NoRoute
from robot.navigation.free_space import search_free_space
from robot.navigation.path import Path, smooth_path
from robot.navigation.route_graph import Blockage, RouteGraph, build_graph
from robot.navigation.static_map import Ground, StaticMap

Xy = tuple[float, float]
Floats = NDArray[np.float64]
_CANDIDATES = 10
_IN_SIGHT = 30
_START, _GOAL = "start", "goal"


@dataclass(frozen=True)
class Access:
    """A straight way between a place and a point of an edge of the graph."""

    edge: int
    arc_m: float
    line: LineString
    cost: float


class Planner:
    """Plans paths on one site. Keeps the graph; a search changes nothing."""

    def __init__(self, ground: StaticMap, config: NavigationConfig) -> None:
        self.ground = ground
        self.config = config
        self.graph: RouteGraph = build_graph(ground, config)

    def plan(
        self,
        start: Xy,
        goal: Xy,
        blockages: Sequence[Blockage] = (),
        obstacles: Floats | None = None,
    ) -> Path:
        """A path in map m from start to goal. `obstacles` (M, 2): what the lidar sees now.

        Raises NoRoute with the reason.
        """
        self._check_goal(goal)
        ways = [self._direct(start, goal, blockages), self._over_graph(start, goal, blockages)]
        found = [way for way in ways if way is not None]
        if not found or blockages:
            seen = _with_blockages(obstacles, blockages)
            free = search_free_space(self.ground, self.config, start, goal, seen)
            if free is not None:
                found.append(free)
        if not found:
            found += self._half_free(start, goal, blockages, obstacles)
        if not found:
            raise NoRoute(self._why(start, goal, blockages))
        points, _ = min(found, key=lambda way: way[1])
        return smooth_path(points, self.config.path_spacing_m, self.config.corner_m, self._is_clear)

    def _is_clear(self, points: Floats) -> NDArray[np.bool_]:
        return np.asarray(self.ground.ground_at(points) < Ground.ROAD)

    def _check_goal(self, goal: Xy) -> None:
        if not self.ground.contains(*goal):
            raise NoRoute(
                f"no route: the goal ({goal[0]:.1f}, {goal[1]:.1f}) lies outside the site"
            )
        solid = self.ground.solid_at(*goal)
        if solid is not None:
            raise NoRoute(f"no route: the goal ({goal[0]:.1f}, {goal[1]:.1f}) lies in {solid.name}")
        if self.ground.ground_at(np.array(goal)) == Ground.ROAD:
            raise NoRoute(
                f"no route: the goal ({goal[0]:.1f}, {goal[1]:.1f}) lies on a road, "
                "not on a crossing"
            )

    def _direct(
        self, start: Xy, goal: Xy, blockages: Sequence[Blockage]
    ) -> tuple[Floats, float] | None:
        line = LineString([start, goal])
        if line.length > 0.5 and not self.ground.pavement.covers(line):
            return None
        if not self.ground.line_is_clear(line, 0.3 if line.length > 0.5 else 0.0):
            return None
        if any(blockage.disc.intersects(line) for blockage in blockages):
            return None
        return np.array([start, goal]), float(line.length)

    def _access(self, at: Xy, blockages: Sequence[Blockage]) -> list[Access]:
        """The straight ways from a place to the graph, the cheapest few."""
        found: list[Access] = []
        for margin in (0.35, 0.05):
            for distance, number in self.graph.near(at, self.config.connect_m)[: 3 * _CANDIDATES]:
                edge_line = self.graph.edges[number].line
                arc = edge_line.project(Point(at))
                spot = edge_line.interpolate(arc)
                line = LineString([at, (spot.x, spot.y)])
                if distance > 0.02 and not self.ground.line_is_clear(line, margin):
                    continue
                if any(blockage.disc.intersects(line) for blockage in blockages):
                    continue
                paved = self.ground.pavement.intersection(line).length
                cost = paved + self.config.off_walkway_cost * (line.length - paved)
                found.append(Access(number, arc, line, cost))
            if found:
                break
        return sorted(found, key=lambda access: access.cost)[:_CANDIDATES]

    def _in_sight(self, at: Xy, discs: Sequence[BaseGeometry]) -> list[int]:
        """Nodes that can be reached in a straight line on pavement: on a plaza that is shorter
        than by way of its edges.
        """
        ways = [
            (math.dist(at, place), node)
            for node, place in enumerate(self.graph.places)
            if math.dist(at, place) <= self.config.connect_m
        ]
        found = []
        for _, node in sorted(ways)[:_IN_SIGHT]:
            line = LineString([at, self.graph.places[node]])
            if not self.ground.pavement.covers(line) or not self.ground.line_is_clear(line, 0.3):
                continue
            if not any(disc.intersects(line) for disc in discs):
                found.append(node)
        return found

    def _over_graph(
        self, start: Xy, goal: Xy, blockages: Sequence[Blockage]
    ) -> tuple[Floats, float] | None:
        begins, ends = self._access(start, blockages), self._access(goal, blockages)
        if not begins or not ends:
            return None
        cut = self.graph.cut_by(blockages)
        graph: nx.Graph = self.graph.graph.copy()
        for number in cut:
            edge = self.graph.edges[number]
            data = graph.get_edge_data(edge.start, edge.end)
            if data is not None and data["number"] == number:
                graph.remove_edge(edge.start, edge.end)
        discs = [blockage.disc for blockage in blockages]
        for name, accesses in ((_START, begins), (_GOAL, ends)):
            for access in accesses:
                edge = self.graph.edges[access.edge]
                for node, arc in ((edge.start, 0.0), (edge.end, edge.line.length)):
                    piece = substring(edge.line, access.arc_m, arc)
                    if any(disc.intersects(piece) for disc in discs):
                        continue
                    per_m = edge.cost / edge.line.length
                    cost = access.cost + per_m * abs(access.arc_m - arc)
                    known = graph.get_edge_data(name, node)
                    if known is None or known["cost"] > cost:
                        points = _joined(access.line, piece)
                        graph.add_edge(name, node, cost=cost, points=points)
        for name, at in ((_START, start), (_GOAL, goal)):
            for node in self._in_sight(at, discs):
                line = np.array([at, self.graph.places[node]])
                cost = math.dist(*line)
                known = graph.get_edge_data(name, node)
                if known is None or known["cost"] > cost:
                    graph.add_edge(name, node, cost=cost, points=line)
        best = _same_edge(self.graph, begins, ends, discs)
        if _START in graph and _GOAL in graph and nx.has_path(graph, _START, _GOAL):
            nodes = nx.dijkstra_path(graph, _START, _GOAL, weight="cost")
            cost = nx.path_weight(graph, nodes, "cost")
            if best is None or cost < best[1]:
                best = self._points(graph, nodes), float(cost)
        return best

    def _points(self, graph: nx.Graph, nodes: list[int | str]) -> Floats:
        parts: list[Floats] = []
        for a, b in itertools.pairwise(nodes):
            data = graph.edges[a, b]
            if "points" in data:
                parts.append(data["points"] if a == _START else data["points"][::-1])
                continue
            edge = self.graph.edges[data["number"]]
            line = np.asarray(edge.line.coords)[:, :2]
            parts.append(line if edge.start == a else line[::-1])
        return np.vstack(parts)

    def _half_free(
        self,
        start: Xy,
        goal: Xy,
        blockages: Sequence[Blockage],
        obstacles: Floats | None,
    ) -> list[tuple[Floats, float]]:
        """Free-space search from the goal (or the start) to the graph, and the graph for the
        rest.
        """
        seen = _with_blockages(obstacles, blockages)
        for end, other, flip in ((goal, start, True), (start, goal, False)):
            near = self.graph.near(end, self.config.connect_m)
            for _, number in near[:3]:
                line = self.graph.edges[number].line
                spot = line.interpolate(line.project(Point(end)))
                free = search_free_space(self.ground, self.config, end, (spot.x, spot.y), seen)
                rest = self._over_graph(
                    *((other, (spot.x, spot.y)) if flip else ((spot.x, spot.y), other)), blockages
                )
                if free is not None and rest is not None:
                    halves = [rest[0], free[0][::-1]] if flip else [free[0], rest[0]]
                    return [(np.vstack(halves), free[1] + rest[1])]
        return []

    def _why(self, start: Xy, goal: Xy, blockages: Sequence[Blockage]) -> str:
        for name, at in (("robot", start), ("goal", goal)):
            if not self._access(at, ()):
                return (
                    f"no route: from the {name} at ({at[0]:.1f}, {at[1]:.1f}) no walkway or plaza "
                    f"can be reached within {self.config.connect_m:.0f} m without crossing a road, "
                    "a building or a keep-out"
                )
        if blockages:
            return "no route: the only way is blocked and there is no way around it"
        return (
            f"no route: no walkway or crossing connects ({start[0]:.1f}, {start[1]:.1f}) "
            f"with ({goal[0]:.1f}, {goal[1]:.1f})"
        )


def _joined(first: LineString, second: BaseGeometry) -> Floats:
    parts = [np.asarray(line.coords)[:, :2] for line in (first, second)]
    return np.vstack(parts)


def _with_blockages(obstacles: Floats | None, blockages: Sequence[Blockage]) -> Floats:
    parts = [] if obstacles is None else [obstacles]
    for blockage in blockages:
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        for radius in np.arange(0.0, blockage.radius_m + 0.1, 0.2):
            ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radius
            parts.append(ring + np.array([blockage.x_m, blockage.y_m]))
    return np.vstack(parts) if parts else np.empty((0, 2))


def _same_edge(
    graph: RouteGraph, begins: list[Access], ends: list[Access], discs: Sequence[BaseGeometry]
) -> tuple[Floats, float] | None:
    """The way along one edge, when start and goal both reach it."""
    best: tuple[Floats, float] | None = None
    for a in begins:
        for b in ends:
            if a.edge != b.edge:
                continue
            edge = graph.edges[a.edge]
            piece = substring(edge.line, a.arc_m, b.arc_m)
            if any(disc.intersects(piece) for disc in discs):
                continue
            cost = a.cost + b.cost + abs(a.arc_m - b.arc_m) * edge.cost / edge.line.length
            if best is None or cost < best[1]:
                back = np.asarray(b.line.coords)[::-1, :2]
                best = np.vstack([_joined(a.line, piece), back]), float(cost)
    return best

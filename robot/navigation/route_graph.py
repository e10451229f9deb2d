"""The route graph: every way over the site's walkways, crossings and plazas, and the shortest of
them.

Nodes are places, edges are straight or bent pieces of walkway with a cost per metre that says how
gladly the robot goes there. Keep-outs and buildings are cut out with clearance before the graph
is made, so that no search can find a way through them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring, unary_union

from robot.navigation.config import NavigationConfig
from robot.navigation.static_map import StaticMap

Xy = tuple[float, float]
Floats = NDArray[np.float64]
_PLAZA_NODES = 40


@dataclass(frozen=True)
class Blockage:
    """A place that was found blocked: nothing closer than `radius_m` to it is used."""

    x_m: float
    y_m: float
    radius_m: float

    @property
    def disc(self) -> BaseGeometry:
        return Point(self.x_m, self.y_m).buffer(self.radius_m)


@dataclass(frozen=True)
class Edge:
    """A piece of way from node `start` to node `end`; `line` runs in that direction."""

    start: int
    end: int
    line: LineString
    cost: float
    is_crossing: bool = False


@dataclass
class RouteGraph:
    """`places` by node number, `edges` by edge number, and the networkx graph over both."""

    config: NavigationConfig
    ground: StaticMap
    places: list[Xy] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    graph: nx.Graph = field(default_factory=nx.Graph)
    _tree: STRtree | None = None

    def node(self, at: Sequence[float]) -> int:
        """The node at a place, made if there is none within 5 cm."""
        key = (round(at[0] / 0.05), round(at[1] / 0.05))
        for i, j in itertools.product((0, -1, 1), repeat=2):
            found = self._keys.get((key[0] + i, key[1] + j))
            if found is not None and np.hypot(*np.subtract(self.places[found], at[:2])) < 0.05:
                return found
        self.places.append((at[0], at[1]))
        self._keys[key] = len(self.places) - 1
        self.graph.add_node(len(self.places) - 1)
        return len(self.places) - 1

    def __post_init__(self) -> None:
        self._keys: dict[tuple[int, int], int] = {}

    def add(self, line: LineString, cost_per_m: float, is_crossing: bool = False) -> None:
        coordinates = list(line.coords)
        start, end = self.node(coordinates[0]), self.node(coordinates[-1])
        if start == end:
            return
        cost = line.length * cost_per_m
        known = self.graph.get_edge_data(start, end)
        if known is not None and known["cost"] <= cost:
            return
        self.edges.append(Edge(start, end, line, cost, is_crossing))
        self.graph.add_edge(start, end, cost=cost, number=len(self.edges) - 1)
        self._tree = None

    @property
    def tree(self) -> STRtree:
        if self._tree is None:
            self._tree = STRtree([edge.line for edge in self.edges])
        return self._tree

    def near(self, at: Xy, within_m: float) -> list[tuple[float, int]]:
        """Edges within reach of a place, as (distance m, edge number), nearest first."""
        point = Point(at)
        numbers = self.tree.query(point, predicate="dwithin", distance=within_m)
        return sorted((self.edges[int(n)].line.distance(point), int(n)) for n in numbers)

    def cut_by(self, blockages: Sequence[Blockage]) -> set[int]:
        """Numbers of the edges that pass through a blockage."""
        cut: set[int] = set()
        for blockage in blockages:
            cut.update(int(n) for n in self.tree.query(blockage.disc, predicate="intersects"))
        return cut


def build_graph(ground: StaticMap, config: NavigationConfig) -> RouteGraph:
    """The graph of a site. Walkways meet where they share a point, cross, or end within
    `snap_m`.
    """
    graph = RouteGraph(config, ground)
    solid = [s.shape for s in ground.solids if s.name.startswith(("building", "keep-out"))]
    closed = unary_union(solid).buffer(config.solid_clearance_m) if solid else Polygon()
    lines = [
        (piece, ground.site.walkways[index].is_crossing)
        for index, pieces in ground.walkable_lines.items()
        for piece in pieces
    ]
    lines = _snapped(lines, config.snap_m)
    tree = STRtree([line for line, _ in lines])
    for number, (line, is_crossing) in enumerate(lines):
        cuts = {0.0, line.length}
        for other in tree.query(line, predicate="dwithin", distance=0.02):
            if int(other) != number:
                cuts.update(_meeting(line, lines[int(other)][0]))
        cuts.update(_self_meeting(line))
        ordered = sorted(cuts)
        for begin, end in itertools.pairwise(ordered):
            if end - begin < 0.05:
                continue
            for free in _line_parts(substring(line, begin, end).difference(closed)):
                graph.add(free, config.crossing_cost if is_crossing else 1.0, is_crossing)
    for plaza in ground.site.plazas:
        _add_plaza(graph, Polygon(plaza.ring).difference(closed))
    return graph


def _snapped(lines: list[tuple[LineString, bool]], snap_m: float) -> list[tuple[LineString, bool]]:
    """Move line ends that lie within `snap_m` of another line onto it."""
    tree = STRtree([line for line, _ in lines])
    moved = []
    for number, (line, is_crossing) in enumerate(lines):
        coordinates = [c[:2] for c in line.coords]
        for place in (0, -1):
            end = Point(coordinates[place])
            near = [
                lines[int(n)][0]
                for n in tree.query(end, predicate="dwithin", distance=snap_m)
                if int(n) != number
            ]
            if near:
                other = min(near, key=end.distance)
                spot = other.interpolate(other.project(end))
                corner = min((Point(c) for c in other.coords), key=end.distance)
                spot = corner if corner.distance(end) <= snap_m else spot
                coordinates[place] = (spot.x, spot.y)
        moved.append((LineString(coordinates), is_crossing))
    return moved


def _meeting(line: LineString, other: LineString) -> list[float]:
    """Arc lengths on `line` at which `other` meets or crosses it."""
    spots: list[Point] = []
    common = line.intersection(other)
    for part in getattr(common, "geoms", [common]):
        if not part.is_empty:
            spots += [Point(c) for c in part.coords]
    ends = (Point(other.coords[0]), Point(other.coords[-1]))
    spots += [p for p in ends if line.dwithin(p, 0.02)]
    return [line.project(p) for p in spots]


def _self_meeting(line: LineString) -> list[float]:
    """A ring is cut once in the middle, so that its two halves are different edges."""
    return [line.length / 3, line.length * 2 / 3] if line.is_ring else []


def _line_parts(shape: BaseGeometry) -> list[LineString]:
    parts = getattr(shape, "geoms", [shape])
    return [p for p in parts if isinstance(p, LineString) and not p.is_empty and p.length > 0.02]


def _add_plaza(graph: RouteGraph, free: BaseGeometry) -> None:
    """Straight ways over a plaza between every two places on it that see each other."""
    shapes = [p for p in getattr(free, "geoms", [free]) if isinstance(p, Polygon)]
    for shape in shapes:
        seen = shape.buffer(0.01)
        numbers = [n for n, at in enumerate(graph.places) if seen.covers(Point(at))]
        for edge in list(graph.edges):  # a walkway that passes over the plaza's rim
            for part in _line_parts(edge.line.intersection(seen)):
                numbers += [graph.node(c) for c in (part.coords[0], part.coords[-1])]
                _split(graph, edge, part)
        for hole in shape.interiors:  # corners to go round
            ring = Polygon(hole).buffer(0.3, join_style="mitre").exterior
            numbers += [graph.node(c[:2]) for c in ring.coords[:-1] if seen.covers(Point(c))]
        chosen = sorted(set(numbers))[:_PLAZA_NODES]
        for a, b in itertools.combinations(chosen, 2):
            line = LineString([graph.places[a], graph.places[b]])
            if seen.covers(line):
                graph.add(line, 1.0)


def _split(graph: RouteGraph, edge: Edge, part: LineString) -> None:
    """Give an edge nodes at the ends of a part of it."""
    begin, end = sorted(
        (edge.line.project(Point(part.coords[0])), edge.line.project(Point(part.coords[-1])))
    )
    per_m = edge.cost / edge.line.length
    for a, b in itertools.pairwise(sorted({0.0, begin, end, edge.line.length})):
        if b - a > 0.05:
            for piece in _line_parts(substring(edge.line, a, b)):
                graph.add(piece, per_m, edge.is_crossing)

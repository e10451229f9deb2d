"""Ways: over the graph against networkx alone, over open ground against scikit-image."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager

import networkx as nx
import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.graph import route_through_array

from comms.contracts.beat_reader import read_beats
from comms.contracts.site_reader import read_site
from robot.navigation.config import NavigationConfig
from robot.navigation.free_space import search_free_space
from robot.navigation.planner import Planner
from robot.navigation.static_map import Ground, StaticMap
from tests.bench.measure import Bench, Pair, ms_per_call
from tests.bench.places import BEATS, SITE

_START, _GOAL = (54.0, 40.0), (90.0, 88.0)


@contextmanager
def _routes() -> Iterator[Pair]:
    site = read_site(SITE)
    planner = Planner(StaticMap(site), NavigationConfig())
    beat = read_beats(BEATS, site)["block"]
    places = [site.frame.to_enu(c.position)[:2] for c in beat.checkpoints]
    legs = list(itertools.pairwise(places))
    graph, nodes = planner.graph.graph, planner.graph.places

    def nearest(at: tuple[float, float]) -> int:
        return min(range(len(nodes)), key=lambda n: math.dist(nodes[n], at))

    ends = [(nearest(a), nearest(b)) for a, b in legs]

    def ours() -> None:
        for a, b in legs:
            planner.plan(a, b)

    def peer() -> None:
        for a, b in ends:
            nx.dijkstra_path(graph, a, b, weight="cost")

    per_leg = len(legs)
    yield Pair(
        lambda: ms_per_call(ours)() / per_leg,
        lambda: ms_per_call(peer)() / per_leg,
    )


@contextmanager
def _open_ground() -> Iterator[Pair]:
    ground, config = StaticMap(read_site(SITE)), NavigationConfig()

    def ours() -> None:
        assert search_free_space(ground, config, _START, _GOAL) is not None

    def peer() -> None:
        low = np.minimum(_START, _GOAL) - 15.0
        high = np.maximum(_START, _GOAL) + 15.0
        cell = config.grid_m
        columns, rows = np.ceil((high - low) / cell).astype(int) + 1
        xs, ys = low[0] + np.arange(columns) * cell, low[1] + np.arange(rows) * cell
        classes = ground.ground_at(np.stack(np.meshgrid(xs, ys), axis=-1))
        clearance = distance_transform_edt(classes != Ground.SOLID) * cell
        costs = np.where(classes == Ground.PAVEMENT, 1.0, config.off_walkway_cost)
        costs[(clearance < 0.32) | (classes == Ground.ROAD)] = -1
        ends = [
            tuple(np.rint((np.array(p) - low) / cell).astype(int)[::-1]) for p in (_START, _GOAL)
        ]
        route_through_array(costs, *ends, fully_connected=True, geometric=True)

    yield Pair(ms_per_call(ours), ms_per_call(peer))


BENCHES = [
    Bench(
        "route_over_walkways",
        "ms per route; ours also finds the way to the graph and smooths",
        "lower",
        "networkx dijkstra_path, same graph",
        _routes,
    ),
    Bench(
        "route_over_open_ground",
        "ms per route, 66 m x 78 m at 0.25 m",
        "lower",
        "scikit-image route_through_array",
        _open_ground,
    ),
]

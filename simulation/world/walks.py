"""Where people walk: back and forth along pavements, at one side of the middle, clear of what
stands there.

Chosen from the site by a seed, near the kiosk first, so that a patrol meets somebody soon.
"""

from __future__ import annotations

import bisect
import math
import random
from dataclasses import dataclass
from itertools import pairwise

from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from comms.contracts.site import Site, Xy

BODY_RADIUS_M = 0.25
KEEP_CLEAR_M = 0.45
SPEED_MPS = 1.2
TURN_S = 1.5
LEG_M = 36.0
SHORTEST_M = 6.0
STRIDE_S = 0.8  # Gazebo draws splines through waypoints: close ones keep the speed even
TRIES = 400


@dataclass(frozen=True)
class Walk:
    """A loop over `points` (map m): to the last and back to the first; never nearer than
    SHORTEST_M."""

    points: tuple[Xy, ...]
    speed_mps: float = SPEED_MPS

    @property
    def length_m(self) -> float:
        return LineString(self.points).length


def choose_walks(site: Site, count: int, dice: random.Random) -> list[Walk]:
    """Up to `count` walks that share no stretch; fewer when the site has no more room."""
    blocked = _obstacles(site)
    home = Point(site.kiosks[0].at) if site.kiosks else Point(0.0, 0.0)
    pavements = [
        (LineString(way.line), way.width_m) for way in site.walkways
        if not way.is_crossing and LineString(way.line).length > SHORTEST_M
    ]  # fmt: skip
    walks: list[Walk] = []
    for _ in range(TRIES):
        if len(walks) >= count or not pavements:
            break
        line, width = dice.choices(
            pavements, [1 / (10 + line.distance(home)) ** 1.5 for line, _ in pavements]
        )[0]
        walk = _try_walk(line, width, blocked, home, dice)
        if walk is not None:
            walks.append(walk)
            blocked = blocked.union(LineString(walk.points).buffer(2 * KEEP_CLEAR_M))
    return walks


def _try_walk(
    line: LineString, width: float, blocked: BaseGeometry, home: Point, dice: random.Random
) -> Walk | None:
    side = dice.choice((-1, 1)) * max(0.3, width / 2 - KEEP_CLEAR_M)
    length = min(LEG_M, line.length) * dice.uniform(0.6, 1.0)
    nearest = line.project(home)
    start = min(max(0.0, dice.gauss(nearest, 30.0) - length / 2), line.length - length)
    stretch = _part(line, start, start + length).offset_curve(side)
    if not isinstance(stretch, LineString) or stretch.length < SHORTEST_M:
        return None
    if stretch.buffer(KEEP_CLEAR_M).intersects(blocked):
        return None
    points = [(x, y) for x, y, *_ in stretch.coords]
    if dice.random() < 0.5:
        points.reverse()
    return Walk(tuple(points))


def _part(line: LineString, start: float, end: float) -> LineString:
    inner = [
        point for point in line.coords if start < line.project(Point(point)) < end
    ]  # fmt: skip
    return LineString([line.interpolate(start).coords[0], *inner, line.interpolate(end).coords[0]])


def _obstacles(site: Site) -> BaseGeometry:
    shapes = [Polygon(building.ring) for building in site.buildings]
    shapes += [Polygon(area.ring) for area in site.keep_outs]
    shapes += [Point(tree.at).buffer(tree.trunk_radius_m + 0.2) for tree in site.trees]
    shapes += [Point(car.at).buffer(2.6) for car in site.cars]
    for kiosk in site.kiosks:
        shapes += [Point(kiosk.at).buffer(2.0), Point(kiosk.dock).buffer(1.5)]
        shapes.append(Point(kiosk.pad).buffer(3.0))
    return unary_union(shapes)


@dataclass(frozen=True)
class Waypoint:
    time_s: float
    x_m: float
    y_m: float
    yaw_rad: float


def timetable(walk: Walk) -> list[Waypoint]:
    """When the walker is where, one loop long, turning on the spot at ends and corners."""
    there = list(walk.points)
    stops = [*there, *there[-2::-1]]
    table: list[Waypoint] = []
    clock = 0.0
    for (ax, ay), (bx, by) in pairwise(stops):
        yaw = math.atan2(by - ay, bx - ax)
        if table:
            turn = abs(math.remainder(yaw - table[-1].yaw_rad, math.tau))
            clock += TURN_S * turn / math.pi + 0.05
            yaw = table[-1].yaw_rad + math.remainder(yaw - table[-1].yaw_rad, math.tau)
        table.append(Waypoint(clock, ax, ay, yaw))
        lasts = math.hypot(bx - ax, by - ay) / walk.speed_mps
        strides = max(1, round(lasts / STRIDE_S))
        for k in range(1, strides + 1):
            part = k / strides
            at = (ax + (bx - ax) * part, ay + (by - ay) * part)
            table.append(Waypoint(clock + lasts * part, *at, yaw))
        clock += lasts
    first = table[0]
    table.append(Waypoint(clock + TURN_S, first.x_m, first.y_m, table[-1].yaw_rad + math.pi))
    return table


@dataclass(frozen=True)
class Stride:
    """Where a walker is (map m, rad) and how fast it moves (m/s)."""

    x_m: float
    y_m: float
    yaw_rad: float
    east_mps: float
    north_mps: float


class Walker:
    """A walk by the clock: where Gazebo shows the actor at a simulated time."""

    def __init__(self, walk: Walk) -> None:
        self._table = timetable(walk)
        self._times = [stop.time_s for stop in self._table]

    def at(self, sim_s: float) -> Stride:
        """At `sim_s` seconds of simulated time."""
        now = sim_s % self._times[-1]
        index = min(max(bisect.bisect_right(self._times, now), 1), len(self._times) - 1)
        a, b = self._table[index - 1], self._table[index]
        lasts = max(b.time_s - a.time_s, 1e-6)
        part = (now - a.time_s) / lasts
        return Stride(
            a.x_m + (b.x_m - a.x_m) * part,
            a.y_m + (b.y_m - a.y_m) * part,
            a.yaw_rad + (b.yaw_rad - a.yaw_rad) * part,
            (b.x_m - a.x_m) / lasts,
            (b.y_m - a.y_m) / lasts,
        )

"""Ways that follow a line: a corridor along it, the perimeter of an area, a search outwards."""

from __future__ import annotations

import itertools
import math

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from drone.airspace.routing import shortest_level_path
from drone.errors import PlanError
from drone.missions.coverage.seen import Xy

_SAME_M = 0.3
_CORNERS_SEEN = 0.95


def corridor(line: list[Xy], width_m: float, swath_m: float) -> list[Xy]:
    """Passes along `line` (map m) that see `width_m` of it, there and back in turn.

    One pass along the line itself where the swath is wide enough.
    """
    middle = LineString(line)
    if middle.length < 1.0:
        raise PlanError("the way to fly along is shorter than a metre")
    passes = max(1, math.ceil(width_m / swath_m))
    points: list[Xy] = []
    for number in range(passes):
        off = ((number + 0.5) / passes - 0.5) * width_m
        beside = middle if passes == 1 else shapely.offset_curve(middle, off, join_style="mitre")
        for part in getattr(beside, "geoms", [beside]):
            coords = [(float(x), float(y)) for x, y in part.coords]
            points += coords if number % 2 == 0 else coords[::-1]
    return points


def perimeter(
    area: list[Xy], outside_m: float, rounds: int, near: Xy, *, clockwise: bool
) -> list[Xy]:
    """`rounds` times around `area` at `outside_m` (map m), from the corner nearest to `near`."""
    ring = Polygon(area)
    if not ring.is_valid or ring.area < 1.0:
        raise PlanError("the border of the area crosses itself or encloses nothing")
    wide = ring.buffer(outside_m, join_style="mitre", mitre_limit=2.0) if outside_m else ring
    sense = -1.0 if clockwise else 1.0
    around = shapely.geometry.polygon.orient(Polygon(wide.exterior), sense).exterior.coords[:-1]
    first = min(range(len(around)), key=lambda i: math.dist(around[i], near))
    turn = [(float(x), float(y)) for x, y in (*around[first:], *around[:first])]
    return [*(turn * rounds), turn[0]]


def search(centre: Xy, radius_m: float, swath_m: float) -> list[Xy]:
    """An expanding square from `centre` (map m), north first, that sees 99 % within `radius_m`.

    Its legs grow every other turn (IAMSAR's expanding square search), by a little less than a
    swath, for the corners of one turn are cut off from the next.
    """
    spacing = _CORNERS_SEEN * swath_m
    points = [centre]
    at, direction, leg = centre, (0.0, 1.0), spacing
    while True:
        for _ in range(2):
            at = (at[0] + leg * direction[0], at[1] + leg * direction[1])
            points.append(at)
            direction = (direction[1], -direction[0])  # to the right
        if leg / 2 >= radius_m:
            return [*points, (at[0] + leg * direction[0], at[1] + leg * direction[1])]
        leg += spacing


def kept_free(points: list[Xy], free: BaseGeometry, furthest_m: float) -> list[Xy]:
    """`points` led around what is closed: each moved to the nearest free place, each leg around.

    Raises PlanError when a point would move more than `furthest_m`, or there is no way.
    """
    moved: list[Xy] = []
    for number, point in enumerate(points, start=1):
        place = point if free.covers(Point(point)) else _nearest(point, free)
        if math.dist(place, point) > furthest_m:
            raise PlanError(
                f"point {number} of {len(points)} is {math.dist(place, point):.0f} m from where it "
                "may be flown"
            )
        if not moved or math.dist(moved[-1], place) > _SAME_M:
            moved.append(place)
    way = moved[:1]
    for a, b in itertools.pairwise(moved):
        path = shortest_level_path(free, a, b)
        if path is None:
            raise PlanError(f"there is no free way from {_words(a)} to {_words(b)}")
        way += path[1:]
    return way


def _nearest(point: Xy, free: BaseGeometry) -> Xy:
    place = nearest_points(free, Point(point))[0]
    return float(place.x), float(place.y)


def _words(place: Xy) -> str:
    return f"({place[0]:.0f} m east, {place[1]:.0f} m north)"

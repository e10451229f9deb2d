"""Seeded areas to survey, for tests and benchmarks: convex and concave ones, some with holes."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from shapely import affinity
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Area:
    """`polygon` in m; `swath_m` of the camera over it."""

    name: str
    polygon: Polygon
    swath_m: float


def seeded_areas(count: int = 20, seed: int = 7) -> list[Area]:
    """`count` areas of 60 to 400 m, in turn: convex, concave by arms, star-like, with holes."""
    rng = random.Random(seed)
    makers = (_convex, _by_arms, _star, _with_holes)
    areas = []
    for number in range(count):
        maker = makers[number % len(makers)]
        polygon = affinity.rotate(maker(rng), rng.uniform(0, 180))
        area = Area(f"{maker.__name__[1:]}_{number}", polygon, rng.uniform(10, 30))
        assert area.polygon.is_valid
        assert area.polygon.geom_type == "Polygon"
        areas.append(area)
    return areas


def _convex(rng: random.Random) -> BaseGeometry:
    wide, high = rng.uniform(60, 400), rng.uniform(60, 200)
    points = [(rng.uniform(0, wide), rng.uniform(0, high)) for _ in range(12)]
    return Polygon(Point(0, 0).buffer(1).union(Polygon(points).convex_hull).convex_hull.exterior)


def _by_arms(rng: random.Random) -> BaseGeometry:
    """An L, a T or a U of streets' width."""
    long, thick = rng.uniform(150, 350), rng.uniform(40, 90)
    shape = box(0, 0, long, thick)
    for at in rng.choice([(0.0,), (0.5,), (0.0, 1.0)]):
        left = at * (long - thick)
        shape = shape.union(
            box(left, 0, left + rng.uniform(0.8, 1.0) * thick, rng.uniform(100, 250))
        )
    return shape


def _star(rng: random.Random) -> BaseGeometry:
    """Irregular, its border going in and out."""
    corners = rng.randint(7, 14)
    angles = sorted(rng.uniform(0, math.tau) for _ in range(corners))
    reach = [rng.uniform(60, 200) for _ in range(corners)]
    ring = [(r * math.cos(a), r * math.sin(a)) for a, r in zip(angles, reach, strict=True)]
    shape = Polygon(ring).buffer(0)
    return max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)


def _with_holes(rng: random.Random) -> BaseGeometry:
    """A block with one to three buildings in it."""
    shape: BaseGeometry = box(0, 0, rng.uniform(150, 350), rng.uniform(120, 250))
    _, _, wide, high = shape.bounds
    for _ in range(rng.randint(1, 3)):
        at = (rng.uniform(0.2, 0.7) * wide, rng.uniform(0.2, 0.7) * high)
        house = affinity.rotate(
            box(*at, at[0] + rng.uniform(15, 50), at[1] + rng.uniform(15, 50)), rng.uniform(0, 90)
        )
        shape = shape.difference(house)
    return max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)

"""Closed volumes of air: upright prisms around buildings, trees and no-fly areas.

Outlines are widened by the clearance so that a flight is safe when its line stays out of every
prism. A round corner is drawn by a polygon *around* the true arc, so the clearance is never cut
short.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.prepared import PreparedGeometry, prep

from comms.contracts.in_force import Period, in_words, next_span
from comms.contracts.place import Enu
from comms.contracts.site import Site
from drone.airspace.ground import Ground
from drone.config import DroneConfig

_QUAD_SEGMENTS = 2
_VERTICAL_M = 1e-6
_TOUCH_M = 1e-6


def widened(shape: BaseGeometry, by_m: float) -> BaseGeometry:
    """`shape` widened by at least `by_m` everywhere (arcs circumscribed, not inscribed)."""
    if by_m <= 0:
        return shape
    return shape.buffer(by_m / math.cos(math.pi / (4 * _QUAD_SEGMENTS)), quad_segs=_QUAD_SEGMENTS)


@dataclass(frozen=True)
class Volume:
    """A prism that no flight may enter: `outline` (map m) from `floor_m` to `ceiling_m` (map z)."""

    name: str
    outline: Polygon
    floor_m: float
    ceiling_m: float
    shape: PreparedGeometry[Polygon]
    applies: tuple[Period, ...] = ()

    @classmethod
    def make(
        cls,
        name: str,
        outline: Polygon,
        floor_m: float,
        ceiling_m: float,
        applies: tuple[Period, ...] = (),
    ) -> Volume:
        """`applies`: when it is closed; none: always."""
        return cls(name, outline, floor_m, ceiling_m, prep(outline), applies)

    def when(self, since: datetime, until: datetime) -> str:
        """From and to when it is closed, next; "" when it always is."""
        span = next_span(self.applies, since, until) if self.applies else None
        if span is None:
            return ""
        begins, ends = span
        words = "now" if begins <= since else f"from {in_words(begins)}"
        return f"closed {words}" + (f" until {in_words(ends)}" if ends is not None else "")

    def blocks_height(self, height_m: float) -> bool:
        """Whether level flight at `height_m` must go around it."""
        return self.floor_m < height_m < self.ceiling_m

    def is_entered_by(self, a: Enu, b: Enu) -> bool:
        """Whether the straight line from `a` to `b` (map m) enters the prism; touching does not."""
        low, high = min(a.up_m, b.up_m), max(a.up_m, b.up_m)
        if high <= self.floor_m or low >= self.ceiling_m:
            return False
        run = math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)
        if run < _VERTICAL_M:
            return bool(self.shape.contains(Point(a.east_m, a.north_m)))
        line = LineString([(a.east_m, a.north_m), (b.east_m, b.north_m)])
        if not self.shape.intersects(line):
            return False
        start = Point(a.east_m, a.north_m)
        for piece in _lines(self.outline.intersection(line)):
            middle = piece.interpolate(0.5, normalized=True)
            if piece.length <= _TOUCH_M or not self.shape.contains(middle):
                continue
            heights = [
                a.up_m + (b.up_m - a.up_m) * start.distance(Point(xy)) / run
                for xy in (piece.coords[0], piece.coords[-1])
            ]
            if max(heights) > self.floor_m and min(heights) < self.ceiling_m:
                return True
        return False


def _lines(shape: BaseGeometry) -> Iterator[LineString]:
    if isinstance(shape, LineString):
        yield shape
    for part in getattr(shape, "geoms", ()):
        yield from _lines(part)


def volumes_of(site: Site, config: DroneConfig, ground: Ground) -> tuple[Volume, ...]:
    """Every closed volume of a site, widened by the configured clearances. Where the ground is not
    level, what stands on it is as high as its highest foot has it, and what is open below or above
    a limit is so from the ground that leaves least."""
    found = []
    for building in site.buildings:
        outline = widened(Polygon(building.ring), config.building_clearance_m)
        _, foot = ground.between(Polygon(building.ring))
        top = foot + building.height_m + config.building_over_m
        found.append(_volume(f"the building {_name(building)}", outline, -math.inf, top))
    for area in site.no_fly:
        outline = widened(Polygon(area.ring), config.no_fly_margin_m)
        low, high = ground.between(Polygon(area.ring))
        # a floor on the ground closes the air from the ground up
        floor = -math.inf if area.floor_m <= 0 else low + area.floor_m - config.no_fly_margin_m
        top = high + area.ceiling_m + config.no_fly_margin_m
        name = f"the no-fly area {_name(area)}"
        found.append(_volume(name, outline, floor, top, area.applies))
    for limit in site.ceilings:
        outline = widened(Polygon(limit.ring), config.no_fly_margin_m)
        low, _ = ground.between(Polygon(limit.ring))
        name = f"the air over {limit.ceiling_m:g} m in {_name(limit)}, which is closed"
        found.append(_volume(name, outline, low + limit.ceiling_m, math.inf, limit.applies))
    for tree in site.trees:
        outline = widened(Point(tree.at), config.tree_radius_m)
        top = ground.at(*tree.at) + tree.height_m + config.building_over_m / 2
        found.append(_volume(f"the tree {_name(tree)}", outline, -math.inf, top))
    return tuple(found)


def _volume(
    name: str,
    outline: BaseGeometry,
    floor_m: float,
    ceiling_m: float,
    applies: tuple[Period, ...] = (),
) -> Volume:
    solid = outline if isinstance(outline, Polygon) else outline.convex_hull
    assert isinstance(solid, Polygon), name
    return Volume.make(name, Polygon(solid.exterior), floor_m, ceiling_m, applies)


def _name(feature: object) -> str:
    name = getattr(feature, "name", "") or getattr(feature, "name_zh", "")
    return name or str(getattr(feature, "feature_id", ""))

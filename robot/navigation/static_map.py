"""The site as ground: what is pavement, what is road, what is solid.

Kept twice: as shapely geometry for the route graph, which needs exact cuts over a whole town
block, and as a raster of classes for the free-space search and the controller, which need a fast
look-up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, prepare
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from comms.contracts.site import Site, Walkway

RASTER_M = 0.2
CAR_LENGTH_M, CAR_WIDTH_M = 4.6, 1.9

Floats = NDArray[np.float64]


class Ground(IntEnum):
    """What a cell is. Higher wins where two overlap, except that pavement lies over road."""

    PAVEMENT = 0
    OTHER = 1
    ROAD = 2
    SOLID = 3


@dataclass(frozen=True)
class Solid:
    """Something that the robot never enters."""

    name: str
    shape: Polygon


class StaticMap:
    """Ground classes of a site, in map ENU metres."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.solids = _solids(site)
        self._tree = STRtree([solid.shape for solid in self.solids])
        self.boundary = Polygon(site.boundary)
        self.walkable_lines = {
            index: _walkable(walkway, site) for index, walkway in enumerate(site.walkways)
        }
        self.pavement = self._pavement()
        prepare(self.pavement)
        self.road = _roads(site).difference(self.pavement)
        prepare(self.road)

    def _pavement(self) -> BaseGeometry:
        parts: list[BaseGeometry] = [Polygon(plaza.ring) for plaza in self.site.plazas]
        for index, lines in self.walkable_lines.items():
            half = self.site.walkways[index].width_m / 2
            parts += [line.buffer(half) for line in lines]
        return unary_union(parts) if parts else MultiPolygon()

    def solid_at(self, x_m: float, y_m: float, margin_m: float = 0.0) -> Solid | None:
        """The solid thing within `margin_m` of a point, or None."""
        hits = self._tree.query(Point(x_m, y_m), predicate="dwithin", distance=margin_m)
        return self.solids[int(hits[0])] if len(hits) else None

    def line_is_clear(self, line: LineString, margin_m: float) -> bool:
        """Whether a line keeps `margin_m` from everything solid and stays off the roads."""
        if len(self._tree.query(line, predicate="dwithin", distance=margin_m)):
            return False
        return not bool(self.road.intersects(line))

    def contains(self, x_m: float, y_m: float) -> bool:
        return bool(self.boundary.covers(Point(x_m, y_m)))

    @cached_property
    def origin(self) -> tuple[float, float]:
        """South-west corner of the raster, map m."""
        west, south, _, _ = self.boundary.bounds
        return west, south

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """(rows, columns) of Ground, row 0 in the south, cells of RASTER_M."""
        west, south, east, north = self.boundary.bounds
        rows = max(1, math.ceil((north - south) / RASTER_M))
        columns = max(1, math.ceil((east - west) / RASTER_M))
        grid = np.full((rows, columns), Ground.SOLID, np.uint8)

        def paint(ring: Floats, ground: Ground) -> None:
            cells = (ring[:, :2] - [west, south]) / RASTER_M - 0.5
            cv2.fillPoly(grid, [np.rint(cells).astype(np.int32)], int(ground))

        paint(np.asarray(self.boundary.exterior.coords)[:, :2], Ground.OTHER)
        for road in self.site.roads:
            for piece in _strips(road.line, road.width_m):
                paint(np.asarray(piece.exterior.coords), Ground.ROAD)
        for index, lines in self.walkable_lines.items():
            for line in lines:
                for piece in _strips(line.coords, self.site.walkways[index].width_m):
                    paint(np.asarray(piece.exterior.coords), Ground.PAVEMENT)
        for plaza in self.site.plazas:
            paint(np.asarray(plaza.ring), Ground.PAVEMENT)
        for solid in self.solids:
            paint(np.asarray(solid.shape.exterior.coords), Ground.SOLID)
        return grid

    def ground_at(self, xy: Floats) -> NDArray[np.uint8]:
        """Ground class of each of (..., 2) map points; SOLID outside the site."""
        column = ((xy[..., 0] - self.origin[0]) / RASTER_M).astype(np.int64)
        row = ((xy[..., 1] - self.origin[1]) / RASTER_M).astype(np.int64)
        rows, columns = self.classes.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = self.classes[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
        return np.where(inside, found, np.uint8(Ground.SOLID))


def _solids(site: Site) -> list[Solid]:
    solids = [Solid(f"building {b.name or b.feature_id}", Polygon(b.ring)) for b in site.buildings]
    for area in site.keep_outs:
        solids.append(Solid(f"keep-out {area.name or area.feature_id}", Polygon(area.ring)))
    for tree in site.trees:
        solids.append(Solid("a tree", Point(tree.at).buffer(tree.trunk_radius_m, quad_segs=3)))
    for car in site.cars:
        ahead = np.array([math.cos(car.heading_rad), math.sin(car.heading_rad)])
        left = np.array([-ahead[1], ahead[0]])
        corners = [
            np.array(car.at) + i * ahead * CAR_LENGTH_M / 2 + j * left * CAR_WIDTH_M / 2
            for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        solids.append(Solid("a parked car", Polygon(corners)))
    return solids


def _walkable(walkway: Walkway, site: Site) -> list[LineString]:
    """The parts of a walkway's line on which the robot may drive.

    A pavement that is drawn across a road without a crossing ends at the kerbs: it is cut where
    it crosses the road's centre line. One that merely lies within a road's assumed width stays
    whole.
    """
    whole = LineString(walkway.line)
    if walkway.is_crossing:
        return [whole]
    left: BaseGeometry = whole
    for road in site.roads:
        centre = LineString(road.line)
        if not left.intersects(centre):
            continue
        strip = centre.buffer(road.width_m / 2, cap_style="flat")
        for inside in _lines(left.intersection(strip)):
            if inside.intersects(centre):
                left = left.difference(inside.buffer(1e-6))
    return [line for line in _lines(left) if line.length > 0.05]


def _lines(shape: BaseGeometry) -> list[LineString]:
    if isinstance(shape, LineString):
        return [] if shape.is_empty else [shape]
    return [part for part in getattr(shape, "geoms", []) if isinstance(part, LineString)]


def _strips(line: Iterable[tuple[float, ...]], width_m: float) -> list[Polygon]:
    """One convex strip per segment: no holes, so that filling a ring is enough."""
    return [
        LineString([a, b]).buffer(width_m / 2, quad_segs=4) for a, b in itertools.pairwise(line)
    ]


def _roads(site: Site) -> BaseGeometry:
    parts = []
    for road in site.roads:
        parts.append(LineString(road.line).buffer(road.width_m / 2, cap_style="flat"))
    return unary_union(parts) if parts else MultiPolygon()

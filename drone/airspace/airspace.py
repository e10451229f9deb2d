"""The air over one site: is a leg clear, and if not, of what; is a height flyable, where is it
free.

Everything is in map metres (ENU). Heights are above the map's ground, which is taken as level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from comms.contracts.place import Enu
from comms.contracts.site import Site
from drone.airspace.volumes import Volume, volumes_of
from drone.config import DroneConfig

#: Routes keep this much more than the clearance, so that rounding never puts them inside a volume.
SPARE_M = 0.3


@dataclass(frozen=True)
class Obstruction:
    """Why a leg cannot be flown."""

    what: str

    def __str__(self) -> str:
        return self.what


class Airspace:
    """Closed volumes, the boundary and the ceiling of one site."""

    def __init__(self, boundary: Polygon, volumes: tuple[Volume, ...], config: DroneConfig) -> None:
        self.config = config
        self.volumes = volumes
        inside = boundary.buffer(-config.boundary_margin_m)
        self.inside: BaseGeometry = inside
        self._free: dict[frozenset[int], BaseGeometry] = {}
        shapely.prepare(self.inside)

    @classmethod
    def of_site(cls, site: Site, config: DroneConfig) -> Airspace:
        return cls(Polygon(site.boundary), volumes_of(site, config), config)

    def obstruction(self, a: Enu, b: Enu) -> Obstruction | None:
        """What the straight leg from `a` to `b` would enter, or None when it is clear."""
        high = max(a.up_m, b.up_m)
        if not all(math.isfinite(v) for v in (*a, *b)):
            return Obstruction("it has a coordinate that is not a number")
        if high > self.config.max_height_m + 1e-6:
            return Obstruction(
                f"it is {high:.0f} m high and {self.config.max_height_m:.0f} m is allowed"
            )
        line = LineString([(a.east_m, a.north_m), (b.east_m, b.north_m)])
        if not self.inside.buffer(1e-6).covers(line):
            return Obstruction("it leaves the site's boundary")
        for volume in self.volumes:
            if volume.is_entered_by(a, b):
                return Obstruction(f"it enters {volume.name}")
        return None

    def is_clear(self, a: Enu, b: Enu) -> bool:
        return self.obstruction(a, b) is None

    def why_not_at(self, place: Enu) -> str:
        """Why a vehicle may not be at `place`; empty when it may."""
        found = self.obstruction(place, place)
        if found is None:
            return ""
        return found.what.replace("it ", "", 1)

    def free_at(self, height_m: float) -> BaseGeometry:
        """Where level flight at `height_m` is free (map m), with `SPARE_M` to everything."""
        blocking = frozenset(i for i, v in enumerate(self.volumes) if v.blocks_height(height_m))
        if blocking not in self._free:
            closed = shapely.union_all([self.volumes[i].outline for i in sorted(blocking)])
            free = self.inside.buffer(-SPARE_M).difference(closed.buffer(SPARE_M, quad_segs=1))
            shapely.prepare(free)
            self._free[blocking] = free
        return self._free[blocking]

    def way_out(self, place: Enu, within_m: float) -> Enu | None:
        """The nearest free place (map m) at the same height, for a vehicle that a gust or its own
        position's error has put inside a clearance; None: there is none within `within_m`."""
        free = self.free_at(place.up_m)
        if free.is_empty:
            return None
        here = Point(place.east_m, place.north_m)
        nearest, _ = nearest_points(free, here)
        if nearest.distance(here) > within_m:
            return None
        out = Enu(nearest.x, nearest.y, place.up_m)
        return out if self.obstruction(out, out) is None else None

    def levels(self) -> list[float]:
        """Heights at which something new can be flown over or under, lowest first (m)."""
        limits = {self.config.transit_height_m, self.config.max_height_m}
        for volume in self.volumes:
            limits.add(volume.ceiling_m + SPARE_M)
            if volume.floor_m > 0:
                limits.add(volume.floor_m - SPARE_M)
        low, high = self.config.transit_height_m, self.config.max_height_m
        return sorted(h for h in limits if low <= h <= high)

    @cached_property
    def return_height_m(self) -> float:
        """A height at which a straight way home clears every roof, or the highest allowed (m)."""
        tops = [v.ceiling_m for v in self.volumes if v.ceiling_m < self.config.max_height_m]
        return min(self.config.max_height_m, max([self.config.transit_height_m, *tops]) + SPARE_M)

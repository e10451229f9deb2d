"""The air over one site: is a leg clear, and if not, of what; is a height flyable, where is it
free.

Everything is in map metres (ENU). Heights are above the map's ground, which is taken as level.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from comms.contracts.in_force import Period, next_span
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
    """Closed volumes, the boundary and the ceiling of one site.

    A volume that is closed at times counts from `airspace_ahead_s` before it closes, so that no
    flight is still in it then.
    """

    def __init__(
        self,
        boundary: Polygon,
        volumes: tuple[Volume, ...],
        config: DroneConfig,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now`: UTC."""
        self.config = config
        self.every = volumes
        self._now = now
        self._looked: tuple[int, tuple[frozenset[int], tuple[Volume, ...]]] | None = None
        inside = boundary.buffer(-config.boundary_margin_m)
        self.inside: BaseGeometry = inside
        self._free: dict[frozenset[int], BaseGeometry] = {}
        shapely.prepare(self.inside)

    @classmethod
    def of_site(
        cls,
        site: Site,
        config: DroneConfig,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Airspace:
        return cls(Polygon(site.boundary), volumes_of(site, config), config, now)

    def leaving(self, here: Enu) -> Airspace:
        """The same for a vehicle that is `here` (map m), in air that closes at times: that much is
        open to it, so that it can be left."""
        stays = tuple(v for v in self.every if not v.applies or not v.is_entered_by(here, here))
        if len(stays) == len(self.every):
            return self
        found = copy.copy(self)
        found.every, found._free, found._looked = stays, {}, None
        return found

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """Those that are closed now or will be soon."""
        return self._at_present()[1]

    def closed(self) -> frozenset[int]:
        """The numbers in `every` of what is closed now or will be soon."""
        return self._at_present()[0]

    def counts(self, applies: tuple[Period, ...]) -> bool:
        """Whether what is in force at these times is so now or will be soon."""
        return not applies or next_span(applies, *self._window()) is not None

    def _at_present(self) -> tuple[frozenset[int], tuple[Volume, ...]]:
        """Looked at anew each second."""
        second = int(self._now().timestamp())
        if self._looked is None or self._looked[0] != second:
            closed = [(i, v) for i, v in enumerate(self.every) if self.counts(v.applies)]
            self._looked = second, (frozenset(i for i, _ in closed), tuple(v for _, v in closed))
        return self._looked[1]

    def _window(self) -> tuple[datetime, datetime]:
        now = self._now()
        return now, now + timedelta(seconds=self.config.airspace_ahead_s)

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
                return Obstruction(f"it enters {self.named(volume)}")
        return None

    def named(self, volume: Volume) -> str:
        """A volume for a person, with the times at which it is closed."""
        when = volume.when(*self._window())
        return volume.name + (f" ({when})" if when else "")

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
        blocking = frozenset(i for i in self.closed() if self.every[i].blocks_height(height_m))
        if blocking not in self._free:
            closed = shapely.union_all([self.every[i].outline for i in sorted(blocking)])
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
            if math.isfinite(volume.ceiling_m):
                limits.add(volume.ceiling_m + SPARE_M)
            if volume.floor_m > 0:
                limits.add(volume.floor_m - SPARE_M)
        low, high = self.config.transit_height_m, self.config.max_height_m
        return sorted(h for h in limits if low <= h <= high)

    @cached_property
    def return_height_m(self) -> float:
        """A height at which a straight way home clears every roof, or the highest allowed (m)."""
        tops = [v.ceiling_m for v in self.every if v.ceiling_m < self.config.max_height_m]
        return min(self.config.max_height_m, max([self.config.transit_height_m, *tops]) + SPARE_M)

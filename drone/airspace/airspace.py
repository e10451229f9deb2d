"""The air over one site: is a leg clear, and if not, of what; is a height flyable, where is it
free.

Everything is in map metres (ENU). Heights are above the ground at the place of take-off, which is
the ground everywhere unless the site says how it rises and falls.
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
from drone.airspace.ground import Ground
from drone.airspace.volumes import Volume, volumes_of
from drone.config import DroneConfig

#: Routes keep this much more than the clearance, so that rounding never puts them inside a volume.
SPARE_M = 0.3
_LEVEL_STEP_M = 10.0
_UPRIGHT_M = 1.0
#: No leg that leads anywhere is flown lower than this over ground of which the heights are given.
_LOWEST_LEVEL_M = 5.0


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
        ground: Ground | None = None,
    ) -> None:
        """`now`: UTC. `ground`: None: level."""
        self.config = config
        self.ground = ground or Ground()
        self.every = volumes
        self._now = now
        self._looked: tuple[int, tuple[frozenset[int], tuple[Volume, ...]]] | None = None
        inside = boundary.buffer(-config.boundary_margin_m)
        self.inside: BaseGeometry = inside
        self._free: dict[tuple[frozenset[int], float | None], BaseGeometry] = {}
        shapely.prepare(self.inside)

    @classmethod
    def of_site(
        cls,
        site: Site,
        config: DroneConfig,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Airspace:
        ground = Ground.of_site(site)
        volumes = volumes_of(site, config, ground)
        return cls(Polygon(site.boundary), volumes, config, now, ground)

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
        if not all(math.isfinite(v) for v in (*a, *b)):
            return Obstruction("it has a coordinate that is not a number")
        why = self._over_ground(a, b)
        if why:
            return Obstruction(why)
        line = LineString([(a.east_m, a.north_m), (b.east_m, b.north_m)])
        if not self.inside.buffer(1e-6).covers(line):
            return Obstruction("it leaves the site's boundary")
        for volume in self.volumes:
            if volume.is_entered_by(a, b):
                return Obstruction(f"it enters {self.named(volume)}")
        return None

    def _over_ground(self, a: Enu, b: Enu) -> str:
        """Why a leg may not be flown at its heights above the ground, or ""."""
        most_m = self.config.max_height_m
        if self.ground.is_level:
            high = max(a.up_m, b.up_m)
            if high <= most_m + 1e-6:
                return ""
            return f"it is {high:.0f} m high and {most_m:.0f} m is allowed"
        above = self.ground.along(a, b)
        if above.max() > most_m + 0.1:
            return f"it is {above.max():.0f} m above the ground and {most_m:.0f} m is allowed"
        # its ends are as near to the ground as somebody wants them: a take-off, a landing, work
        needed = min(self.config.ground_clearance_m, above[0], above[-1])
        if math.dist(a[:2], b[:2]) > _UPRIGHT_M:
            needed = max(needed, _LOWEST_LEVEL_M)
        if above.min() < 0.75 * needed - 0.5:
            return f"it is {above.min():.0f} m above the ground and {needed:.0f} m are needed"
        return ""

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
        key = (blocking, None if self.ground.is_level else round(height_m, 1))
        if key not in self._free:
            closed = shapely.union_all([self.every[i].outline for i in sorted(blocking)])
            if not self.ground.is_level:
                lowest = height_m - self.config.max_height_m
                highest = height_m - self.config.ground_clearance_m
                closed = closed.union(self.ground.outside(self.inside, lowest, highest))
            free = self._without(closed)
            shapely.prepare(free)
            self._free[key] = free
        return self._free[key]

    def free_over(self, area: BaseGeometry, height_m: float) -> BaseGeometry:
        """Where flight `height_m` over the ground of `area` is free (map m), wherever in it."""
        low, high = self.ground.between(area)
        if low == high:
            return self.free_at(low + height_m)
        closed = [
            v.outline
            for v in self.volumes
            if v.floor_m < high + height_m and v.ceiling_m > low + height_m
        ]
        return self._without(shapely.union_all(closed))

    def _without(self, closed: BaseGeometry) -> BaseGeometry:
        """The site but for what is closed, with `SPARE_M` to everything."""
        return self.inside.buffer(-SPARE_M).difference(closed.buffer(SPARE_M, quad_segs=1))

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
        low = self.config.transit_height_m + self.ground.lowest_m
        limits = {low, self.config.transit_height_m, self.top_m}
        for volume in self.volumes:
            if math.isfinite(volume.ceiling_m):
                limits.add(volume.ceiling_m + SPARE_M)
            if volume.floor_m > 0:
                limits.add(volume.floor_m - SPARE_M)
        step = low + _LEVEL_STEP_M
        while not self.ground.is_level and step < self.top_m:
            limits.add(step)
            step += _LEVEL_STEP_M
        return sorted(h for h in limits if low <= h <= self.top_m)

    @property
    def top_m(self) -> float:
        """The highest that may be flown anywhere."""
        return self.config.max_height_m + max(0.0, self.ground.highest_m)

    @cached_property
    def return_height_m(self) -> float:
        """A height at which a straight way home clears every roof, or the highest allowed (m)."""
        tops = [v.ceiling_m for v in self.every if v.ceiling_m < self.top_m]
        over = self.config.transit_height_m + max(0.0, self.ground.highest_m)
        return min(self.top_m, max([over, *tops]) + SPARE_M)

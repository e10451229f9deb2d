"""The geofence: polygons and circles to stay in or out of, and a cylinder round home.

Points in polygons are found by crossing numbers on the local plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.navigator.plan import Item, Plan

Ring = list[tuple[float, float]]
POLYGONS = (
    mav.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    mav.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
)
CIRCLES = (mav.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, mav.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION)


@dataclass(frozen=True)
class Fence:
    """Rings and circles in world ENU m. `home_m` with the two limits makes the cylinder."""

    inside: tuple[Ring, ...] = ()
    outside: tuple[Ring, ...] = ()
    circles_inside: tuple[tuple[float, float, float], ...] = ()
    circles_outside: tuple[tuple[float, float, float], ...] = ()
    home_m: Vector | None = None
    horizontal_max_m: float = 0.0
    vertical_max_m: float = 0.0

    def violated(self, point_m: Vector) -> bool:
        """Is this point where the drone must not be?"""
        x, y, z = point_m
        if self.inside or self.circles_inside:
            allowed = any(_contains(ring, x, y) for ring in self.inside) or any(
                math.hypot(x - cx, y - cy) <= r for cx, cy, r in self.circles_inside
            )
            if not allowed:
                return True
        if any(_contains(ring, x, y) for ring in self.outside):
            return True
        if any(math.hypot(x - cx, y - cy) <= r for cx, cy, r in self.circles_outside):
            return True
        if self.home_m is None:
            return False
        away = math.hypot(x - self.home_m[0], y - self.home_m[1])
        return (0 < self.horizontal_max_m < away) or (0 < self.vertical_max_m < z - self.home_m[2])


def fence_of(
    plan: Plan, home_m: Vector | None, horizontal_max_m: float, vertical_max_m: float
) -> Fence:
    """The fence that the plan's fence items (MAV_MISSION_TYPE_FENCE) and the two limits
    describe."""
    inside: list[Ring] = []
    outside: list[Ring] = []
    circles_in: list[tuple[float, float, float]] = []
    circles_out: list[tuple[float, float, float]] = []
    ring: Ring = []
    for item in plan.items[mav.MAV_MISSION_TYPE_FENCE]:
        x, y, _ = _flat(plan, item)
        if item.command in POLYGONS:
            ring.append((x, y))
            if len(ring) == int(item.param1):
                (inside if item.command == POLYGONS[0] else outside).append(ring)
                ring = []
        elif item.command in CIRCLES:
            circles = circles_in if item.command == CIRCLES[0] else circles_out
            circles.append((x, y, item.param1))
    return Fence(
        tuple(inside),
        tuple(outside),
        tuple(circles_in),
        tuple(circles_out),
        home_m,
        horizontal_max_m,
        vertical_max_m,
    )


def _flat(plan: Plan, item: Item) -> Vector:
    return plan.place(item._replace(z=0.0), 0.0, (0.0, 0.0, 0.0))


def _contains(ring: Ring, x: float, y: float) -> bool:
    odd = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd

"""The site's keep-out areas: the robot stops before its hull would enter one.

The hull is laid along the arc of the command up to where reaction and braking end. If the robot
is in an area already (it was pushed, or the position was off), only motion that leads out of it
passes, slowly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from comms.contracts.site import Xy
from robot.safety.motion import Array, Braking, Command, Hull

_LOOK_M = 0.15  # between two looks along the arc
_OUT_MPS = 0.2


class KeepOut:
    """`rings`: outlines in `map` (m)."""

    def __init__(
        self, rings: Iterable[tuple[Xy, ...]], hull: Hull, braking: Braking, margin_m: float
    ) -> None:
        self._areas = shapely.unary_union([shapely.Polygon(ring) for ring in rings])
        shapely.prepare(self._areas)
        self._hull = Hull(hull.half_length_m + margin_m, hull.half_width_m + margin_m)
        self._braking = braking

    def limit(self, wanted: Command, pose: tuple[float, float, float]) -> Command:
        """`wanted`, slowed or zero. `pose`: east, north (m), yaw (rad) of base_link in `map`."""
        if wanted.is_zero or self._areas.is_empty:
            return wanted
        horizon = self._braking.stopping_u(wanted)
        radius = self._hull.radius_m
        reach = abs(wanted.speed_mps) * horizon + radius
        if shapely.distance(self._areas, shapely.Point(pose[0], pose[1])) > reach:
            return wanted
        way = (abs(wanted.speed_mps) + abs(wanted.turn_radps) * radius) * horizon
        u = np.linspace(0.0, horizon, max(2, math.ceil(way / _LOOK_M)) + 1)
        outlines = self._outlines(pose, wanted, u)
        inside = shapely.intersects(self._areas, outlines)
        if inside[0]:
            return self._leave(wanted, pose)
        if not inside.any():
            return wanted
        return wanted.scaled(
            self._braking.share_for(wanted, float(u[max(int(np.argmax(inside)) - 1, 0)]))
        )

    def _leave(self, wanted: Command, pose: tuple[float, float, float]) -> Command:
        size = max(abs(wanted.speed_mps), abs(wanted.turn_radps) * self._hull.radius_m)
        slow = wanted.scaled(min(1.0, _OUT_MPS / size))
        now, then = self._outlines(pose, slow, np.array([0.0, 0.5]))
        overlap_now = shapely.area(shapely.intersection(self._areas, now))
        overlap_then = shapely.area(shapely.intersection(self._areas, then))
        return slow if overlap_then < overlap_now - 1e-4 else Command(0.0, 0.0)

    def _outlines(
        self, pose: tuple[float, float, float], command: Command, u: Array
    ) -> NDArray[np.object_]:
        angle = command.turn_radps * u
        if abs(command.turn_radps) > 1e-6:
            radius = command.speed_mps / command.turn_radps
            px, py = radius * np.sin(angle), radius * (1.0 - np.cos(angle))
        else:
            px, py = command.speed_mps * u, np.zeros_like(u)
        east, north, yaw = pose
        cx = east + math.cos(yaw) * px - math.sin(yaw) * py
        cy = north + math.sin(yaw) * px + math.cos(yaw) * py
        cos, sin = np.cos(yaw + angle)[:, None], np.sin(yaw + angle)[:, None]
        a, b = self._hull.half_length_m, self._hull.half_width_m
        x, y = np.array([a, -a, -a, a]), np.array([b, b, -b, -b])
        corners = np.stack(
            [cx[:, None] + cos * x - sin * y, cy[:, None] + sin * x + cos * y], axis=-1
        )
        return np.asarray(shapely.polygons(corners))

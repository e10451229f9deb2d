"""A moving setpoint that the drone can follow: it runs ahead to a target within speed and
acceleration.

Modes only name a target; this leader turns it into position, velocity and acceleration that are
continuous, so that changes of target in flight (a new goto, a fly-through waypoint) bend the path
instead of kinking it. Horizontal and vertical limits hold at once on a straight line in space.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from simulation.autopilot.flight.position import Setpoint
from simulation.autopilot.flight.vectors import Vector, clamp, wrap_angle


class Target(NamedTuple):
    """Where to go (ENU m), how fast, and with which heading."""

    position_m: Vector
    speed_mps: float
    climb_mps: float
    descend_mps: float
    yaw_rad: float
    passing_mps: float = 0.0  # speed that is still wanted at the target


class Leader:
    """The setpoint that runs ahead. `acceleration_mps2` (horizontal, also vertical), rad/s of
    yaw."""

    def __init__(self, acceleration_mps2: float = 3.0, yaw_rate_radps: float = 0.8) -> None:
        self.acceleration_mps2 = acceleration_mps2
        self.yaw_rate_radps = yaw_rate_radps
        self._position = [0.0, 0.0, 0.0]
        self._velocity = [0.0, 0.0, 0.0]
        self._yaw = 0.0

    def reset(self, position_m: Vector, velocity_mps: Vector, yaw_rad: float) -> None:
        """Starts from here."""
        self._position, self._velocity = list(position_m), list(velocity_mps)
        self._yaw = yaw_rad

    @property
    def position_m(self) -> Vector:
        return self._position[0], self._position[1], self._position[2]

    def advance(self, target: Target, dt_s: float) -> Setpoint:
        """The setpoint `dt_s` later on the way to `target`."""
        delta = [t - p for t, p in zip(target.position_m, self._position, strict=True)]
        gap = math.sqrt(delta[0] ** 2 + delta[1] ** 2 + delta[2] ** 2)
        braking = 0.7 * self.acceleration_mps2
        wanted = [0.0, 0.0, 0.0]
        if gap > 1e-6:
            speed = min(
                _line_speed(delta, gap, target),
                math.sqrt(target.passing_mps**2 + 2 * braking * gap),
                max(target.passing_mps, gap / dt_s),
                2.5 * gap + target.passing_mps,
            )
            wanted = [speed * d / gap for d in delta]
        change = [w - v for w, v in zip(wanted, self._velocity, strict=True)]
        size = math.sqrt(change[0] ** 2 + change[1] ** 2 + change[2] ** 2)
        most = self.acceleration_mps2 * dt_s
        if size > most:
            change = [c * most / size for c in change]
        for i in range(3):
            self._position[i] += (self._velocity[i] + change[i] / 2) * dt_s
            self._velocity[i] += change[i]
        step = clamp(
            wrap_angle(target.yaw_rad - self._yaw),
            -self.yaw_rate_radps * dt_s,
            self.yaw_rate_radps * dt_s,
        )
        self._yaw = wrap_angle(self._yaw + step)
        return Setpoint(
            self.position_m,
            (self._velocity[0], self._velocity[1], self._velocity[2]),
            (change[0] / dt_s, change[1] / dt_s, change[2] / dt_s),
            self._yaw,
            step / dt_s,
        )


def _line_speed(delta: list[float], gap: float, target: Target) -> float:
    """The greatest speed along the line that keeps both the level and the vertical limit, m/s."""
    level = math.hypot(delta[0], delta[1]) / gap
    rise = delta[2] / gap
    limits = []
    if level > 1e-3:
        limits.append(target.speed_mps / level)
    if rise > 1e-3:
        limits.append(target.climb_mps / rise)
    elif rise < -1e-3:
        limits.append(target.descend_mps / -rise)
    return min(limits) if limits else target.speed_mps

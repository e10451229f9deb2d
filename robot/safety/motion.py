"""Where the hull goes: signed distances of lidar points to it along the arc of a command.

All in the body frame (REP-103), metres and radians. A command's arc is the path that it describes
when held; slowing both of its parts by one factor keeps the arc. `u` is the time along the arc at
the full command, so that a command slowed to the share `s` travels `s` per second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Command:
    """Speed along x (m/s) and yaw rate (rad/s)."""

    speed_mps: float
    turn_radps: float

    def scaled(self, share: float) -> Command:
        return Command(self.speed_mps * share, self.turn_radps * share)

    @property
    def is_zero(self) -> bool:
        return self.speed_mps == 0.0 and self.turn_radps == 0.0

    def is_finite(self) -> bool:
        return math.isfinite(self.speed_mps) and math.isfinite(self.turn_radps)


@dataclass(frozen=True, slots=True)
class Hull:
    """The robot's outline: a rectangle around base_link, half its length and half its width (m)."""

    half_length_m: float
    half_width_m: float

    @property
    def radius_m(self) -> float:
        return math.hypot(self.half_length_m, self.half_width_m)

    def distance(self, x: Array, y: Array) -> Array:
        """Signed distance (m, negative inside) of points to the outline; any shape."""
        ahead = np.abs(x) - self.half_length_m
        aside = np.abs(y) - self.half_width_m
        outside = np.hypot(np.maximum(ahead, 0.0), np.maximum(aside, 0.0))
        return outside + np.minimum(np.maximum(ahead, aside), 0.0)


@dataclass(frozen=True, slots=True)
class Braking:
    """Reaction time (s) and decelerations (m/s^2, rad/s^2) that can be counted on."""

    reaction_s: float
    brake_mps2: float
    turn_brake_radps2: float

    def _decay(self, command: Command) -> float:
        """How fast the share falls (1/s) so that neither part brakes harder than it can."""
        return min(
            self.brake_mps2 / max(abs(command.speed_mps), 1e-9),
            self.turn_brake_radps2 / max(abs(command.turn_radps), 1e-9),
        )

    def stopping_u(self, command: Command) -> float:
        """Arc time used up by the reaction time and the braking from the full command."""
        return self.reaction_s + 0.5 / self._decay(command)

    def share_for(self, command: Command, free_u: float) -> float:
        """The largest share (0..1) that stops within `free_u`: s t + s^2 / (2 k) = free_u."""
        k, t = self._decay(command), self.reaction_s
        return min(1.0, max(0.0, k * (math.sqrt(t * t + 2.0 * free_u / k) - t)))


def seen_from_arc(x: Array, y: Array, command: Command, u: Array) -> tuple[Array, Array]:
    """Points (n,) as the body sees them at arc times u (m,): two arrays (m, n)."""
    angle = command.turn_radps * u
    if abs(command.turn_radps) > 1e-6:
        radius = command.speed_mps / command.turn_radps
        px, py = radius * np.sin(angle), radius * (1.0 - np.cos(angle))
    else:
        px, py = command.speed_mps * u, np.zeros_like(u)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    dx, dy = x[None, :] - px[:, None], y[None, :] - py[:, None]
    return cos * dx + sin * dy, cos * dy - sin * dx

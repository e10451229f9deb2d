"""Is it on the ground? Told from motion and thrust alone, as a real land detector must."""

from __future__ import annotations

import math

from simulation.autopilot.flight.vectors import Vector

CALM_S = 1.0
LIFTED_S = 0.1


class LandDetector:
    """Call at 50 Hz. Starts on the ground."""

    def __init__(self) -> None:
        self.landed = True
        self._since: float | None = None

    def update(
        self,
        time_s: float,
        velocity_mps: Vector,
        height_m: float,
        thrust_part: float,
        wants_down: bool,
        armed: bool,
    ) -> None:
        """`height_m` above where it last stood; `wants_down`: the flight mode asks to descend."""
        level = math.hypot(velocity_mps[0], velocity_mps[1])
        rise = velocity_mps[2]
        if self.landed:
            seen = armed and (height_m > 0.25 or rise > 0.35)
            needed = LIFTED_S
        else:
            still = abs(rise) < 0.2 and level < 0.6
            seen = still and ((wants_down and thrust_part < 0.75) or not armed)
            needed = CALM_S
        if not seen:
            self._since = None
        elif self._since is None:
            self._since = time_s
        elif time_s - self._since >= needed:
            self.landed, self._since = not self.landed, None

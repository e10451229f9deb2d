"""Where the autopilot believes to be: the truth plus a slow satellite error, and when it may
believe it.

The controller flies on this estimate, so a wandering GNSS moves the real drone, as it does outside.
Velocity and attitude come from inertial sensors and are taken as good.
"""

from __future__ import annotations

import math
import random

from simulation.autopilot.config import BootTimes, GnssNoise
from simulation.autopilot.flight.physics import BodyState
from simulation.autopilot.flight.vectors import Vector, yaw_of

SETTLING_S = 3.0
FILTER_S = 2.0  # what an inertial filter leaves of the satellites' jitter


class Estimator:
    """Call `update` at 50 Hz and `position_of` whenever a position is needed."""

    def __init__(self, noise: GnssNoise, boot: BootTimes, rng: random.Random) -> None:
        self._noise, self._boot, self._random = noise, boot, rng
        self._wander = [0.0, 0.0, 0.0]
        self._smooth = [0.0, 0.0, 0.0]
        angle = rng.uniform(-math.pi, math.pi)
        self._start = (
            noise.start_error_m * math.cos(angle),
            noise.start_error_m * math.sin(angle),
            -noise.start_error_m,
        )
        self._error: Vector = self._start
        self._booted_s: float | None = None
        self._updated_s = 0.0
        self.age_s = 0.0

    def update(self, state: BodyState) -> None:
        """Lets the slow error wander; `state.time_s` is the physics' time."""
        if self._booted_s is None:
            self._booted_s = self._updated_s = state.time_s
        dt_s = max(0.0, state.time_s - self._updated_s)
        self._updated_s = state.time_s
        self.age_s = state.time_s - self._booted_s
        decay = math.exp(-dt_s / self._noise.wander_time_s)
        kick = math.sqrt(1 - decay * decay)
        sigma = (
            self._noise.wander_horizontal_m,
            self._noise.wander_horizontal_m,
            self._noise.wander_vertical_m,
        )
        settling = math.exp(-self.age_s / SETTLING_S)
        for i in range(3):
            self._wander[i] = decay * self._wander[i] + kick * sigma[i] * self._random.gauss(0, 1)
            self._smooth[i] += min(1.0, dt_s / FILTER_S) * (self._wander[i] - self._smooth[i])
        self._error = (
            self._smooth[0] + settling * self._start[0],
            self._smooth[1] + settling * self._start[1],
            self._smooth[2] + settling * self._start[2],
        )

    def position_of(self, state: BodyState) -> Vector:
        """Believed position, world ENU m."""
        p, e = state.position_m, self._error
        return p[0] + e[0], p[1] + e[1], p[2] + e[2]

    def raw_position_of(self, state: BodyState) -> Vector:
        """A single GNSS reading, world ENU m."""
        p, sigma = self.position_of(state), self._noise.raw_m
        g = self._random.gauss
        return p[0] + g(0, sigma), p[1] + g(0, sigma), p[2] + 1.5 * g(0, sigma)

    @property
    def sensors_ok(self) -> bool:
        return self.age_s >= self._boot.sensors_s

    @property
    def has_fix(self) -> bool:
        return self.age_s >= self._boot.gnss_fix_s

    @property
    def position_ok(self) -> bool:
        return self.age_s >= self._boot.position_s

    @property
    def satellites(self) -> int:
        """In use; they come in one after the other."""
        if not self.has_fix:
            return min(
                self._noise.satellites, int(3 * self.age_s / max(self._boot.gnss_fix_s, 0.1))
            )
        since = self.age_s - self._boot.gnss_fix_s
        return min(self._noise.satellites, 7 + int(2 * since))

    @property
    def hdop(self) -> float:
        return self._noise.hdop * (1 + 2 * math.exp(-self.age_s / SETTLING_S))


def heading_of(state: BodyState) -> float:
    """Believed heading, ENU yaw rad."""
    return yaw_of(state.attitude)

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

#: Without satellites the position counts as known for this long, s (PX4's EKF2_NOAID_TOUT; an
#: ArduCopter's takes about as long), and as much as this is gone astray in each second of it, m.
DEAD_RECKONING_S = 5.0
ASTRAY_MPS = 0.2
REGAINED_S = 2.0
#: A satellite position that is suddenly elsewhere is distrusted for this long, s.
DISTRUST_S = 1.0
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
        self._lost_s = 0.0
        self._astray_m = 0.0
        self._offset = self._offset_wanted = (0.0, 0.0)
        self._offset_s = 0.0

    def update(
        self, state: BodyState, lost: bool = False, off_m: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        """Lets the slow error wander; `state.time_s` is the physics' time. `lost`: no satellites;
        `off_m`: they tell a place this far off, east and north."""
        if self._booted_s is None:
            self._booted_s = self._updated_s = state.time_s
        dt_s = max(0.0, state.time_s - self._updated_s)
        self._updated_s = state.time_s
        self.age_s = state.time_s - self._booted_s
        self._follow_faults(dt_s, lost, off_m)
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
            self._smooth[0] + settling * self._start[0] + self._offset[0] + self._astray_m,
            self._smooth[1] + settling * self._start[1] + self._offset[1],
            self._smooth[2] + settling * self._start[2],
        )

    def _follow_faults(self, dt_s: float, lost: bool, off_m: tuple[float, float]) -> None:
        if lost:
            self._lost_s = max(0.0, self._lost_s) + dt_s
            self._astray_m += ASTRAY_MPS * dt_s
        elif self._lost_s > 0:
            self._lost_s = -REGAINED_S if self._lost_s > DEAD_RECKONING_S else 0.0
        else:
            self._lost_s = min(0.0, self._lost_s + dt_s)
            self._astray_m *= math.exp(-dt_s)
        if off_m != self._offset_wanted:
            self._offset_wanted, self._offset_s = off_m, self.age_s
        if self.age_s - self._offset_s >= DISTRUST_S:
            self._offset = self._offset_wanted

    @property
    def distrusts_satellites(self) -> bool:
        """Whether they tell a place that is not believed."""
        return self._offset != self._offset_wanted

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
        return self.age_s >= self._boot.gnss_fix_s and self._lost_s <= 0

    @property
    def position_ok(self) -> bool:
        known = 0 <= self._lost_s <= DEAD_RECKONING_S
        return self.age_s >= self._boot.position_s and known

    @property
    def satellites(self) -> int:
        """In use; they come in one after the other."""
        if self._lost_s > 0:
            return 0
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

"""Where the pad is in the autopilot's own east, north, up: many sightings become one estimate.

The pad does not move; the autopilot's belief of where it is does, slowly. So the state is the pad's
place in that belief, a Kalman filter with a small random walk, and the vehicle may move as it likes
between two pictures. Each sighting is put at the place where the vehicle was when the picture was
taken, which a short history of positions gives. What lies far outside the expectation is dropped,
unless it is said again and again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comms.contracts.place import Enu

Array = NDArray[np.float64]

#: Random walk of the autopilot's belief (m per square root of a second).
_WALK = 0.08
#: Of the vehicle's position at a picture's time (m) and of the camera's direction (rad).
_PLACE_SIGMA_M, _DIRECTION_SIGMA_RAD = 0.03, 0.015
#: How well a picture's age is known (s, 1 sigma): while it moves, an error of place.
_AGE_SIGMA_S = 0.12
#: Chi-square of three degrees at 0.1 %.
_GATE = 16.3
#: So many sightings that agree with each other and not with the estimate begin it anew.
_ANEW_AFTER = 5
_KEPT_S = 3.0


@dataclass(frozen=True)
class PadEstimate:
    """`at` in the autopilot's ENU (m); `sigma_m` sideways, 1 sigma; age of the last sighting."""

    at: Enu
    sigma_m: float
    age_s: float


class PadTrack:
    """Times are monotonic seconds, places the autopilot's ENU m."""

    def __init__(self) -> None:
        self._places: deque[tuple[float, Array]] = deque()
        self._pad: Array | None = None
        self._covariance: Array = np.eye(3)
        self._time_s = 0.0
        self._seen_s = -np.inf
        self._strays: list[Array] = []

    def forget(self) -> None:
        """Begin anew; the vehicle's history stays."""
        self._pad, self._strays, self._seen_s = None, [], -np.inf

    def moved(self, time_s: float, place: Enu) -> None:
        """The vehicle was at `place`; times that do not grow are left out."""
        if self._places and time_s <= self._places[-1][0]:
            return
        self._places.append((time_s, np.array(place, np.float64)))
        while time_s - self._places[0][0] > _KEPT_S:
            self._places.popleft()

    def place_at(self, time_s: float) -> Array | None:
        """Where the vehicle was, between two known places; None outside of what is known."""
        times = [time for time, _ in self._places]
        if not times or time_s < times[0] - 0.05 or time_s > times[-1] + 0.5:
            return None
        after = bisect_left(times, time_s)
        if after == 0:
            return self._places[0][1]
        if after == len(times):
            if after == 1:
                return self._places[-1][1]
            after -= 1  # a little into the future, on the last way
        (t0, a), (t1, b) = self._places[after - 1], self._places[after]
        return np.asarray(a + (b - a) * (time_s - t0) / (t1 - t0), np.float64)

    def _velocity_at(self, time_s: float) -> Array:
        """m/s around a time, from the known places."""
        near = [entry for entry in self._places if abs(entry[0] - time_s) <= 0.35]
        if len(near) < 2:
            return np.zeros(3)
        (t0, a), (t1, b) = near[0], near[-1]
        return np.asarray((b - a) / (t1 - t0), np.float64)

    def seen(self, time_s: float, offset_m: Array, covariance: Array) -> bool:
        """A sighting: the pad from the vehicle (ENU m) at a picture's time. False: not taken."""
        place = self.place_at(time_s)
        if place is None:
            return False
        measured = place + offset_m
        tilt = _DIRECTION_SIGMA_RAD * float(np.linalg.norm(offset_m))
        noise = covariance + np.eye(3) * (_PLACE_SIGMA_M**2 + tilt**2)
        noise += np.diag((_AGE_SIGMA_S * self._velocity_at(time_s)) ** 2)
        if self._pad is None:
            self._begin(time_s, measured, noise)
            return True
        dt_s = max(0.0, time_s - self._time_s)
        expected = self._covariance + np.eye(3) * _WALK**2 * dt_s
        off = measured - self._pad
        spread = expected + noise
        if float(off @ np.linalg.solve(spread, off)) > _GATE:
            return self._stray(time_s, measured, noise)
        gain = expected @ np.linalg.inv(spread)
        self._pad = self._pad + gain @ off
        self._covariance = (np.eye(3) - gain) @ expected
        self._time_s, self._seen_s, self._strays = time_s, time_s, []
        return True

    def estimate(self, now_s: float) -> PadEstimate | None:
        """None before the first sighting."""
        if self._pad is None:
            return None
        grown = self._covariance + np.eye(3) * _WALK**2 * max(0.0, now_s - self._time_s)
        sigma = float(np.sqrt(np.linalg.eigvalsh(grown[:2, :2])[-1]))
        east, north, up = (float(x) for x in self._pad)
        return PadEstimate(Enu(east, north, up), sigma, now_s - self._seen_s)

    def _begin(self, time_s: float, measured: Array, noise: Array) -> None:
        self._pad, self._covariance = measured, noise
        self._time_s = self._seen_s = time_s
        self._strays = []

    def _stray(self, time_s: float, measured: Array, noise: Array) -> bool:
        self._strays.append(measured)
        recent = self._strays[-_ANEW_AFTER:]
        agree = all(np.linalg.norm(stray - measured) < 0.3 for stray in recent)
        if len(recent) < _ANEW_AFTER or not agree:
            return False
        self._begin(time_s, measured, noise)
        return True

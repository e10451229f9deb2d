"""What the flight draws from the battery in truth, and whether the way home can still be paid.

Until the vehicle has flown a while the power model of the configuration counts; from then on the
measured use does: the slope of the charge over the last minutes, by the vehicle's own clock, so
that neither the pack's age nor its nominal capacity need be right.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.estimate import CALM, Air, track_cost

#: The slope is taken over this long (s), and counts once so much has been seen.
_OVER_S = 120.0
_FLOWN_S = 30.0
_FELL = 0.03
#: The way home takes so much more than planned: against the wind, around what is in the way.
_MARGIN = 1.3


class UseMeter:
    """The battery's use, as parts of a full charge per second."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def put(self, clock_s: float, fraction: float) -> None:
        """A reading of the charge, 0..1, at the vehicle's time; call as often as you like."""
        if self._seen and clock_s < self._seen[-1][0]:
            self._seen.clear()  # it has started anew
        if not self._seen or clock_s - self._seen[-1][0] >= 1.0:
            self._seen.append((clock_s, fraction))
        while clock_s - self._seen[0][0] > _OVER_S:
            self._seen.popleft()

    @property
    def per_s(self) -> float | None:
        """Least-squares slope; None until it means something: charge comes in whole percents."""
        if len(self._seen) < 3:
            return None
        (begin, full), (end, left) = self._seen[0], self._seen[-1]
        if end - begin < _FLOWN_S or full - left < _FELL:
            return None
        n = len(self._seen)
        mean_t = sum(t for t, _ in self._seen) / n
        mean_f = sum(f for _, f in self._seen) / n
        over = sum((t - mean_t) ** 2 for t, _ in self._seen)
        slope = sum((t - mean_t) * (f - mean_f) for t, f in self._seen) / over
        return max(0.0, -slope)

    def needed(
        self, track: Sequence[Enu], config: DroneConfig, battery_wh: float, wind: Air = CALM
    ) -> float:
        """Part of a full battery that flying `track` at cruise speed needs, reserve with it; all of
        it where the wind does not let it."""
        try:
            duration_s, energy_wh = track_cost(track, config.cruise_mps, config, wind)
        except PlanError:
            return 1.0
        measured = self.per_s
        share = energy_wh / battery_wh if measured is None else duration_s * measured
        return _MARGIN * share + config.reserve_fraction

"""Measurements in the order of their stamps, however they arrive.

Keeps the filter's states of the last second. A measurement that comes late goes back to the state
before its stamp and everything after it is applied again. The `odom` track is integrated only
once, forward, so that it never jumps; fixes are judged only once, when they are new.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from robot.localization.filter import TURN, Array, PoseFilter
from robot.localization.measurements import Fix, Inertial, Measurement, Scan, WheelSpeed
from robot.localization.planar import Pose

_Snapshot = tuple[float, Array, Array, float]


@dataclass(frozen=True, slots=True)
class _Entry:
    measurement: Measurement | None  # None: where history begins
    after: _Snapshot


class Timeline:
    """The filter with its recent past and the smooth `odom` track."""

    def __init__(self, filter_: PoseFilter, history_s: float, outline_sigma_m: float) -> None:
        self.filter = filter_
        self.odom = Pose(0.0, 0.0, 0.0)
        self.late_dropped = 0
        self._history_s = history_s
        self._outline_sigma_m = outline_sigma_m
        self._odom_time_s: float | None = None
        self._entries: deque[_Entry] = deque()
        self._odom_past: deque[tuple[float, Pose]] = deque(maxlen=200)

    def forget(self) -> None:
        """Begin history here: after the pose was set anew, the past cannot be replayed."""
        self._entries.clear()
        self._entries.append(_Entry(None, self.filter.snapshot()))

    def set_odom(self, odom: Pose) -> None:
        """Carry the `odom` track on from here and from the filter's time (after a silence)."""
        self.odom = odom
        self._odom_past.clear()
        self._odom_time_s = self.filter.time_s

    def process(self, batch: list[Measurement], judge: Callable[[Fix | Scan], Fix | Scan]) -> None:
        """Apply new measurements. `judge` says of each new fix and scan whether it is used."""
        if not batch:
            return
        if not self._entries:
            self.filter.predict(min(m.stamp_s for m in batch))
            self.forget()
        oldest = self._entries[0].after[0]
        timely = [m for m in batch if m.stamp_s >= oldest]
        self.late_dropped += len(batch) - len(timely)
        if not timely:
            return
        work: list[tuple[Measurement, bool]] = [(m, True) for m in timely]
        work += [(m, False) for m in self._rewind(min(m.stamp_s for m in timely))]
        work.sort(key=lambda item: item[0].stamp_s)
        for measurement, is_new in work:
            self.filter.predict(measurement.stamp_s)
            if is_new:
                self._advance_odom(measurement.stamp_s)
                if isinstance(measurement, Fix | Scan):
                    measurement = judge(measurement)
            self._apply(measurement)
            self._entries.append(_Entry(measurement, self.filter.snapshot()))
        while len(self._entries) > 1 and (
            self._entries[1].after[0] < self.filter.time_s - self._history_s
        ):
            self._entries.popleft()

    def _rewind(self, stamp_s: float) -> list[Measurement]:
        """Go back to the state at or before `stamp_s`; returns what was applied after it."""
        undone: list[Measurement] = []
        while len(self._entries) > 1 and self._entries[-1].after[0] > stamp_s:
            entry = self._entries.pop()
            if entry.measurement is not None:
                undone.append(entry.measurement)
        if undone:
            self.filter.restore(self._entries[-1].after)
        return undone

    def _apply(self, measurement: Measurement) -> None:
        if isinstance(measurement, WheelSpeed):
            self.filter.update_wheels(measurement)
        elif isinstance(measurement, Inertial):
            self.filter.update_inertial(measurement)
        elif isinstance(measurement, Scan):
            if measurement.match is not None:
                self.filter.update_match(measurement.match, self._outline_sigma_m)
        elif measurement.accepted:
            self.filter.update_fix(measurement)

    def _advance_odom(self, time_s: float) -> None:
        if self._odom_time_s is not None and time_s > self._odom_time_s:
            self.odom = self.odom_at(time_s)
            self._odom_past.append((time_s, self.odom))
        if self._odom_time_s is None or time_s > self._odom_time_s:
            self._odom_time_s = time_s

    def odom_at(self, time_s: float) -> Pose:
        """The `odom` track carried on to `time_s` with the filter's speed and yaw rate."""
        dt = max(0.0, time_s - (self._odom_time_s if self._odom_time_s is not None else time_s))
        way, turn = self.filter.speed_mps * dt, float(self.filter.x[TURN]) * dt
        half = Pose(self.odom.x, self.odom.y, self.odom.yaw + turn / 2)
        return half.then(Pose(way, 0.0, turn / 2))

    def odom_then(self, time_s: float) -> Pose:
        """Where the `odom` track was at `time_s` (the newest known pose not after it)."""
        for stamp_s, pose in reversed(self._odom_past):
            if stamp_s <= time_s:
                return pose
        return self.odom

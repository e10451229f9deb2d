"""Whether an input is still fresh: silence, old stamps and stamps that stand still all make it
stale.

Age is counted from receipt on the monotonic clock, so that it grows also when the ROS clock
stands. While simulated time runs slower than the wall, age in simulated time counts instead: a
slow computer does not make sensors stale. On a real unit only the monotonic clock counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_AHEAD_S = 0.5  # a stamp so far in the future is none


@dataclass(frozen=True, slots=True)
class Now:
    """This moment on the monotonic and the ROS clock (s); `simulated`: ROS time is, and runs."""

    wall_s: float
    ros_s: float
    simulated: bool


class InputWatch:
    """One input. `name` is what a person reads; `longest_s` its longest age."""

    def __init__(self, name: str, longest_s: float) -> None:
        self.name = name
        self.longest_s = longest_s
        self._received: Now | None = None
        self._latency_s = 0.0
        self._stamp_s: float | None = None

    def hear(self, now: Now, stamp_s: float | None) -> bool:
        """A message with its stamp (None: it carries none) came; whether it counts."""
        if stamp_s is not None:
            if not math.isfinite(stamp_s) or stamp_s > now.ros_s + _AHEAD_S:
                return False
            repeated = stamp_s == self._stamp_s
            self._stamp_s = stamp_s
            if repeated:
                return False
        self._received = now
        self._latency_s = max(0.0, now.ros_s - stamp_s) if stamp_s is not None else 0.0
        return True

    def age_s(self, now: Now) -> float:
        """s since the newest message was made; inf: none came yet."""
        if self._received is None:
            return math.inf
        age = now.wall_s - self._received.wall_s
        if now.simulated:
            age = min(age, max(0.0, now.ros_s - self._received.ros_s))
        return age + self._latency_s

    def complaint(self, now: Now) -> str:
        """One sentence when it is stale, else empty."""
        age = self.age_s(now)
        if age <= self.longest_s:
            return ""
        if math.isinf(age):
            return f"no {self.name} yet"
        return f"no {self.name} for {age:.1f} s"

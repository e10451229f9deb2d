"""Keeps simulated time beside real time.

Gazebo paces itself step by step and never makes up for a step that came late, so a busy machine
runs it a few per cent slow. This asks it for so much more that it comes to the wanted speed, within
limits: a machine that cannot keep up is not driven harder for nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.transport import GazeboTransport
from simulation.world.physics import PACE, STEP_S

WINDOW = 10  # statistics, five a second of wall time
SHARE = 0.5
MOST = 1.3


class PaceKeeper:
    """Decides the update rate from how simulated time went along with real time."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._more = PACE
        self._seen: deque[tuple[int, int]] = deque(maxlen=WINDOW)

    def update_rate_hz(self, sim_ns: int, real_ns: int) -> float | None:
        """Steps per second to ask for from now on; None to leave it as it is."""
        self._seen.append((sim_ns, real_ns))
        first_sim, first_real = self._seen[0]
        if len(self._seen) < WINDOW or real_ns <= first_real:
            return None
        factor = (sim_ns - first_sim) / (real_ns - first_real)
        self._seen.clear()
        if factor <= 0.05:  # paused, or hardly alive
            return None
        self._more += SHARE * (1.0 - factor / self._speed)
        self._more = max(0.98, min(MOST, self._more))
        return self._speed * self._more / STEP_S


class Pace:
    """The keeper at work on a running Gazebo; `speed`: wanted real-time factor, above 0."""

    def __init__(self, transport: GazeboTransport, speed: float) -> None:
        self._keeper = PaceKeeper(speed)
        self._physics = message_class("Physics")
        self._publisher = transport.advertise("~/physics", self._physics)
        transport.subscribe("~/world_stats", message_class("WorldStatistics"), self._on_statistics)

    def _on_statistics(self, message: Any) -> None:
        rate = self._keeper.update_rate_hz(stamp_ns(message.sim_time), stamp_ns(message.real_time))
        if rate is not None:
            self._publisher.publish(self._physics(real_time_update_rate=rate))

"""The loop that ties physics, vehicle and radio together: every state is answered at once, radio in
between."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from simulation.autopilot.flight.physics import BodyState, Physics
from simulation.autopilot.mavlink.link import Link
from simulation.autopilot.mavlink.station import Station
from simulation.autopilot.vehicle import Vehicle

RADIO_PERIOD_S = 0.009


class Runner:
    """`after_state` sees each state after it was answered (gimbal joints, tests)."""

    def __init__(
        self,
        physics: Physics,
        vehicle: Vehicle,
        station: Station,
        link: Link,
        after_state: Callable[[BodyState], None] | None = None,
    ) -> None:
        self._physics, self._vehicle = physics, vehicle
        self._station, self._link = station, link
        self._after_state = after_state
        self.stopping = False

    def run(self, seconds: float | None = None) -> None:
        """Until `stopping`, or for `seconds` of wall time."""
        physics, vehicle, station = self._physics, self._vehicle, self._station
        waiting = select.poll()
        for descriptor in (*physics.filenos(), self._link.fileno()):
            waiting.register(descriptor, select.POLLIN)
        end_s = None if seconds is None else time.monotonic() + seconds
        radio_s = 0.0
        while not self.stopping:
            now_s = time.monotonic()
            state = physics.poll(now_s)
            if state is not None:
                physics.send(vehicle.step(state))
                if self._after_state is not None:
                    self._after_state(state)
            if now_s >= radio_s:
                station.service(now_s)
                radio_s = now_s + RADIO_PERIOD_S
            if state is None:
                ready = waiting.poll(physics.idle_s(now_s) * 1000)
                if any(descriptor == self._link.fileno() for descriptor, _ in ready):
                    radio_s = 0.0
            if end_s is not None and now_s >= end_s:
                return

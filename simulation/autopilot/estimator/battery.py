"""A lithium pack that empties with thrust: charge, voltage under load, current, time left."""

from __future__ import annotations

from simulation.autopilot.config import BatteryPack

EMPTY_CELL_V, FULL_CELL_V = 3.5, 4.2


class Battery:
    """`part` is the charge left, 0..1."""

    def __init__(self, pack: BatteryPack) -> None:
        self._pack = pack
        self.part = pack.start_part
        self.consumed_wh = 0.0
        self._power_w = pack.idle_w

    def update(self, thrust_part: float, dt_s: float) -> None:
        """Takes out what flying at `thrust_part` of hovering thrust costs (momentum theory:
        ^1.5)."""
        thrust = max(0.0, thrust_part)
        self._power_w = self._pack.idle_w + self._pack.hover_w * thrust**1.5
        used = self._power_w * dt_s / 3600
        self.consumed_wh += used
        self.part = max(0.0, self.part - used / self._pack.energy_wh)

    @property
    def current_a(self) -> float:
        return self._power_w / (self._pack.cells * 3.8)

    @property
    def cell_v(self) -> float:
        """One cell, under load."""
        open_v = EMPTY_CELL_V + (FULL_CELL_V - EMPTY_CELL_V) * self.part
        return open_v - self.current_a * self._pack.resistance_ohm / self._pack.cells

    @property
    def cells(self) -> int:
        return self._pack.cells

    @property
    def consumed_mah(self) -> float:
        return self.consumed_wh / (self._pack.cells * 3.8) * 1000

    @property
    def time_left_s(self) -> float:
        return 3600 * self.part * self._pack.energy_wh / max(self._power_w, 1.0)

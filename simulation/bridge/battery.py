"""A fake of the robot's battery: it drains with time and speed and charges at the kiosk's dock.

There is no chemistry in it: voltage falls evenly with charge, and charging is immediate.
"""

from __future__ import annotations

from simulation.bridge.config import BridgeConfig


class FakeBattery:
    """Charge in Wh; `step` moves it on by simulated time."""

    def __init__(self, capacity_wh: float, config: BridgeConfig) -> None:
        self.capacity_wh = capacity_wh
        self._config = config
        self._charge_wh = capacity_wh * config.battery_start_fraction
        self._last_ns: int | None = None
        self.charging = False
        self.power_w = 0.0

    @property
    def fraction(self) -> float:
        return self._charge_wh / self.capacity_wh

    @property
    def voltage_v(self) -> float:
        full, empty = self._config.battery_voltage_full_v, self._config.battery_voltage_empty_v
        return empty + (full - empty) * self.fraction

    def step(self, stamp_ns: int, speed_mps: float, docked: bool) -> None:
        """`speed_mps`: of the base now; `docked`: it stands on the dock's contacts."""
        passed_s = 0.0 if self._last_ns is None else max(0, stamp_ns - self._last_ns) * 1e-9
        self._last_ns = stamp_ns
        config = self._config
        used = config.battery_idle_w + config.battery_drive_w_per_mps * abs(speed_mps)
        self.charging = docked and self.fraction < 1.0
        self.power_w = config.battery_charge_w - used if self.charging else -used
        charge = self._charge_wh + self.power_w * passed_s / 3600
        self._charge_wh = min(self.capacity_wh, max(0.0, charge))

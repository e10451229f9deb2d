"""How long a flight takes and what it draws from the battery.

A power model of three levels (hover, level flight, climb) with the figures of the configuration:
crude, but on the safe side for a small multirotor, and replaced by the measured use once the
vehicle flies.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.missions.plan import FlightPlan

_CORNER_S = 1.5


def leg_cost(a: Enu, b: Enu, speed_mps: float, config: DroneConfig) -> tuple[float, float]:
    """Time (s) and energy (Wh) of one straight leg, with a stop's worth of time at its end."""
    run = math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)
    rise = b.up_m - a.up_m
    upright = rise / config.climb_mps if rise > 0 else -rise / config.descend_mps
    duration = max(run / speed_mps, upright) + _CORNER_S
    power = config.climb_power_w if rise > 0.5 else config.cruise_power_w
    if run < 0.5 and rise <= 0.5:
        power = config.hover_power_w
    return duration, duration * power / 3600.0


def track_cost(track: Sequence[Enu], speed_mps: float, config: DroneConfig) -> tuple[float, float]:
    """Time (s) and energy (Wh) of a track flown at one speed."""
    costs = [leg_cost(a, b, speed_mps, config) for a, b in itertools.pairwise(track)]
    return sum(c[0] for c in costs), sum(c[1] for c in costs)


def plan_cost(plan: FlightPlan, config: DroneConfig) -> tuple[float, float]:
    """Time (s) and energy (Wh) of a plan, each leg at its own speed, holds and the landing with
    it."""
    at, speed = plan.start, config.cruise_mps
    duration = energy = 0.0
    for item in plan.items:
        if item.speed_mps > 0:
            speed = item.speed_mps
        duration += item.hold_s
        energy += hover_cost(item.hold_s, config)
        if item.leads_to:
            leg_s, leg_wh = leg_cost(at, item.at, speed, config)
            duration += leg_s
            energy += leg_wh
            at = item.at
    over = Enu(plan.home.east_m, plan.home.north_m, at.up_m)
    last_s, last_wh = track_cost([at, over, plan.home], config.cruise_mps, config)
    return duration + last_s, energy + last_wh


def hover_cost(duration_s: float, config: DroneConfig) -> float:
    """Energy (Wh) of standing still in the air."""
    return duration_s * config.hover_power_w / 3600.0


def not_enough_energy(
    energy_wh: float, battery_fraction: float, battery_wh: float, config: DroneConfig
) -> str:
    """Why a flight of `energy_wh` may not start with this battery; empty when it may."""
    usable = (battery_fraction - config.reserve_fraction) * battery_wh
    if energy_wh <= usable:
        return ""
    return (
        f"the flight needs {energy_wh:.0f} Wh and the battery has {max(0.0, usable):.0f} Wh "
        f"above its reserve of {config.reserve_fraction:.0%}"
    )

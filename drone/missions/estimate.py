"""How long a flight takes and what it draws from the battery.

A power model of three levels (hover, level flight, climb) with the figures of the configuration:
crude, but on the safe side for a small multirotor, and replaced by the measured use once the
vehicle flies. A multirotor keeps its speed over the ground whatever the wind, as long as its
airspeed allows; drag makes power grow with the cube of the airspeed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.plan import FlightPlan

_CORNER_S = 1.5
_STEEP_M = 0.5
_SLOWEST_MPS = 1.0


#: Where the air moves, m/s, east and north.
Air = tuple[float, float]
CALM: Air = (0.0, 0.0)


def leg_cost(
    a: Enu, b: Enu, speed_mps: float, config: DroneConfig, wind: Air = CALM
) -> tuple[float, float]:
    """Time (s) and energy (Wh) of one straight leg, with a stop's worth of time at its end.

    Raises PlanError when it cannot be flown against the wind.
    """
    run = math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)
    rise = b.up_m - a.up_m
    airspeed = math.hypot(*wind)
    if run > _STEEP_M:
        along = ((b.east_m - a.east_m) / run, (b.north_m - a.north_m) / run)
        speed_mps = _over_ground(along, speed_mps, config.max_airspeed_mps, wind)
        airspeed = math.hypot(along[0] * speed_mps - wind[0], along[1] * speed_mps - wind[1])
    elif airspeed > config.max_airspeed_mps:
        raise PlanError(f"it cannot stand still in a wind of {airspeed:.0f} m/s")
    upright = rise / config.climb_mps if rise > 0 else -rise / config.descend_mps
    duration = max(run / speed_mps, upright) + _CORNER_S
    power = config.climb_power_w if rise > 0.5 else config.cruise_power_w
    if run < _STEEP_M and rise <= 0.5:
        power = config.hover_power_w
    return duration, duration * (power + _drag_w(airspeed, config)) / 3600.0


def _over_ground(along: Air, speed_mps: float, most_mps: float, wind: Air) -> float:
    """The speed over ground (m/s) along a unit vector that an airspeed of `most_mps` allows, at
    most `speed_mps`."""
    tail = along[0] * wind[0] + along[1] * wind[1]
    across = along[0] * wind[1] - along[1] * wind[0]
    allowed = tail + math.sqrt(max(0.0, most_mps**2 - across**2))
    if abs(across) >= most_mps or allowed < _SLOWEST_MPS:
        raise PlanError(f"it cannot be flown against a wind of {math.hypot(*wind):.0f} m/s")
    return min(speed_mps, allowed)


def _drag_w(airspeed_mps: float, config: DroneConfig) -> float:
    """Power (W) beyond that of cruise in still air."""
    extra = (airspeed_mps / config.cruise_mps) ** 3 - 1.0
    return max(0.0, config.cruise_power_w - config.hover_power_w) * max(0.0, extra)


def track_cost(
    track: Sequence[Enu], speed_mps: float, config: DroneConfig, wind: Air = CALM
) -> tuple[float, float]:
    """Time (s) and energy (Wh) of a track flown at one speed. Raises PlanError."""
    costs = [leg_cost(a, b, speed_mps, config, wind) for a, b in itertools.pairwise(track)]
    return sum(c[0] for c in costs), sum(c[1] for c in costs)


def plan_cost(plan: FlightPlan, config: DroneConfig, wind: Air = CALM) -> tuple[float, float]:
    """Time (s) and energy (Wh) of a plan, each leg at its own speed, holds and the landing with
    it. Raises PlanError when one cannot be flown against the wind."""
    at, speed = plan.start, config.cruise_mps
    duration = energy = 0.0
    leg = 0
    for item in plan.items:
        if item.speed_mps > 0:
            speed = item.speed_mps
        duration += item.hold_s
        energy += hover_cost(item.hold_s, config, wind)
        if item.leads_to:
            leg += 1
            try:
                leg_s, leg_wh = leg_cost(at, item.at, speed, config, wind)
            except PlanError as error:
                raise PlanError(f"leg {leg} cannot be flown: {error}") from None
            duration += leg_s
            energy += leg_wh
            at = item.at
    over = Enu(plan.home.east_m, plan.home.north_m, at.up_m)
    last_s, last_wh = track_cost([at, over, plan.home], config.cruise_mps, config, wind)
    return duration + last_s, energy + last_wh


def hover_cost(duration_s: float, config: DroneConfig, wind: Air = CALM) -> float:
    """Energy (Wh) of standing still in the air."""
    return duration_s * (config.hover_power_w + _drag_w(math.hypot(*wind), config)) / 3600.0


def usable_wh(battery_fraction: float, battery_wh: float, config: DroneConfig) -> float:
    """What the battery has above its reserve (Wh)."""
    return (battery_fraction - config.reserve_fraction) * battery_wh


def not_enough_energy(
    energy_wh: float, battery_fraction: float, battery_wh: float, config: DroneConfig
) -> str:
    """Why a flight of `energy_wh` may not start with this battery; empty when it may."""
    usable = usable_wh(battery_fraction, battery_wh, config)
    if energy_wh <= usable:
        return ""
    return (
        f"the flight needs {energy_wh:.0f} Wh and the battery has {max(0.0, usable):.0f} Wh "
        f"above its reserve of {config.reserve_fraction:.0%}"
    )

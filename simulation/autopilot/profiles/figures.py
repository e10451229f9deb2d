"""What the flying core needs to know of a make's parameters: speeds, heights, radii, in SI units.

Each make keeps these under names and in units of its own; a profile reads them into this record, so
that nothing that flies knows a parameter's name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """m, m/s and s; charges are parts of a full battery, 0 where the make has no such limit."""

    cruise_mps: float
    speed_max_mps: float
    climb_mps: float
    descend_mps: float
    takeoff_mps: float
    takeoff_height_m: float
    spool_s: float  # from the wish to lift off until thrust grows
    ramp_s: float  # in which thrust grows to hovering
    arming_delay_s: float  # after arming, in which motors do not obey
    land_fast_mps: float
    land_slow_mps: float
    land_high_m: float  # above it fast, below `land_low_m` slow
    land_low_m: float
    acceptance_m: float
    acceptance_up_m: float
    battery_low: float
    battery_critical: float
    battery_emergency: float
    fence_acts: bool
    fence_radius_m: float  # of the cylinder round home; 0: none
    fence_height_m: float

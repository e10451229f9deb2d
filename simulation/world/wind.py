"""Wind that pushes the drone's hull, by Gazebo's own wind plugin.

Its force is mass * factor * (air - link), a linear drag; the factor makes it the drag
that the autopilot's rigid body has.
"""

from __future__ import annotations

import math

from simulation.world import sdf

#: N for each m/s of air past the hull.
DRAG_KGPS = 0.25
GUST_PART, GUST_PERIOD_S = 0.2, 7.0
NOISE_PART = 0.05
RISE_S = 2.0


def add_wind(world: sdf.Element, wind_mps: tuple[float, float], hull_mass_kg: float) -> None:
    """`wind_mps`: (east, north) that the air moves; nothing for still air."""
    east, north = wind_mps
    strength = math.hypot(east, north)
    if strength == 0.0:
        return
    sdf.add(sdf.add(world, "wind"), "linear_velocity", sdf.numbers((east, north, 0.0)))
    plugin = sdf.add(world, "plugin", name="wind", filename="libWindPlugin.so")
    factor = DRAG_KGPS / hull_mass_kg
    sdf.add(plugin, "force_approximation_scaling_factor", f"{factor:.4f}")
    magnitude = sdf.add(sdf.add(plugin, "horizontal"), "magnitude")
    sdf.add(magnitude, "time_for_rise", RISE_S)
    gust = sdf.add(magnitude, "sin")
    sdf.add(gust, "amplitude_percent", GUST_PART)
    sdf.add(gust, "period", GUST_PERIOD_S)
    noise = sdf.add(magnitude, "noise", type="gaussian")
    sdf.add(noise, "mean", 0)
    sdf.add(noise, "stddev", f"{NOISE_PART * strength:.3f}")

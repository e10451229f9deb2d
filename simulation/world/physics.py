"""How Gazebo computes: step, solver and pace. The drone's rotors need 400 Hz; the robot is steady
at that, too."""

from __future__ import annotations

from simulation.world import sdf

STEP_S = 0.0025
SOLVER_ITERATIONS = 30
#: Gazebo sleeps a little too long in each step; asked for this much more it comes to real time
PACE = 1.02


def add_physics(world: sdf.Element, speed: float) -> None:
    """`speed`: wanted real-time factor; 0 for as fast as it goes."""
    physics = sdf.add(world, "physics", type="ode")
    sdf.add(physics, "max_step_size", STEP_S)
    sdf.add(physics, "real_time_factor", 1)
    sdf.add(physics, "real_time_update_rate", f"{speed * PACE / STEP_S:g}")
    solver = sdf.add(sdf.add(physics, "ode"), "solver")
    sdf.add(solver, "type", "quick")
    sdf.add(solver, "iters", SOLVER_ITERATIONS)

"""From thrust and torques to four rotor commands, for a quadrotor in X.

Thrust is quadratic in rotor speed, so the command is a square root. Where the rotors cannot give
all of it, yaw gives way first (as in PX4's and ArduPilot's mixers): a drone that cannot yaw still
flies.
"""

from __future__ import annotations

import math

from simulation.autopilot.flight.physics import Airframe, Motors
from simulation.autopilot.flight.vectors import Vector

LEAST_FORCE_N = 0.02


class Mixer:
    """Inverts the airframe's geometry once; `mix` is then four lines of arithmetic per rotor."""

    def __init__(self, airframe: Airframe) -> None:
        self._rotors = [
            (1 / (4 * r.y_m), -1 / (4 * r.x_m), -r.direction / (4 * airframe.yaw_torque_m))
            for r in airframe.rotors
        ]
        self._factor = airframe.thrust_factor
        self._speed_max = airframe.rotor_speed_max_radps
        self.force_max_n = airframe.thrust_factor * airframe.rotor_speed_max_radps**2

    def mix(self, thrust_n: float, torque_nm: Vector) -> Motors:
        """Commands (0..1, rotor order) for total thrust (N, along body z) and torques (N m,
        FLU)."""
        tx, ty, tz = torque_nm
        base = thrust_n / 4
        level = [base + a * tx + b * ty for a, b, _ in self._rotors]
        turn = [c * tz for _, _, c in self._rotors]
        share = 1.0
        for force, yaw in zip(level, turn, strict=True):
            if yaw > 0 and force + yaw > self.force_max_n:
                share = min(share, max(0.0, (self.force_max_n - force) / yaw))
            elif yaw < 0 and force + yaw < LEAST_FORCE_N:
                share = min(share, max(0.0, (force - LEAST_FORCE_N) / -yaw))
        a, b, c, d = (
            min(
                1.0,
                math.sqrt(max(force + share * yaw, LEAST_FORCE_N) / self._factor) / self._speed_max,
            )
            for force, yaw in zip(level, turn, strict=True)
        )
        return a, b, c, d

"""How the bodies move: a walker's body follows its actor and squeezes past the robot; a bystander goes where told.

All places are map m. A walker's body yields because the actor's script cannot: a person does not walk into
a robot, and a touch would count as the robot's collision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.site import Xy
from simulation.world.walks import BODY_RADIUS_M, Stride

ROBOT_RADIUS_M = 0.40
SQUEEZE_M = 0.15
#: the joints' springs lag by this much of the velocity (s): d_gain / p_gain
LAG_S = 0.4


@dataclass(frozen=True)
class Robot:
    """Where the robot is."""

    x_m: float
    y_m: float


def body_target(stride: Stride, robot: Robot | None) -> Xy:
    """Where the body of a walker should be pulled to so that it is where the actor is."""
    lead = (stride.x_m + stride.east_mps * LAG_S, stride.y_m + stride.north_mps * LAG_S)
    if robot is None:
        return lead
    keep = ROBOT_RADIUS_M + BODY_RADIUS_M + SQUEEZE_M
    away_x, away_y = lead[0] - robot.x_m, lead[1] - robot.y_m
    distance = math.hypot(away_x, away_y)
    if distance >= keep:
        return lead
    if distance < 1e-6:  # straight on top: to the walker's left
        heading = math.atan2(stride.north_mps, stride.east_mps)
        away_x, away_y, distance = -math.sin(heading), math.cos(heading), 1.0
    return (robot.x_m + away_x / distance * keep, robot.y_m + away_y / distance * keep)


@dataclass
class Bystander:
    """A person who stands at `at` until told to go to `goal` with `speed_mps`."""

    at: Xy
    goal: Xy
    speed_mps: float = 1.2
    _last_s: float | None = None

    def send(self, goal: Xy, speed_mps: float) -> None:
        self.goal, self.speed_mps = goal, speed_mps

    def step(self, sim_s: float) -> Xy:
        """Move on to `sim_s`; returns where the body should be pulled to."""
        passed = 0.0 if self._last_s is None else max(0.0, sim_s - self._last_s)
        self._last_s = sim_s
        dx, dy = self.goal[0] - self.at[0], self.goal[1] - self.at[1]
        distance = math.hypot(dx, dy)
        reach = self.speed_mps * passed
        if distance <= max(reach, 1e-6):
            self.at = self.goal
            return self.at
        ux, uy = dx / distance, dy / distance
        self.at = (self.at[0] + ux * reach, self.at[1] + uy * reach)
        lead = min(self.speed_mps * LAG_S, distance - reach)
        return (self.at[0] + ux * lead, self.at[1] + uy * lead)

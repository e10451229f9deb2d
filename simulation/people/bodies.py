"""How the bodies move: a walker's body follows its actor and squeezes past the robot; a bystander
goes where told.

All places are map m. A walker's body yields because the actor's script cannot: a person does not
walk into a robot, and a touch would count as the robot's collision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.site import Xy
from simulation.world.walks import BODY_RADIUS_M, Stride

ROBOT_RADIUS_M = 0.40
SQUEEZE_M = 0.15
CATCH_UP_PER_S = 2.0
FASTEST_MPS = 4.0
STRONGEST_MPS2 = 5.0  # a person's push: no more than this times the body's mass


@dataclass(frozen=True)
class Robot:
    """Where the robot is."""

    x_m: float
    y_m: float


@dataclass(frozen=True)
class Aim:
    """Where a body should be now (map m) and how fast it should be moving (m/s)."""

    at: Xy
    velocity: Xy = (0.0, 0.0)


def aim_of_walker(stride: Stride, robot: Robot | None) -> Aim:
    """Where the actor is, or as near as the robot lets the walker pass."""
    place = (stride.x_m, stride.y_m)
    follow = Aim(place, (stride.east_mps, stride.north_mps))
    if robot is None:
        return follow
    keep = ROBOT_RADIUS_M + BODY_RADIUS_M + SQUEEZE_M
    away_x, away_y = place[0] - robot.x_m, place[1] - robot.y_m
    distance = math.hypot(away_x, away_y)
    if distance >= keep:
        return follow
    if distance < 1e-6:  # straight on top: to the walker's left
        heading = math.atan2(stride.north_mps, stride.east_mps)
        away_x, away_y, distance = -math.sin(heading), math.cos(heading), 1.0
    return Aim((robot.x_m + away_x / distance * keep, robot.y_m + away_y / distance * keep))


@dataclass
class Bystander:
    """A person who stands at `at` until told to go to `goal` with `speed_mps`."""

    at: Xy
    goal: Xy
    speed_mps: float = 1.2
    _last_s: float | None = None

    def send(self, goal: Xy, speed_mps: float) -> None:
        self.goal, self.speed_mps = goal, speed_mps

    def step(self, sim_s: float) -> Aim:
        """Move on to `sim_s`."""
        passed = 0.0 if self._last_s is None else max(0.0, sim_s - self._last_s)
        self._last_s = sim_s
        dx, dy = self.goal[0] - self.at[0], self.goal[1] - self.at[1]
        distance = math.hypot(dx, dy)
        reach = self.speed_mps * passed
        if distance <= max(reach, 1e-6):
            self.at = self.goal
            return Aim(self.at)
        ux, uy = dx / distance, dy / distance
        self.at = (self.at[0] + ux * reach, self.at[1] + uy * reach)
        return Aim(self.at, (ux * self.speed_mps, uy * self.speed_mps))


class Pusher:
    """How hard to push one body, from where it was seen, so that it keeps to its aim."""

    def __init__(self) -> None:
        self._last: tuple[float, Xy] | None = None

    def change_of_velocity(self, sim_s: float, seen: Xy, aim: Aim) -> Xy:
        """The velocity (m/s) to add now to a body seen at `seen` (map m)."""
        last, self._last = self._last, (sim_s, seen)
        if last is None or sim_s <= last[0]:
            return (0.0, 0.0)
        passed = sim_s - last[0]
        wanted = _limited(
            (
                aim.velocity[0] + (aim.at[0] - seen[0]) * CATCH_UP_PER_S,
                aim.velocity[1] + (aim.at[1] - seen[1]) * CATCH_UP_PER_S,
            ),
            FASTEST_MPS,
        )
        has = ((seen[0] - last[1][0]) / passed, (seen[1] - last[1][1]) / passed)
        return _limited(
            ((wanted[0] - has[0]) * 0.7, (wanted[1] - has[1]) * 0.7), STRONGEST_MPS2 * passed
        )


def _limited(vector: Xy, most: float) -> Xy:
    size = math.hypot(*vector)
    return vector if size <= most else (vector[0] / size * most, vector[1] / size * most)

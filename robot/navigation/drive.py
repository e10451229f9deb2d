"""The words of a drive: goals and what is known go in, a report of what was decided comes out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from robot.navigation.motion import Pose, Velocity


class DriveState(StrEnum):
    IDLE = "idle"
    DRIVING = "driving"
    WAITING = "waiting"
    BACKING_OFF = "backing_off"
    REPLANNING = "replanning"
    BLOCKED = "blocked"


class Outcome(StrEnum):
    ARRIVED = "arrived"
    NO_ROUTE = "no_route"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Goal:
    """A place to go to (map m); `yaw_rad` None: any heading will do."""

    x_m: float
    y_m: float
    yaw_rad: float | None = None

    @property
    def xy(self) -> tuple[float, float]:
        return self.x_m, self.y_m

    def away_m(self, pose: Pose) -> float:
        """Metres from `pose` to this place."""
        return math.dist(self.xy, (pose.x_m, pose.y_m))


@dataclass(frozen=True)
class Inputs:
    """What the robot knows at one control step. Times in s of one clock, frames: map."""

    now_s: float
    pose: Pose
    velocity: Velocity
    pose_age_s: float = 0.0
    scan_age_s: float = 0.0
    held: bool = False  # the e-stop or a person holds the robot: time does not count as stuck
    speed_limit_mps: float = math.inf


@dataclass(frozen=True)
class Report:
    """What one step decided."""

    command: Velocity
    state: DriveState
    outcome: Outcome | None = None
    reason: str = ""

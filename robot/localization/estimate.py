"""What localisation says: a pose with its covariance, and in one sentence how far to trust it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from robot.localization.filter import Array
from robot.localization.planar import Pose


class Level(IntEnum):
    """As diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class Health:
    level: Level
    message: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """`pose` of base_link in `map`, body twist, their covariances, and base_link in `odom`."""

    stamp_s: float
    pose: Pose
    covariance: Array  # (3, 3) east m, north m, yaw rad
    speed_mps: float
    turn_radps: float
    twist_covariance: Array  # (2, 2) m/s, rad/s
    odom: Pose
    roll_rad: float
    pitch_rad: float

    @property
    def map_from_odom(self) -> Pose:
        """The transform map -> odom."""
        return self.pose.then(self.odom.inverse())

    @property
    def position_sigma_m(self) -> float:
        """1 sigma along the worse axis of the error ellipse."""
        return math.sqrt(max(float(np.linalg.eigvalsh(self.covariance[:2, :2])[-1]), 0.0))

    @property
    def heading_sigma_rad(self) -> float:
        return math.sqrt(max(float(self.covariance[2, 2]), 0.0))

"""Poses in the plane: chaining and undoing them, and what the wheels say happened between two
moments.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Pose(NamedTuple):
    """x, y in m, yaw in rad; of which frame, the variable's name says."""

    x: float
    y: float
    yaw: float

    def then(self, step: Pose) -> Pose:
        """This pose followed by `step`, which is given in this pose's own frame."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return Pose(
            self.x + cos * step.x - sin * step.y,
            self.y + sin * step.x + cos * step.y,
            wrap(self.yaw + step.yaw),
        )

    def inverse(self) -> Pose:
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        return Pose(-cos * self.x - sin * self.y, sin * self.x - cos * self.y, wrap(-self.yaw))


def wrap(angle: float) -> float:
    """An angle in (-pi, pi]."""
    return math.remainder(angle, math.tau)


#: A wheel's distance from the middle of a small robot.
_WHEEL_ASIDE_M = 0.25


def wheel_step(
    before: tuple[float, float, float] | None,
    after: tuple[float, float, float] | None,
    longest_m: float,
) -> Pose | None:
    """The motion (in the body frame of `before`) between two poses of the base driver's odometry.

    None where it cannot be believed: a pose is missing, the way is longer than `longest_m`, or the
    driver seems to have begun anew at zero. Its first words may have been missed, so that it need
    not be at zero any more: of the two stories the one in which the robot moved less is taken.
    """
    if before is None or after is None:
        return None
    step, since_zero = Pose(*before).inverse().then(Pose(*after)), Pose(*after)
    if math.hypot(step.x, step.y) > longest_m + 1e-6:
        return None
    return step if _wheels_way_m(step) <= _wheels_way_m(since_zero) + 1e-6 else None


def _wheels_way_m(step: Pose) -> float:
    """About as far as a wheel rolls for it: a turn on the spot is motion, too."""
    return math.hypot(step.x, step.y) + _WHEEL_ASIDE_M * abs(wrap(step.yaw))

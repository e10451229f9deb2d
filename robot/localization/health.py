"""How far the pose can be trusted, in one sentence for a person.

ERROR makes the collision monitor stop the robot, so it is said only when going on would be blind:
rather "lost" than a wrong certainty, and rather a warning than a robot that stands for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from robot.localization.config import LocalizationConfig
from robot.localization.estimate import Estimate, Health, Level

_DISAGREE_S = 2.0  # s of refused fixes that are worth a warning
_WALLS_S = 2.5  # s since walls fitted


@dataclass(frozen=True)
class Signs:
    """What the judgement is made from; ages in s on the ROS clock, inf: never."""

    wheels_age_s: float
    inertial_age_s: float
    fix_age_s: float
    accepted_age_s: float
    walls_age_s: float
    walls: str
    searching: bool
    disagree_s: float
    disagree_m: float
    tilt_rad: float
    confirmed: bool
    source: str
    dropped: int
    refused: int
    moved: int


def judge_health(config: LocalizationConfig, estimate: Estimate | None, signs: Signs) -> Health:
    """The worst of what is wrong, first the things that stop the robot."""
    level, message = _verdict(config, estimate, signs)
    values = {
        "wheels_age_s": f"{signs.wheels_age_s:.2f}",
        "imu_age_s": f"{signs.inertial_age_s:.2f}",
        "gnss_age_s": f"{signs.fix_age_s:.2f}",
        "gnss_used_age_s": f"{signs.accepted_age_s:.2f}",
        "walls_used_age_s": f"{signs.walls_age_s:.2f}",
        "walls": signs.walls,
        "start": signs.source,
        "measurements_dropped": str(signs.dropped),
        "fixes_refused": str(signs.refused),
        "moved_over": str(signs.moved),
        "tilt_deg": f"{math.degrees(signs.tilt_rad):.1f}",
    }
    if estimate is not None:
        values["position_sigma_m"] = f"{estimate.position_sigma_m:.3f}"
        values["heading_sigma_deg"] = f"{math.degrees(estimate.heading_sigma_rad):.2f}"
    return Health(level, message, values)


def _verdict(
    config: LocalizationConfig, estimate: Estimate | None, signs: Signs
) -> tuple[Level, str]:
    if estimate is None:
        if math.isinf(signs.wheels_age_s):
            return Level.ERROR, "waiting for the wheel odometry"
        return Level.ERROR, "waiting for GNSS to confirm where the robot starts"
    if signs.wheels_age_s > config.silent_s:
        if math.isinf(signs.wheels_age_s):
            return Level.ERROR, "waiting for the wheel odometry"
        return Level.ERROR, f"no wheel odometry for {signs.wheels_age_s:.1f} s"
    if signs.tilt_rad > config.tipped_rad:
        return Level.ERROR, f"the robot leans by {math.degrees(signs.tilt_rad):.0f} degrees"
    lost = max(
        estimate.position_sigma_m / config.lost_sigma_m,
        estimate.heading_sigma_rad / config.lost_sigma_rad,
    )
    if signs.searching and lost > 1.0:
        return Level.ERROR, f"lost: looking for the walls that it sees ({signs.walls})"
    if estimate.position_sigma_m > config.lost_sigma_m:
        return (
            Level.ERROR,
            f"lost: the position is known to {estimate.position_sigma_m:.1f} m only",
        )
    if estimate.heading_sigma_rad > config.lost_sigma_rad:
        return Level.ERROR, "lost: the heading is not known; push the robot a few metres"
    by_walls = signs.walls_age_s <= _WALLS_S
    if signs.disagree_s > _DISAGREE_S:
        return (
            Level.WARN,
            f"GNSS says {signs.disagree_m:.1f} m elsewhere for {signs.disagree_s:.0f} s; "
            f"following {'the walls' if by_walls else 'wheels and gyro'}",
        )
    if signs.accepted_age_s > config.gnss_silent_s and not by_walls:
        since = "yet" if math.isinf(signs.accepted_age_s) else f"for {signs.accepted_age_s:.0f} s"
        return Level.WARN, f"no usable GNSS {since}; dead reckoning"
    if signs.inertial_age_s > config.silent_s:
        since = "yet" if math.isinf(signs.inertial_age_s) else f"for {signs.inertial_age_s:.1f} s"
        return Level.WARN, f"no IMU {since}; turning by the wheels"
    if not signs.confirmed:
        return Level.WARN, "the start pose is not confirmed by GNSS"
    return (
        Level.OK,
        f"position to {estimate.position_sigma_m:.2f} m, "
        f"heading to {math.degrees(estimate.heading_sigma_rad):.1f} degrees"
        + (", by the walls" if signs.accepted_age_s > config.gnss_silent_s else ""),
    )

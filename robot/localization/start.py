"""Where to begin: the remembered pose, the kiosk's dock, or nothing but a GNSS position.

A candidate counts only when GNSS agrees with it. Where none agrees the robot knows its place but
not its heading, and says so. Where there is no GNSS at all, the best candidate is taken with
double doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from robot.localization.config import LocalizationConfig
from robot.localization.filter import Array
from robot.localization.measurements import Fix, WheelSpeed
from robot.localization.memory import RememberedPose
from robot.localization.planar import Pose, wheel_step

_FIXES_NEEDED = 3
_OTHER_RUN_YAW_SIGMA = 0.3
_BASE_STOPS_S = 0.5  # the base's watchdog ends its motion when nothing commands it


@dataclass(frozen=True)
class Start:
    """A pose in `map` to begin from. `aligned` False: the heading is not known."""

    pose: Pose
    covariance: Array  # (3, 3): m, m, rad
    source: str
    confirmed: bool
    aligned: bool = True
    gyro_bias: float = 0.0
    wheel_scale: float = 0.0


class Starter:
    """Collects the first fixes and decides once."""

    def __init__(
        self,
        config: LocalizationConfig,
        dock: Pose | None,
        remembered: RememberedPose | None,
        site_id: str,
        run: str,
    ) -> None:
        self._config = config
        self._dock = dock
        self._remembered = remembered if remembered and remembered.site_id == site_id else None
        self._run = run
        self._fixes: list[Fix] = []
        self._waiting_since_s: float | None = None

    def see_fix(self, fix: Fix) -> None:
        self._fixes = [*self._fixes[-(_FIXES_NEEDED - 1) :], fix]

    def decide(self, now_s: float, wheels: WheelSpeed) -> Start | None:
        """The start pose, or None while GNSS is waited for. `wheels`: their newest word."""
        if self._waiting_since_s is None or now_s < self._waiting_since_s:
            self._waiting_since_s = now_s
        candidates = self._candidates(wheels)
        if len(self._fixes) >= _FIXES_NEEDED:
            east = float(np.median([f.east_m for f in self._fixes]))
            north = float(np.median([f.north_m for f in self._fixes]))
            sigma = max(f.sigma_m for f in self._fixes)
            for start in candidates:
                own = float(start.covariance[0, 0] + start.covariance[1, 1])
                reach = 0.5 + 3.0 * math.sqrt(own + 2 * sigma**2)
                if math.hypot(start.pose.x - east, start.pose.y - north) <= reach:
                    return _met_halfway(start, east, north, sigma)
            covariance = np.diag([sigma**2, sigma**2, math.pi**2])
            return Start(Pose(east, north, 0.0), covariance, "GNSS alone", True, aligned=False)
        if candidates and now_s - self._waiting_since_s >= self._config.gnss_wait_s:
            best = candidates[0]
            return Start(
                best.pose, best.covariance * 4.0, f"{best.source}, without GNSS", False,
                gyro_bias=best.gyro_bias, wheel_scale=best.wheel_scale,
            )  # fmt: skip
        return None

    def _candidates(self, wheels: WheelSpeed) -> list[Start]:
        c = self._config
        found: list[Start] = []
        remembered = self._remembered
        same_run = remembered is not None and bool(self._run) and remembered.run == self._run
        if remembered is not None and same_run:
            found.append(self._carry_on(remembered, wheels))
        dock = c.initial_pose
        pose = Pose(dock.east_m, dock.north_m, dock.heading_rad) if dock else self._dock
        if pose is not None:
            spread = np.diag([c.initial_sigma_m**2] * 2 + [c.initial_sigma_rad**2])
            found.append(Start(pose, spread, "given pose" if dock else "kiosk's dock", True))
        if remembered is not None and not same_run:
            age = wheels.stamp_s - remembered.stamp_s
            if -5.0 < age <= c.memory_age_s:
                wide = np.array(remembered.covariance).reshape(3, 3)
                wide = wide + np.diag([0.3**2, 0.3**2, _OTHER_RUN_YAW_SIGMA**2])
                found.append(
                    Start(Pose(*remembered.pose), wide, "last pose of an earlier run", True)
                )
        return found

    def _carry_on(self, remembered: RememberedPose, wheels: WheelSpeed) -> Start:
        """The remembered pose moved by what the wheels counted while nobody was listening."""
        gap = max(0.0, wheels.stamp_s - remembered.stamp_s)
        longest = self._config.max_speed_mps * gap + 0.1
        step = wheel_step(remembered.wheel_pose, wheels.pose, longest)
        pose = Pose(*remembered.pose)
        if step is not None:
            pose = pose.then(step)
            way = 0.1 + 0.05 * math.hypot(step.x, step.y)
            turn = 0.03 + 0.1 * abs(step.yaw)
        else:
            way = 0.3 + _BASE_STOPS_S * 2 * abs(remembered.speed_mps)
            turn = 0.1 + min(_BASE_STOPS_S * 2 * abs(remembered.turn_radps), 1.0)
        covariance = np.array(remembered.covariance).reshape(3, 3)
        covariance = covariance + np.diag([way**2, way**2, turn**2])
        return Start(
            pose, covariance, "last pose of this run", True,
            gyro_bias=remembered.gyro_bias, wheel_scale=remembered.wheel_scale,
        )  # fmt: skip


def _met_halfway(start: Start, east: float, north: float, sigma_m: float) -> Start:
    """`start` moved towards what GNSS says, by their weights; its heading stays.

    A pose that is farther off than its own sigma explains is trusted so much less.
    """
    covariance = start.covariance.copy()
    place = [start.pose.x, start.pose.y]
    for axis, said in enumerate((east, north)):
        off = said - place[axis]
        own = max(float(covariance[axis, axis]), (off / 2.0) ** 2)
        covariance[axis, :] = covariance[:, axis] = 0.0
        place[axis] += off * own / (own + sigma_m**2)
        covariance[axis, axis] = max(own * sigma_m**2 / (own + sigma_m**2), 0.5 * sigma_m**2)
    return replace(start, pose=Pose(place[0], place[1], start.pose.yaw), covariance=covariance)

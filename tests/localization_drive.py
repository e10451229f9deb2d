"""A seeded drive with imperfect sensors, for the tests of localisation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from robot.localization.config import LocalizationConfig
from robot.localization.estimate import Estimate
from robot.localization.localizer import Localizer
from robot.localization.measurements import Fix, Inertial, Measurement, WheelSpeed
from robot.localization.memory import RememberedPose
from robot.localization.planar import Pose, wrap
from robot.localization.start import Starter

START_S = 1_700_000_000.0  # stamps are UTC: large, as in a run
DOCK = Pose(20.0, -10.0, 0.7)


@dataclass
class Drive:
    """A seeded drive round blocks with stops, and what imperfect sensors say of it."""

    seed: int = 0
    duration_s: float = 120.0
    gnss_sigma_m: float = 0.1
    gnss_lasting: float = 0.5  # share of the variance that is correlated (60 s)
    wheel_scale: float = 1.012
    gyro_bias: float = 0.008
    slip: float = 0.02  # of the speed, white per sample
    gnss_silent: tuple[float, float] = (math.inf, math.inf)
    multipath: tuple[float, float] = (math.inf, math.inf)
    start: Pose = DOCK
    times: np.ndarray = field(init=False)
    truth: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        dt = 0.02
        self.times = np.arange(0.0, self.duration_s, dt)
        e, n, yaw = self.start
        speed = turn = 0.0
        want_speed, want_turn, until = 0.0, 0.0, 2.0  # it stands for two seconds first
        rows = []
        for t in self.times:
            if t >= until:
                kind = rng.choice(["ahead", "left", "right", "stand"], p=[0.5, 0.2, 0.2, 0.1])
                want_speed = 0.0 if kind == "stand" else rng.uniform(0.5, 1.3)
                want_turn = {"left": 0.5, "right": -0.5}.get(str(kind), 0.0)
                until = t + rng.uniform(2.0, 5.0)
            speed += np.clip(want_speed - speed, -0.8 * dt, 0.8 * dt)
            turn += np.clip(want_turn - turn, -1.5 * dt, 1.5 * dt)
            e += speed * math.cos(yaw) * dt
            n += speed * math.sin(yaw) * dt
            yaw += turn * dt
            rows.append((e, n, yaw, speed, turn))
        self.truth = np.array(rows)
        self._rng = rng

    def measurements(self) -> list[Measurement]:
        rng, found = self._rng, []
        wheel = Pose(0.0, 0.0, 0.0)
        lasting = rng.normal(0.0, self.gnss_sigma_m * math.sqrt(self.gnss_lasting), 2)
        keep = math.exp(-0.2 / 60.0)
        for i, t in enumerate(self.times):
            e, n, _, speed, turn = self.truth[i]
            stamp = START_S + t
            gyro = turn + self.gyro_bias + rng.normal(0.0, 0.003)
            found.append(Inertial(stamp, (0.0, 0.0, gyro), (rng.normal(0, 0.05), 0.0, 9.81), 0.003))
            moving = abs(speed) > 1e-3 or abs(turn) > 1e-3
            seen = speed * self.wheel_scale + (rng.normal(0, self.slip) if moving else 0.0)
            seen_turn = turn * 1.03 + (rng.normal(0, 0.03) if moving else 0.0)
            wheel = wheel.then(Pose(seen * 0.02, 0.0, seen_turn * 0.02))
            found.append(WheelSpeed(stamp + 0.003, seen, seen_turn, 0.02, 0.05, tuple(wheel)))
            if i % 10 == 0:
                lasting = lasting * keep + rng.normal(
                    0, self.gnss_sigma_m * math.sqrt(self.gnss_lasting * (1 - keep**2)), 2
                )
                white = rng.normal(0, self.gnss_sigma_m * math.sqrt(1 - self.gnss_lasting), 2)
                if self.gnss_silent[0] <= t < self.gnss_silent[1]:
                    continue
                jump = 5.0 if self.multipath[0] <= t < self.multipath[1] else 0.0
                variance = self.gnss_sigma_m**2
                found.append(
                    Fix(
                        stamp,
                        e + lasting[0] + white[0] + jump,
                        n + lasting[1] + white[1],
                        (variance, 0.0, variance),
                    )
                )
        return found

    def at(self, stamp_s: float) -> np.ndarray:
        """Truth (e, n, yaw, speed, turn), between the samples too."""
        t = stamp_s - START_S
        return np.array([np.interp(t, self.times, column) for column in self.truth.T])


def new_localizer(
    dock: Pose | None = DOCK,
    remembered: RememberedPose | None = None,
    run: str = "run-1",
    **settings: object,
) -> Localizer:
    config = LocalizationConfig.model_validate(settings)
    return Localizer(config, Starter(config, dock, remembered, "site", run))


def play(
    localizer: Localizer, measurements: list[Measurement], until_s: float = math.inf
) -> list[Estimate]:
    """Give the measurements in their order, stepping at 20 Hz."""
    estimates = []
    i, now = 0, measurements[0].stamp_s
    end = min(max(m.stamp_s for m in measurements), until_s)
    while now < end:
        now += 0.05
        while i < len(measurements) and measurements[i].stamp_s <= now:
            localizer.add(measurements[i])
            i += 1
        estimate = localizer.step(now)
        if estimate is not None:
            estimates.append(estimate)
    return estimates


def errors(drive: Drive, estimates: list[Estimate]) -> np.ndarray:
    """(n, 6): east, north, yaw error and their 1 sigma."""
    rows = []
    for estimate in estimates:
        e, n, yaw, *_ = drive.at(estimate.stamp_s)
        sigma = np.sqrt(np.diag(estimate.covariance))
        rows.append(
            (estimate.pose.x - e, estimate.pose.y - n, wrap(estimate.pose.yaw - yaw), *sigma)
        )
    return np.array(rows)


def rmse_m(table: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.sum(table[:, :2] ** 2, axis=1))))


def inside_3_sigma(table: np.ndarray) -> float:
    return float(np.mean(np.abs(table[:, :3]) <= 3.0 * table[:, 3:]))

"""The extended Kalman filter: nine numbers, one prediction, five kinds of measurement.

Beside pose and motion it estimates what makes dead reckoning drift (gyro bias, wheel size) and
the part of the GNSS error that lasts, because a filter that takes lasting errors for white noise
soon believes itself to be far better than it is. Formulas: Thrun, Burgard, Fox, "Probabilistic
Robotics", ch. 3 and 7; Groves, "Principles of GNSS, Inertial and Multisensor Integrated
Navigation", ch. 3 (Gauss-Markov states).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from robot.localization.config import LocalizationConfig
from robot.localization.measurements import Fix, Inertial, WheelSpeed
from robot.localization.walls.matching import LEVER_M, Match

Array = NDArray[np.float64]

#: Order of the state: m, m, rad, m/s, rad/s, rad/s, ratio, m, m (map frame, ENU). SPEED is the
#: wheels' speed, linear in what they measure; the robot's is SPEED x (1 + SCALE). (With
#: the product in the measurement instead, each update's noise would push SCALE the same way.)
EAST, NORTH, YAW, SPEED, TURN, BIAS, SCALE, FIX_E, FIX_N = range(9)
SIZE = 9
_UNKNOWN_YAW = math.pi


class PoseFilter:
    """State `x` (9,), covariance `p` (9, 9), time `time_s`. Angles are not wrapped inside."""

    def __init__(self, config: LocalizationConfig) -> None:
        self._config = config
        self.time_s = math.nan
        self.x: Array = np.zeros(SIZE)
        self.p: Array = np.diag(
            np.array(
                [
                    *(1e4, 1e4, _UNKNOWN_YAW**2, 0.1**2, 0.1**2),
                    *(config.gyro_bias_sigma**2, config.wheel_scale_sigma**2, 0.0, 0.0),
                ]
            )
        )
        self._fix_variance = 0.0

    @property
    def speed_mps(self) -> float:
        """The robot's own speed along x."""
        return float(self.x[SPEED] * (1.0 + self.x[SCALE]))

    # -- snapshots, for measurements that come late
    def snapshot(self) -> tuple[float, Array, Array, float]:
        return self.time_s, self.x.copy(), self.p.copy(), self._fix_variance

    def restore(self, kept: tuple[float, Array, Array, float]) -> None:
        self.time_s, x, p, self._fix_variance = kept
        self.x, self.p = x.copy(), p.copy()

    # -- setting
    def set_pose(self, east_m: float, north_m: float, yaw: float, covariance: Array) -> None:
        """Put the robot at a pose with `covariance` (3, 3); what it knows of its sensors stays."""
        self.x[[EAST, NORTH, YAW]] = east_m, north_m, yaw
        self.x[FIX_E : FIX_N + 1] = 0.0
        for part in (slice(EAST, YAW + 1), slice(FIX_E, FIX_N + 1)):
            self.p[part, :] = 0.0
            self.p[:, part] = 0.0
        self.p[: YAW + 1, : YAW + 1] = covariance
        self.p[FIX_E, FIX_E] = self.p[FIX_N, FIX_N] = self._fix_variance

    def widen(self, position_m: float, yaw: float, *, motion: bool = False) -> None:
        """Add doubt: 1 sigma in m per axis and in rad; `motion`: speed and turn are unknown too."""
        self.p[EAST, EAST] += position_m**2
        self.p[NORTH, NORTH] += position_m**2
        self.p[YAW, YAW] += yaw**2
        if motion:
            for i, sigma in ((SPEED, self._config.max_speed_mps), (TURN, 1.0)):
                self.p[i, :] = 0.0
                self.p[:, i] = 0.0
                self.p[i, i] = sigma**2

    # -- prediction
    def predict(self, time_s: float) -> None:
        """Move to `time_s` with constant speed and yaw rate (midpoint rule); never back."""
        if math.isnan(self.time_s):
            self.time_s = time_s
        dt = time_s - self.time_s
        if dt <= 0.0:
            return
        self.time_s = time_s
        c = self._config
        x = self.x
        scale = 1.0 + float(x[SCALE])
        u, w = float(x[SPEED]), float(x[TURN])
        v = u * scale
        heading = float(x[YAW]) + w * dt / 2
        cos, sin = math.cos(heading), math.sin(heading)
        x[EAST] += v * cos * dt
        x[NORTH] += v * sin * dt
        x[YAW] += w * dt
        f = np.eye(SIZE)
        along_e, along_n = cos * dt, sin * dt
        f[EAST, YAW], f[NORTH, YAW] = -v * along_n, v * along_e
        f[EAST, SPEED], f[NORTH, SPEED] = scale * along_e, scale * along_n
        f[EAST, SCALE], f[NORTH, SCALE] = u * along_e, u * along_n
        f[EAST, TURN], f[NORTH, TURN] = -v * along_n * dt / 2, v * along_e * dt / 2
        f[YAW, TURN] = dt
        keep = math.exp(-dt / c.gnss_correlation_s)
        f[FIX_E, FIX_E] = f[FIX_N, FIX_N] = keep
        x[FIX_E] *= keep
        x[FIX_N] *= keep
        p = f @ self.p @ f.T
        slip = c.slip_noise**2 * abs(v) * dt
        fix = self._fix_variance * (1.0 - keep * keep)
        turning = c.turn_noise**2 * abs(w) * dt
        q = (
            slip,
            slip,
            turning,
            c.accel_noise**2 * dt,
            c.turn_accel_noise**2 * dt,
            c.gyro_bias_drift**2 * dt,
            c.wheel_scale_drift**2 * dt,
            fix,
            fix,
        )
        p[_DIAGONAL] += q
        self.p = p

    # -- measurements
    def update_wheels(self, wheels: WheelSpeed) -> None:
        """The wheels' speed and, with little weight, their yaw rate."""
        c = self._config
        factor = 10.0 if wheels.slipping else 1.0
        if wheels.standing:
            speed_sigma, turn_sigma = 0.003, 0.002
        else:
            speed_sigma = max(wheels.speed_sigma, c.wheel_speed_sigma) * factor
            turn_sigma = max(wheels.turn_sigma, c.wheel_turn_sigma) * factor
            turn_sigma += 0.1 * abs(wheels.turn_radps)
        self._scalar(_WHEEL_SPEED, wheels.speed_mps - float(self.x[SPEED]), speed_sigma**2)
        self._scalar(_WHEEL_TURN, wheels.turn_radps - float(self.x[TURN]), turn_sigma**2)

    def update_inertial(self, inertial: Inertial) -> None:
        """Measured yaw rate = yaw rate + bias."""
        sigma = max(inertial.gyro_sigma, self._config.gyro_sigma)
        expected = float(self.x[TURN] + self.x[BIAS])
        self._scalar(_GYRO, inertial.yaw_rate - expected, sigma**2)

    def judge_fix(self, fix: Fix) -> tuple[Array, float]:
        """Innovation (2,) in m of a fix, and its normalised square (chi-square, 2 dof)."""
        innovation, s, _, _ = self._fix_innovation(fix)
        return innovation, float(innovation @ np.linalg.solve(s, innovation))

    def update_fix(self, fix: Fix) -> None:
        """Measured position = antenna's position + lasting error + white error."""
        innovation, s, pht, _ = self._fix_innovation(fix)
        gain = np.linalg.solve(s, pht.T).T
        self.x += gain @ innovation
        self.p -= gain @ pht.T
        self.p = (self.p + self.p.T) / 2

    def judge_match(self, match: Match, floor_m: float) -> float:
        """How far a pose by the walls is off: its normalised square over the directions held."""
        held = list(self._held(match, floor_m))
        if not held:
            return 0.0
        h = np.array([direction for direction, _, _ in held])
        innovation = np.array([off for _, off, _ in held])
        s = h @ self.p @ h.T + np.diag([variance for _, _, variance in held])
        return float(innovation @ np.linalg.solve(s, innovation))

    def update_match(self, match: Match, floor_m: float) -> None:
        """The pose in the directions that the walls hold; the outlines are known to `floor_m`.

        Their error is the same in each scan, so that many of them together know no more than one:
        where the filter is surer than the outlines are it is left alone.
        """
        for h, innovation, variance in self._held(match, floor_m):
            if float(h @ self.p @ h) > (floor_m / 2.0) ** 2:
                self._scalar(h, innovation, variance)

    def _held(self, match: Match, floor_m: float) -> Iterator[tuple[Array, float, float]]:
        for direction, sigma in zip(match.directions, match.sigmas, strict=True):
            h = np.zeros(SIZE)
            h[: YAW + 1] = direction * (1.0, 1.0, LEVER_M)
            off = (
                match.pose.x - self.x[EAST],
                match.pose.y - self.x[NORTH],
                math.remainder(match.pose.yaw - self.x[YAW], math.tau),
            )
            yield h, float(h[: YAW + 1] @ off), float(sigma**2 + floor_m**2)

    def _fix_innovation(self, fix: Fix) -> tuple[Array, Array, Array, Array]:
        c = self._config
        self._follow_quality(c.gnss_correlated * fix.sigma_m**2)
        cos, sin = math.cos(self.x[YAW]), math.sin(self.x[YAW])
        arm_e = cos * c.antenna_x_m - sin * c.antenna_y_m
        arm_n = sin * c.antenna_x_m + cos * c.antenna_y_m
        h = np.zeros((2, SIZE))
        h[0, EAST] = h[0, FIX_E] = h[1, NORTH] = h[1, FIX_N] = 1.0
        h[0, YAW], h[1, YAW] = -arm_n, arm_e
        expected = np.array(
            [self.x[EAST] + self.x[FIX_E] + arm_e, self.x[NORTH] + self.x[FIX_N] + arm_n]
        )
        ee, en, nn = fix.covariance
        white = np.array([[ee, en], [en, nn]]) * (1.0 - c.gnss_correlated)
        pht = self.p @ h.T
        return np.array([fix.east_m, fix.north_m]) - expected, h @ pht + white, pht, h

    def _follow_quality(self, variance: float) -> None:
        """When the receiver's quality changes much, its lasting error is a new one."""
        known = self._fix_variance
        if known > 0.0 and 0.25 < variance / known < 4.0:
            return
        self._fix_variance = variance
        part = slice(FIX_E, FIX_N + 1)
        self.x[part] = 0.0
        self.p[part, :] = 0.0
        self.p[:, part] = 0.0
        self.p[FIX_E, FIX_E] = self.p[FIX_N, FIX_N] = variance

    def _scalar(self, h: Array, innovation: float, variance: float) -> None:
        ph = self.p @ h
        s = float(h @ ph) + variance
        self.x += ph * (innovation / s)
        self.p -= np.outer(ph, ph / s)


_DIAGONAL = np.diag_indices(SIZE)
_WHEEL_SPEED, _WHEEL_TURN, _GYRO = np.zeros(SIZE), np.zeros(SIZE), np.zeros(SIZE)
_WHEEL_SPEED[SPEED] = _WHEEL_TURN[TURN] = 1.0
_GYRO[[TURN, BIAS]] = 1.0

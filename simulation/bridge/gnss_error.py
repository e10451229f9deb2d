"""The error of a satellite fix: normal, per axis, and if wanted wandering as real ones do; and the
jumps that reflections between towers make.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass


class GnssError:
    """A first-order Gauss-Markov process per axis; `correlation_s` 0 gives white noise.

    Source: Brown and Hwang, "Introduction to Random Signals and Applied Kalman Filtering", section
    4.2.
    """

    def __init__(self, sigma_m: float, correlation_s: float, seed: int) -> None:
        self._sigma, self._correlation = sigma_m, correlation_s
        self._dice = random.Random(seed)
        self._last_ns: int | None = None
        self._error = (0.0, 0.0, 0.0)

    def draw(self, stamp_ns: int) -> tuple[float, float, float]:
        """Error east, north, up in m; up is twice as bad."""
        keep = 0.0
        if self._correlation > 0 and self._last_ns is not None:
            keep = math.exp(-max(0, stamp_ns - self._last_ns) * 1e-9 / self._correlation)
        fresh = math.sqrt(1 - keep * keep)
        self._last_ns = stamp_ns
        sigmas = (self._sigma, self._sigma, 2 * self._sigma)
        east, north, up = (
            keep * old + fresh * self._dice.gauss(0.0, sigma)
            for old, sigma in zip(self._error, sigmas, strict=True)
        )
        self._error = (east, north, up)
        return self._error


@dataclass(frozen=True)
class Reflections:
    """`jump_m` in a random direction, for a while, now and then (mean times in s, exponential)."""

    jump_m: float
    every_s: float
    last_s: float


class Multipath:
    """Fixes that a reflection bends all alike until it ends; the receiver does not know it."""

    def __init__(self, reflections: Reflections, seed: int) -> None:
        self._what = reflections
        self._dice = random.Random(seed)
        self._until_ns: int | None = None
        self._bent = True
        self._jump = (0.0, 0.0)

    def draw(self, stamp_ns: int) -> tuple[float, float]:
        """East and north in m."""
        if self._what.jump_m <= 0.0:
            return 0.0, 0.0
        if self._until_ns is None or stamp_ns >= self._until_ns:
            self._bent = not self._bent
            mean_s = self._what.last_s if self._bent else self._what.every_s
            self._until_ns = stamp_ns + int(self._dice.expovariate(1.0 / mean_s) * 1e9)
            bearing = self._dice.uniform(0.0, math.tau)
            size = self._what.jump_m if self._bent else 0.0
            self._jump = size * math.cos(bearing), size * math.sin(bearing)
        return self._jump

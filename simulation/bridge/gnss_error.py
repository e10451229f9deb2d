"""The error of a satellite fix: normal, per axis, and if wanted wandering as real ones do."""

from __future__ import annotations

import math
import random


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

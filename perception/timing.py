"""How long each stage takes: the last hundred times of each, for the diagnostics."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_KEPT = 100


class StageTimes:
    """Times in ms of named stages."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self._times[name].append((time.perf_counter() - start) * 1e3)

    def summary(self) -> dict[str, tuple[float, float]]:
        """Median and 95th percentile (ms) of each stage."""
        return {
            name: (float(np.median(times)), float(np.percentile(times, 95)))
            for name, times in list(self._times.items())
            if times
        }

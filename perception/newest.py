"""The newest frame of each camera, and whose turn it is: never a queue.

A frame that comes while an older one still waits replaces it, and is counted as a drop. Cameras
take turns: of those whose next frame is due, the one that has waited longest goes first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from comms.contracts.finding import Source

Frame = TypeVar("Frame")


class NewestFrames(Generic[Frame]):
    """Between the callbacks that bring frames and the thread that works on them."""

    def __init__(
        self,
        cameras: Iterable[Source],
        max_rate_hz: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._period_s = 1.0 / max_rate_hz
        self._waiting: dict[Source, Frame] = {}
        self._last: dict[Source, Frame] = {}
        self._due: dict[Source, float] = {camera: -1e9 for camera in cameras}
        self._changed = threading.Condition()
        self._closed = False
        self.dropped: dict[Source, int] = dict.fromkeys(self._due, 0)

    def put(self, camera: Source, frame: Frame) -> None:
        """From any thread."""
        with self._changed:
            if camera in self._waiting:
                self.dropped[camera] += 1
            self._waiting[camera] = frame
            self._last[camera] = frame
            self._changed.notify()

    def take(self, timeout_s: float) -> tuple[Source, Frame] | None:
        """The next frame to work on, or None after `timeout_s` or when closed."""
        end = self._clock() + timeout_s
        with self._changed:
            while not self._closed:
                now = self._clock()
                ready = [camera for camera in self._waiting if self._due[camera] <= now]
                if ready:
                    camera = min(ready, key=lambda item: self._due[item])
                    late = self._due[camera] < now - self._period_s
                    self._due[camera] = (now if late else self._due[camera]) + self._period_s
                    return camera, self._waiting.pop(camera)
                if now >= end:
                    return None
                soonest = min((self._due[camera] for camera in self._waiting), default=end)
                self._changed.wait(max(0.001, min(end, soonest) - now))
            return None

    def last(self, camera: Source) -> Frame | None:
        """The newest frame that has come, worked on or not."""
        with self._changed:
            return self._last.get(camera)

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

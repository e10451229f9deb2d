"""What /diagnostics says of perception, once a second: times per stage, frames, drops, open
findings."""

from __future__ import annotations

import time
from collections.abc import Mapping

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from comms.contracts.finding import Source
from perception.pipeline import Pipeline

_WINDOW = 5  # reports over which the rates are taken
_ENOUGH = 0.6  # share of the wanted rate below which it says that it is overloaded


class Reporter:
    """Makes the reports; `report` is called once a second."""

    def __init__(self, pipeline: Pipeline, max_rate_hz: float) -> None:
        self._pipeline = pipeline
        self._max_rate_hz = max_rate_hz
        self._history: list[tuple[float, dict[Source, tuple[int, int]]]] = []

    def report(
        self,
        stamp: Time,
        received: Mapping[Source, int],
        dropped: Mapping[Source, int],
        failed: int,
        broken_frames: int,
    ) -> DiagnosticArray:
        message = DiagnosticArray()
        message.header.stamp = stamp
        message.status.append(self._stages(failed, broken_frames))
        done = {camera: (received[camera], self._frames(camera)) for camera in received}
        self._history = [*self._history[-_WINDOW:], (time.monotonic(), done)]
        message.status += [self._camera(camera, dropped[camera]) for camera in received]
        return message

    def _frames(self, camera: Source) -> int:
        return self._pipeline.counts[camera].frames

    def _stages(self, failed: int, broken_frames: int) -> DiagnosticStatus:
        values = {
            "open_findings": str(len(self._pipeline.book.open)),
            "failed_frames": str(failed),
            "unusable_frames": str(broken_frames),
        }
        for stage, (median, p95) in self._pipeline.times.summary().items():
            values[f"{stage}_ms"] = f"{median:.1f} (p95 {p95:.1f})"
        level = DiagnosticStatus.WARN if failed else DiagnosticStatus.OK
        text = f"{failed} frames failed" if failed else "running"
        return _status("perception: pipeline", level, text, values)

    def _camera(self, camera: Source, dropped: int) -> DiagnosticStatus:
        (start, firsts), (end, lasts) = self._history[0], self._history[-1]
        first, last = firsts[camera], lasts[camera]
        seconds = max(1.0, end - start)
        came, done = (last[0] - first[0]) / seconds, (last[1] - first[1]) / seconds
        wanted = min(came, self._max_rate_hz)
        level, text = DiagnosticStatus.OK, f"{done:.1f} frames a second"
        if last[0] == 0:
            text = "no picture yet"
        elif len(self._history) > _WINDOW and came == 0.0:
            level, text = DiagnosticStatus.WARN, "no picture comes any more"
        elif len(self._history) > _WINDOW and done < _ENOUGH * wanted:
            level = DiagnosticStatus.WARN
            text = f"overloaded: {done:.1f} of {wanted:.1f} frames a second"
        counts = self._pipeline.counts[camera]
        values = {
            "received": str(last[0]),
            "processed": str(counts.frames),
            "dropped": str(dropped),
            **{f"placed_by_{method}": str(n) for method, n in counts.placed.items()},
            **{f"no_place: {reason}": str(n) for reason, n in counts.no_place.items()},
        }
        return _status(f"perception: {camera} camera", level, text, values)


def _status(name: str, level: bytes, text: str, values: Mapping[str, str]) -> DiagnosticStatus:
    pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
    return DiagnosticStatus(name=name, level=level, message=text, values=pairs)

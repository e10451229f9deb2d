"""Telling what a flight does: at once when it is new, else once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from comms.contracts.task import TaskState

REPORT_S = 1.0

#: (state, reason, share done, seconds left)
Report = Callable[[TaskState, str, float, float | None], None]


class Telling:
    """Of one flight."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._told: tuple[TaskState, str] | None = None
        self._told_at = 0.0

    def tell(self, state: TaskState, reason: str, share: float, left_s: float | None) -> None:
        now = asyncio.get_running_loop().time()
        if (state, reason) == self._told and now - self._told_at < REPORT_S:
            return
        self._told, self._told_at = (state, reason), now
        self._report(state, reason, share, left_s)

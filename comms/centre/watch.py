"""What watchers are told: first a snapshot, then every change, each at its own pace.

A watcher that reads slowly holds up nobody. What waits for it is kept by subject (a unit, a
finding, a task): a newer event takes the older one's place, so telemetry is latest-wins and a
finding's last revision always arrives. One that falls behind by too many subjects is told to watch
again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from comms.wire import centre_pb2

Subject = tuple[str, ...]
MAX_WAITING = 20_000


class SlowWatcherError(Exception):
    """The watcher fell behind by more than MAX_WAITING subjects."""


class Watcher:
    """The events that wait for one watch-stream."""

    def __init__(self, unit_id: str, max_waiting: int = MAX_WAITING) -> None:
        self.unit_id = unit_id
        self._max_waiting = max_waiting
        self._waiting: dict[Subject, centre_pb2.Event] = {}
        self._ready = asyncio.Event()
        self._overrun = False

    def put(self, event: centre_pb2.Event) -> None:
        """Keep `event` for this watcher; never waits."""
        unit_id, subject = subject_of(event)
        if self._overrun or (self.unit_id and unit_id != self.unit_id):
            return
        self._waiting[subject] = event
        if len(self._waiting) > self._max_waiting:
            self._waiting.clear()
            self._overrun = True
        self._ready.set()

    def put_snapshot(self, snapshot: Iterable[centre_pb2.Event]) -> None:
        """The present, before the changes; what has changed since it was read is newer."""
        changes, self._waiting = self._waiting, {}
        for event in snapshot:
            self.put(event)
        for subject, event in changes.items():
            self._waiting[subject] = event

    async def events(self) -> AsyncIterator[centre_pb2.Event]:
        """The events in order of their subjects' first change. Raises SlowWatcherError."""
        while True:
            await self._ready.wait()
            while self._waiting:
                subject = next(iter(self._waiting))
                yield self._waiting.pop(subject)
            if self._overrun:
                raise SlowWatcherError
            self._ready.clear()


class Watchers:
    """All watchers of this process."""

    def __init__(self, max_watchers: int = 500) -> None:
        self._all: set[Watcher] = set()
        self.max_watchers = max_watchers

    def __len__(self) -> int:
        return len(self._all)

    def add(self, unit_id: str = "") -> Watcher:
        watcher = Watcher(unit_id)
        self._all.add(watcher)
        return watcher

    def remove(self, watcher: Watcher) -> None:
        self._all.discard(watcher)

    def tell(self, events: Iterable[centre_pb2.Event]) -> None:
        """Give `events` to every watcher that wants them."""
        for event in events:
            for watcher in self._all:
                watcher.put(event)


def subject_of(event: centre_pb2.Event) -> tuple[str, Subject]:
    """The unit that an event is about, and the subject of which only the newest counts."""
    kind = event.WhichOneof("body") or ""
    if kind == "unit":
        return event.unit.unit_id, (kind, event.unit.unit_id)
    if kind == "task":
        return event.task.task.unit_id, (kind, event.task.task.task_id)
    if kind == "finding":
        return event.finding.unit_id, (kind, event.finding.unit_id, event.finding.finding_id)
    if kind == "visit":
        return event.visit.unit_id, (kind, event.visit.unit_id, event.visit.visit_id)
    return event.stop.unit_id, (kind, event.stop.unit_id, event.stop.stop_id)

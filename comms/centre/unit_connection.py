"""One unit's open stream, as the centre holds it: what waits to go out, in order of urgency.

Stops go before controls, controls before tasks, tasks before answers about time, and of
acknowledgements only the newest counts. So a unit that is catching up on findings still stops at
once.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator

from comms.wire import link_pb2

_URGENCY = {
    "welcome": 0,
    "stop": 1,
    "control": 2,
    "change": 2,
    "weather": 2,
    "photo": 2,
    "task": 3,
    "time_pong": 4,
}


class UnitConnection:
    """The centre's end of one stream. Ends when `close` is called or the stream breaks."""

    def __init__(self, unit_id: str, outbox_id: str) -> None:
        self.unit_id = unit_id
        self.outbox_id = outbox_id
        self.last_heard = time.monotonic()
        self.failed = False  # a record of it could not be stored: take no later one
        self.why_closed = ""
        self.tasks_sent: set[str] = set()
        self._waiting: tuple[deque[link_pb2.CentreMessage], ...] = tuple(
            deque() for _ in range(len(set(_URGENCY.values())))
        )
        self._ack = 0
        self._acked = 0
        self._ready = asyncio.Event()
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def send(self, message: link_pb2.CentreMessage) -> None:
        """Queue a message; never waits."""
        self._waiting[_URGENCY[message.WhichOneof("body") or ""]].append(message)
        self._ready.set()

    def acknowledge(self, stored_seq: int) -> None:
        """Everything up to `stored_seq` of this outbox is on the centre's disk."""
        self._ack = max(self._ack, stored_seq)
        self._ready.set()

    def close(self, why: str) -> None:
        """End the stream; `why` is told to the unit."""
        if not self._closed:
            self._closed = True
            self.why_closed = why
        self._ready.set()

    async def outgoing(self) -> AsyncIterator[link_pb2.CentreMessage]:
        """The messages to write, most urgent first, until closed."""
        while not self._closed:
            await self._ready.wait()
            self._ready.clear()
            while not self._closed and (message := self._next()) is not None:
                yield message

    def _next(self) -> link_pb2.CentreMessage | None:
        for queue in self._waiting:
            if queue:
                return queue.popleft()
        if self._ack > self._acked:
            self._acked = self._ack
            return link_pb2.CentreMessage(ack=link_pb2.Ack(stored_seq=self._ack))
        return None

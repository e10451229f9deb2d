"""Records from all units into the store: many at a time in one transaction, then acknowledged.

While one batch is being written the next one gathers, so the store's sync is paid per batch and the
more there is to do, the larger the batches. What waits is bounded in bytes: past that, the streams
are not read, and HTTP/2 flow control reaches back into the units' outboxes, where it is safe.
"""

from __future__ import annotations

import asyncio
from collections import deque

from sqlalchemy.exc import SQLAlchemyError

from comms.centre.record_store import Incoming, Stored, store_batch
from comms.centre.store import Store
from comms.centre.unit_connection import UnitConnection
from comms.centre.watch import Watchers
from comms.logs import get_logger
from comms.wire import link_pb2

MAX_BATCH_RECORDS = 1000
MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_WAITING_BYTES = 64 * 1024 * 1024


class Ingest:
    """Owns the way from the units' streams into the store."""

    def __init__(self, store: Store, watchers: Watchers) -> None:
        self._store = store
        self._watchers = watchers
        self._waiting: deque[tuple[UnitConnection, link_pb2.Record, int]] = deque()
        self._waiting_bytes = 0
        self._work = asyncio.Event()
        self._space = asyncio.Event()
        self._space.set()
        self._log = get_logger()

    async def put(self, connection: UnitConnection, record: link_pb2.Record) -> None:
        """Take one record; waits while too much is waiting already."""
        while self._waiting_bytes > MAX_WAITING_BYTES:
            self._space.clear()
            await self._space.wait()
        size = record.ByteSize()
        self._waiting.append((connection, record, size))
        self._waiting_bytes += size
        self._work.set()

    async def run(self) -> None:
        """Store what comes, for ever. Cancel to end; a batch under way is still committed."""
        while True:
            await self._work.wait()
            batch = self._next_batch()
            if not batch:
                self._work.clear()
                continue
            await self._store_batch(batch)

    def _next_batch(self) -> list[tuple[UnitConnection, link_pb2.Record]]:
        batch: list[tuple[UnitConnection, link_pb2.Record]] = []
        size = 0
        while self._waiting and len(batch) < MAX_BATCH_RECORDS and size < MAX_BATCH_BYTES:
            connection, record, record_size = self._waiting.popleft()
            size += record_size
            # After a failure no later record may be stored, or the one before it would be lost.
            if not connection.failed:
                batch.append((connection, record))
            self._waiting_bytes -= record_size
        self._space.set()
        return batch

    async def _store_batch(self, batch: list[tuple[UnitConnection, link_pb2.Record]]) -> None:
        try:
            await self._commit(batch)
        except (SQLAlchemyError, OverflowError, ValueError) as error:
            connections = {connection for connection, _ in batch}
            if len(connections) > 1:  # one unit's trouble must not become the others'
                for alone in connections:
                    await self._store_batch([item for item in batch if item[0] is alone])
                return
            for connection in connections:
                connection.failed = True
                self._log.error("records_not_stored", unit=connection.unit_id, why=str(error))
                connection.close("the centre could not store the records; send them again")

    async def _commit(self, batch: list[tuple[UnitConnection, link_pb2.Record]]) -> None:
        incoming = [Incoming(c.unit_id, c.outbox_id, record) for c, record in batch]
        stored: Stored = await self._store.write(store_batch, incoming)
        for connection in {connection for connection, _ in batch}:
            connection.acknowledge(stored.stored_seq[(connection.unit_id, connection.outbox_id)])
        for item, why in stored.refused:
            self._log.warning("record_refused", unit=item.unit_id, seq=item.record.seq, why=why)
        self._watchers.tell(stored.events)

"""The command centre's store: one SQLite database, one writer, readers beside it.

WAL with `synchronous=FULL`: a unit deletes a record when the centre acknowledges it, so an
acknowledged record must survive a power cut here, not only a crash of the process. The price of
the sync is paid once per batch, not per record (see `ingest`). All writing happens in one thread;
readers see the last committed state and are never blocked by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from comms.centre import schema
from comms.centre.errors import StoreError

Answer = TypeVar("Answer")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(at: datetime) -> int:
    """Microseconds since 1970 UTC, exact."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


class Store:
    """The store in `path`. Made if it is not there; StoreError when it cannot be used."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", pool_size=4, max_overflow=0)
        event.listen(self._engine, "connect", _prepare_connection)
        try:
            _prepare_schema(self._engine, path)
        except DatabaseError as error:
            raise StoreError(f"{path} cannot be used as the store: {error.orig}") from None
        path.chmod(0o600)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="store-reader")

    async def write(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """`work(connection, *arguments)` in a transaction of its own, committed on return."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self.write_now, work, *arguments)

    async def read(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        """`work(connection, *arguments)` on the last committed state."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self.read_now, work, *arguments)

    def write_now(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        with self._engine.begin() as connection:
            return work(connection, *arguments)

    def read_now(self, work: Callable[..., Answer], *arguments: Any) -> Answer:
        with self._engine.connect() as connection:
            return work(connection, *arguments)

    def close(self) -> None:
        """Wait for what is being written, then close."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()


def _prepare_connection(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "page_size=16384",  # pictures are 10 to 100 kB
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=5000",
        "wal_autocheckpoint=2000",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_schema(engine: Engine, path: Path) -> None:
    with engine.begin() as connection:
        if not inspect(connection).has_table("meta"):
            schema.metadata.create_all(connection)
            connection.execute(
                insert(schema.meta).values(key="schema_version", value=str(schema.SCHEMA_VERSION))
            )
            return
        version = connection.scalar(
            select(schema.meta.c.value).where(schema.meta.c.key == "schema_version")
        )
    if version != str(schema.SCHEMA_VERSION):
        raise StoreError(
            f"{path} has schema version {version}, this program knows "
            f"{schema.SCHEMA_VERSION}: use the program that made it, or move the file away"
        )

"""The durable outbox: what the unit has to report, in order, until the centre has it on its disk.

SQLite in WAL mode with `synchronous=FULL`. One thread writes; what comes while it syncs goes into
the next transaction, so bursts cost few syncs. Each record has a natural key (finding and revision,
task and step, visit); a key that was ever put is known for long after its record has left, so a
topic that delivers its last messages again after a restart changes nothing.

When the outbox is full, this goes first: pictures, oldest first; then old `updated` revisions; then
old findings. Task steps and visits stay.
"""

from __future__ import annotations

import contextvars
import queue
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from comms.logs import get_logger
from comms.wire import link_pb2, types_pb2

KEYS_KEPT = 50_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
MAX_BATCH = 500
WARN_AT = 0.7
RETRY_S = 1.0
SAY_EVERY_S = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  rank INTEGER NOT NULL,       -- 0: stays; 1: finding; 2: update of a finding
  picture INTEGER NOT NULL,    -- whether it has one
  body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS records_by_picture ON records(seq) WHERE picture;
CREATE TABLE IF NOT EXISTS seen(number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL);
"""


@dataclass(frozen=True)
class _Put:
    key: str
    record: link_pb2.Record
    then: Callable[[], None] | None


@dataclass(frozen=True)
class _Drop:
    through: int


@dataclass(frozen=True)
class _Flush:
    done: threading.Event


class Outbox:
    """The outbox in the file `path`. A file that is torn is put aside and a new one begun."""

    def __init__(
        self,
        path: Path,
        max_bytes: int = 2**31,
        on_stored: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.on_stored = on_stored
        self._log = get_logger()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._writer = self._open_or_begin_anew()
        self._reader = _connect(path)
        self._reading = threading.Lock()
        self.outbox_id = self._identity()
        self._bytes = int(
            self._writer.execute("SELECT total(length(body)) FROM records").fetchone()[0]
        )
        self._queue: queue.SimpleQueue[_Put | _Drop | _Flush | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._counting = threading.Lock()
        self._warned_at = -SAY_EVERY_S
        self._lost, self._lost_said_at = 0, -SAY_EVERY_S
        # In this thread's context, so that its log lines carry the process's name.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name="outbox", daemon=True
        )
        self._thread.start()

    def put(
        self, key: str, record: link_pb2.Record, then: Callable[[], None] | None = None
    ) -> bool:
        """Take a record; it is on the disk some milliseconds later. Never waits for the disk.

        `then` is called, in the outbox's thread, once it is there (also when it was already).
        False (and an error in the log) when the disk has refused so long that memory is full.
        """
        size = record.ByteSize()
        with self._counting:
            if self._waiting_bytes + size > MAX_WAITING_BYTES:
                self._lost += 1
                if time.monotonic() - self._lost_said_at > SAY_EVERY_S:
                    self._lost_said_at = time.monotonic()
                    why = "the disk takes too little"
                    self._log.error("records_lost", count=self._lost, last=key, why=why)
                return False
            self._waiting_bytes += size
        self._queue.put(_Put(key, record, then))
        return True

    def after(self, seq: int, max_records: int, max_bytes: int) -> list[link_pb2.Record]:
        """Records with a higher number than `seq`, in order; at least one if there is any."""
        found: list[link_pb2.Record] = []
        size = 0
        with self._reading:
            rows = self._reader.execute(
                "SELECT seq, body FROM records WHERE seq > ? ORDER BY seq LIMIT ?",
                (seq, max_records),
            )
            for number, body in rows:
                if found and size + len(body) > max_bytes:
                    break
                record = link_pb2.Record.FromString(body)
                record.seq = number
                found.append(record)
                size += len(body)
        return found

    def drop_through(self, seq: int) -> None:
        """The centre has everything up to `seq` on its disk."""
        self._queue.put(_Drop(seq))

    def last_seq(self) -> int:
        """The highest number ever given out, 0 for none."""
        with self._reading:
            row = self._reader.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = 'records'"
            ).fetchone()
        return int(row[0]) if row else 0

    def count(self) -> int:
        """Records that wait for their acknowledgement."""
        with self._reading:
            return int(self._reader.execute("SELECT count(*) FROM records").fetchone()[0])

    def renew_identity(self) -> None:
        """Take a new id: the centre has more of this outbox than was ever in it (a restored
        disk), so the old numbers cannot be trusted.
        """
        self.flush()
        with self._reading:
            self._reader.execute("DELETE FROM meta WHERE key = 'outbox_id'")
        self.outbox_id = self._identity()

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything that was put so far is on the disk."""
        done = threading.Event()
        self._queue.put(_Flush(done))
        return done.wait(timeout_s)

    def close(self) -> None:
        """Write what waits, then close."""
        self._queue.put(None)
        self._thread.join(timeout=10.0)
        self._writer.close()
        with self._reading:
            self._reader.close()

    def _open_or_begin_anew(self) -> sqlite3.Connection:
        try:
            return _open(self.path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, no space, no permission
                raise
            aside = self.path.with_name(f"{self.path.name}.torn-{int(time.time())}")
            self._log.error("outbox_torn", why=str(error), put_aside=str(aside))
            for ending in ("", "-wal", "-shm"):
                part = Path(f"{self.path}{ending}")
                if part.exists():
                    part.rename(f"{aside}{ending}")
            return _open(self.path)

    def _identity(self) -> str:
        with self._reading:
            self._reader.execute(
                "INSERT OR IGNORE INTO meta VALUES ('outbox_id', ?)", (str(uuid.uuid4()),)
            )
            row = self._reader.execute("SELECT value FROM meta WHERE key='outbox_id'").fetchone()
        return str(row[0])

    def _run(self) -> None:
        ended = False
        while not ended:
            work = [self._queue.get()]
            while len(work) < MAX_BATCH and not self._queue.empty():
                work.append(self._queue.get())
            ended = None in work
            while not self._write(work) and not ended:
                time.sleep(RETRY_S)

    def _write(self, work: list[_Put | _Drop | _Flush | None]) -> bool:
        puts = [item for item in work if isinstance(item, _Put)]
        through = max((item.through for item in work if isinstance(item, _Drop)), default=0)
        try:
            with self._writer:
                self._writer.execute("BEGIN IMMEDIATE")
                change = self._insert(puts) - self._delete(through)
                change -= self._relieve(self._bytes + change)
        except sqlite3.Error as error:
            self._log.error("outbox_cannot_write", why=str(error), waiting=len(puts))
            return False
        self._bytes += change
        with self._counting:
            self._waiting_bytes -= sum(item.record.ByteSize() for item in puts)
        for item in work:
            if isinstance(item, _Flush):
                item.done.set()
            elif isinstance(item, _Put) and item.then is not None:
                item.then()
        if puts:
            self._warn_when_filling()
            self.on_stored()
        return True

    def _insert(self, puts: list[_Put]) -> int:
        added = 0
        for item in puts:
            known = self._writer.execute("INSERT OR IGNORE INTO seen(key) VALUES (?)", (item.key,))
            if known.rowcount == 0:
                continue
            body = item.record.SerializeToString()
            rank, picture = _rank(item.record)
            self._writer.execute(
                "INSERT INTO records(rank, picture, body) VALUES (?, ?, ?)", (rank, picture, body)
            )
            added += len(body)
        if puts:
            self._writer.execute(
                "DELETE FROM seen WHERE number <= (SELECT max(number) FROM seen) - ?", (KEYS_KEPT,)
            )
        return added

    def _delete(self, through: int) -> int:
        if not through:
            return 0
        dropped = self._writer.execute(
            "SELECT total(length(body)) FROM records WHERE seq <= ?", (through,)
        ).fetchone()[0]
        self._writer.execute("DELETE FROM records WHERE seq <= ?", (through,))
        return int(dropped)

    def _relieve(self, size: int) -> int:
        """Free 5 % when the outbox is over its limit. Returns the bytes freed."""
        if size <= self.max_bytes:
            return 0
        wanted = size - int(self.max_bytes * 0.95)
        freed = self._strip_pictures(wanted)
        for rank in (2, 1):
            if freed < wanted:
                freed += self._delete_oldest(rank, wanted - freed)
        self._log.warning("outbox_full", limit_bytes=self.max_bytes, freed_bytes=freed)
        return freed

    def _strip_pictures(self, wanted: int) -> int:
        freed = 0
        rows = self._writer.execute(
            "SELECT seq, body FROM records WHERE picture ORDER BY seq LIMIT 2000"
        ).fetchall()
        for seq, body in rows:
            if freed >= wanted:
                break
            record = link_pb2.Record.FromString(body)
            if record.WhichOneof("body") == "finding":
                record.finding.ClearField("snapshot_jpeg")
            else:
                record.visit.ClearField("picture_jpeg")
            slim = record.SerializeToString()
            self._writer.execute(
                "UPDATE records SET body = ?, picture = 0 WHERE seq = ?", (slim, seq)
            )
            freed += len(body) - len(slim)
        return freed

    def _delete_oldest(self, rank: int, wanted: int) -> int:
        freed = 0
        rows = self._writer.execute(
            "SELECT seq, length(body) FROM records WHERE rank = ? ORDER BY seq LIMIT 20000", (rank,)
        ).fetchall()
        for seq, size in rows:
            if freed >= wanted:
                break
            self._writer.execute("DELETE FROM records WHERE seq = ?", (seq,))
            freed += size
        return freed

    def _warn_when_filling(self) -> None:
        now = time.monotonic()
        if self._bytes > WARN_AT * self.max_bytes and now - self._warned_at > SAY_EVERY_S:
            self._warned_at = now
            self._log.warning("outbox_fills", bytes=self._bytes, limit_bytes=self.max_bytes)


def _rank(record: link_pb2.Record) -> tuple[int, bool]:
    if record.WhichOneof("body") == "finding":
        updated = record.finding.phase == types_pb2.FINDING_PHASE_UPDATED
        return (2 if updated else 1), bool(record.finding.snapshot_jpeg)
    return 0, bool(record.visit.picture_jpeg)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
    # Large pages for pictures. What left the outbox is not wiped over: some builds of SQLite do
    # that by default, and it would write everything twice.
    for pragma in (
        "page_size=16384",
        "secure_delete=OFF",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=2000",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    try:
        connection.executescript(_SCHEMA)
        connection.execute("SELECT count(*) FROM records").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    path.chmod(0o600)
    return connection

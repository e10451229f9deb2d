"""The durable inbox: the tasks that the unit was given, how far each is, and what was asked of it.

A task is here before it is acknowledged to the centre and stays when it is done, so that a repeat
of its id changes nothing, today and after any restart.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from comms.contracts.task import FINAL, Task, TaskState, TaskUpdate, may_follow
from comms.wire import convert, types_pb2

DONE_KEPT = 5000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id TEXT UNIQUE NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  final INTEGER NOT NULL,
  checkpoint INTEGER NOT NULL,
  local INTEGER NOT NULL,
  wanted TEXT NOT NULL,
  wanted_by TEXT NOT NULL,
  wanted_why TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS open_tasks ON tasks(number) WHERE NOT final;
"""


@dataclass(frozen=True)
class InboxEntry:
    """One task on the unit. `local`: the unit gave it to itself (going home when the link is lost).

    `checkpoint`: checkpoints done. `wanted`: "", "cancel", "pause" or "resume", until it is so.
    """

    task: Task
    state: TaskState
    checkpoint: int
    local: bool
    wanted: str
    wanted_by: str
    wanted_why: str


class Inbox:
    """The inbox in the file `path`. Safe to call from several threads; writes are synced."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_SCHEMA)
        path.chmod(0o600)

    def store(self, task: Task, *, local: bool = False) -> bool:
        """Keep a task. False when its id is known: then nothing changes."""
        with self._lock:
            done = self._database.execute(
                "INSERT OR IGNORE INTO tasks"
                "(task_id, body, state, final, checkpoint, local, wanted, wanted_by, wanted_why)"
                " VALUES (?, ?, ?, 0, 0, ?, '', '', '')",
                (
                    task.task_id,
                    convert.task_to_wire(task).SerializeToString(),
                    TaskState.SENT.value,
                    local,
                ),
            )
            self._database.execute(
                "DELETE FROM tasks WHERE final AND number <= (SELECT max(number) FROM tasks) - ?",
                (DONE_KEPT,),
            )
            return done.rowcount == 1

    def get(self, task_id: str) -> InboxEntry | None:
        with self._lock:
            row = self._database.execute(
                "SELECT * FROM tasks WHERE task_id = ?", (task_id,)
            ).fetchone()
        return _entry(row) if row else None

    def open(self) -> list[InboxEntry]:
        """Tasks that are not final, oldest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT * FROM tasks WHERE NOT final ORDER BY number"
            ).fetchall()
        return [_entry(row) for row in rows]

    def note(self, update: TaskUpdate) -> bool:
        """Take a step of a task. False when the task is not ours or the step may not follow."""
        entry = self.get(update.task_id)
        if entry is None or not may_follow(entry.state, update.state):
            return False
        checkpoint = max(entry.checkpoint, update.checkpoint)
        if update.state is entry.state and checkpoint == entry.checkpoint:
            return True  # progress only: no need to write
        with self._lock:
            self._database.execute(
                "UPDATE tasks SET state = ?, final = ?, checkpoint = ? WHERE task_id = ?",
                (update.state.value, update.state in FINAL, checkpoint, update.task_id),
            )
        return True

    def want(self, task_id: str, wanted: str, by: str, why: str) -> None:
        """Remember what somebody wants of a task ("" when it is done)."""
        with self._lock:
            self._database.execute(
                "UPDATE tasks SET wanted = ?, wanted_by = ?, wanted_why = ? WHERE task_id = ?",
                (wanted, by, why, task_id),
            )

    def close(self) -> None:
        with self._lock:
            self._database.close()


def _entry(row: sqlite3.Row) -> InboxEntry:
    return InboxEntry(
        task=convert.task_from_wire(types_pb2.Task.FromString(row["body"])),
        state=TaskState(row["state"]),
        checkpoint=row["checkpoint"],
        local=bool(row["local"]),
        wanted=row["wanted"],
        wanted_by=row["wanted_by"],
        wanted_why=row["wanted_why"],
    )

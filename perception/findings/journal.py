"""The open findings on disk, so that none stays open for ever when this process is killed.

One row per finding, written before the revision is told. A process that starts goes on with what it
finds here, and tells each finding's first and last revision once more: whoever has them already
drops them by their numbers.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from comms.contracts.finding import Finding
from comms.logs import get_logger
from perception.errors import PerceptionError
from perception.findings.open_finding import OpenFinding

_SCHEMA = """
CREATE TABLE IF NOT EXISTS finding (
    finding_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    first TEXT NOT NULL,
    first_snapshot BLOB NOT NULL,
    last TEXT NOT NULL,
    last_snapshot BLOB NOT NULL
)
"""


@dataclass(frozen=True)
class JournalEntry:
    """One finding as the journal has it: its state and the revisions to tell again."""

    state: OpenFinding
    told: tuple[Finding, ...]


class FindingJournal:
    """The journal in `folder`/findings.db. All calls from one thread, which also opened it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "findings.db"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise PerceptionError(f"{self._path}: the journal cannot be opened: {error}") from error

    def write(self, state: OpenFinding, told: Finding) -> None:
        """Keeps the revision `told` (with its snapshot) and the state after it."""
        text = told.model_dump_json(exclude={"snapshot_jpeg"})
        self._db.execute(
            "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (finding_id) DO UPDATE SET "
            "state = excluded.state, last = excluded.last, last_snapshot = excluded.last_snapshot",
            (
                *(state.finding_id, state.model_dump_json()),
                *(text, told.snapshot_jpeg, text, told.snapshot_jpeg),
            ),
        )

    def forget(self, known: set[str]) -> None:
        """Drops the rows of findings that are not in `known` any more."""
        rows = self._db.execute("SELECT finding_id FROM finding").fetchall()
        gone = [(finding_id,) for (finding_id,) in rows if finding_id not in known]
        self._db.executemany("DELETE FROM finding WHERE finding_id = ?", gone)

    def read(self) -> list[JournalEntry]:
        """All that the last process left. A row of another version of this program is left out."""
        entries = []
        rows = self._db.execute(
            "SELECT state, first, first_snapshot, last, last_snapshot FROM finding"
        ).fetchall()
        for state, first, first_snapshot, last, last_snapshot in rows:
            try:
                known = OpenFinding.model_validate_json(state)
                told = [_finding(first, first_snapshot)]
                if last != first:
                    told.append(_finding(last, last_snapshot))
            except ValidationError as error:
                get_logger().error("journal_row_unreadable", file=str(self._path), error=str(error))
                continue
            entries.append(JournalEntry(known, tuple(told)))
        return entries

    def close(self) -> None:
        self._db.close()


def _finding(text: str, snapshot: bytes) -> Finding:
    return Finding.model_validate_json(text).model_copy(update={"snapshot_jpeg": snapshot})

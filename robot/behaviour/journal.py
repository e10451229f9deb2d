"""What must survive a restart: the open tasks, the last visit, and how tasks ended.

A small JSON file, written whole and swapped in, so that a kill at any moment leaves the old one or
the new one.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from comms.contracts.unit import CheckpointVisit
from comms.state_file import read_state, write_state
from robot.behaviour.record import Final, TaskRecord

_KEEP_FINISHED = 500


class _Pages(BaseModel):
    written: datetime | None = None
    open: tuple[TaskRecord, ...] = ()
    last_visit: CheckpointVisit | None = None
    finished: dict[str, Final] = {}


class Journal:
    """`folder`/robot_journal.json; the folder is made if it is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "robot_journal.json"
        self._pages = read_state(self._path, _Pages)

    @property
    def written(self) -> datetime | None:
        """When something was last written down (UTC)."""
        return self._pages.written

    @property
    def open(self) -> tuple[TaskRecord, ...]:
        """The open tasks; the last one is worked on, the others are set aside."""
        return self._pages.open

    @property
    def last_visit(self) -> CheckpointVisit | None:
        """The newest visit, without its picture: told again after a restart, in case it was not
        heard.
        """
        return self._pages.last_visit

    def finished(self, task_id: str) -> Final | None:
        return self._pages.finished.get(task_id)

    def keep(
        self, records: tuple[TaskRecord, ...], now: datetime, visit: CheckpointVisit | None = None
    ) -> None:
        """Write down the open tasks (and a visit); nothing is written when nothing changed."""
        if records == self._pages.open and visit is None:
            return
        self._pages.open = records
        if visit is not None:
            self._pages.last_visit = visit.model_copy(update={"picture_jpeg": b""})
        self._write(now)

    def finish(self, task_id: str, final: Final, left: tuple[TaskRecord, ...]) -> None:
        """Write down how a task ended, and in the same moment the tasks that are left."""
        self._pages.open = left
        self._pages.finished[task_id] = final
        while len(self._pages.finished) > _KEEP_FINISHED:
            self._pages.finished.pop(next(iter(self._pages.finished)))
        self._write(final.at)

    def _write(self, now: datetime) -> None:
        self._pages.written = now
        write_state(self._path, self._pages)

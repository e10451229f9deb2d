"""What must survive a restart of this process: the task being flown and the results of finished
ones.

A small JSON file, written whole and swapped in, so that a kill at any moment leaves the old or the
new one. Only the order and what was done of it are kept; what the vehicle does now is always asked
of the vehicle.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from comms.contracts.place import Enu
from comms.contracts.task import Task, TaskState
from comms.state_file import read_state, write_state
from drone.missions.plan import FlightPlan

_KEEP_FINISHED = 500


class Stage(StrEnum):
    """How far the vehicle had been brought."""

    PREPARING = "preparing"
    LAUNCHING = "launching"
    FLYING = "flying"
    COMING_HOME = "coming_home"


class FlightRecord(BaseModel):
    """The flight in progress. `ending`, with why, is set when it will not end in success."""

    model_config = ConfigDict(frozen=True)

    task: Task
    stage: Stage = Stage.PREPARING
    plan: FlightPlan | None = None
    work_done: bool = False
    paused: bool = False
    item: int = 0
    broke_at: Enu | None = None
    share_before: float = 0.0
    ending: TaskState | None = None
    why: str = ""


class Final(BaseModel):
    """How a task ended."""

    model_config = ConfigDict(frozen=True)

    state: TaskState
    reason: str
    at: datetime


class _Pages(BaseModel):
    current: FlightRecord | None = None
    estop: str = ""
    lent: bool = False
    finished: dict[str, Final] = {}


class Journal:
    """The journal of one drone, in `folder` (made if missing)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._path = folder / "drone_journal.json"
        self._pages = read_state(self._path, _Pages)

    @property
    def current(self) -> FlightRecord | None:
        return self._pages.current

    @property
    def estop(self) -> str:
        """Who engaged the emergency stop and why; empty when it is not engaged."""
        return self._pages.estop

    def set_estop(self, words: str) -> None:
        """The emergency stop outlives a restart: only a person releases it."""
        if words != self._pages.estop:
            self._pages.estop = words
            self._write()

    @property
    def lent(self) -> bool:
        """Whether the fence and rally points on board are those of a plan made elsewhere."""
        return self._pages.lent

    def set_lent(self, lent: bool) -> None:
        if lent != self._pages.lent:
            self._pages.lent = lent
            self._write()

    def finished(self, task_id: str) -> Final | None:
        return self._pages.finished.get(task_id)

    def keep(self, record: FlightRecord) -> None:
        """Write down the flight in progress; nothing is written when nothing changed."""
        if record != self._pages.current:
            self._pages.current = record
            self._write()

    def drop(self) -> None:
        """Forget the flight in progress: it has not left the ground."""
        if self._pages.current is not None:
            self._pages.current = None
            self._write()

    def finish(self, task_id: str, final: Final) -> None:
        """Write down how a task ended; it is no longer in progress."""
        if self._pages.current is not None and self._pages.current.task.task_id == task_id:
            self._pages.current = None
        self._pages.finished[task_id] = final
        while len(self._pages.finished) > _KEEP_FINISHED:
            self._pages.finished.pop(next(iter(self._pages.finished)))
        self._write()

    def _write(self) -> None:
        write_state(self._path, self._pages)

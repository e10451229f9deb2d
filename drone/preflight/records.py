"""Each pre-flight list by which a flight was let go or refused, kept as lines of JSON.

On the disk before the motors turn. Two files of at most `_MOST_BYTES` each: the older one goes
when the newer is full.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from comms.contracts.unit import PreflightItem

NAME = "preflight_records.jsonl"
_MOST_BYTES = 2_000_000


class PreflightRecord(BaseModel):
    """One list. `at` is UTC; `approved_by` is the person, "" for nobody."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    task_id: str
    kind: str
    approved_by: str
    green: bool
    items: tuple[PreflightItem, ...]
    length_m: float
    energy_wh: float


class PreflightRecords:
    """The records of one drone, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def keep(self, record: PreflightRecord) -> None:
        """Write it down, durably. Raises OSError."""
        line = record.model_dump_json().encode() + b"\n"
        if self._path.exists() and self._path.stat().st_size + len(line) > _MOST_BYTES:
            self._path.replace(self._older)
        with self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def all(self) -> Iterator[PreflightRecord]:
        """Oldest first; a line that a kill cut short is left out."""
        for path in (self._older, self._path):
            if not path.exists():
                continue
            for line in path.read_bytes().splitlines():
                try:
                    yield PreflightRecord.model_validate_json(line)
                except ValidationError:
                    continue

    @property
    def _older(self) -> Path:
        return self._path.with_suffix(".older.jsonl")

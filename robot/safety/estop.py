"""The e-stop's latch: once engaged it stays, over a restart of the monitor and of the robot.

Engaging never fails: it holds in memory even where the disk does not take it. A file that cannot
be read counts as engaged, because nobody can know that it was not.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class EstopRecord(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str
    reason: str
    at: datetime


class EstopLatch:
    """Kept in `folder`/estop.json, which exists while the latch is engaged."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "estop.json"
        self.record: EstopRecord | None = None
        try:
            self.record = EstopRecord.model_validate_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.record = None
        except (ValidationError, UnicodeDecodeError, OSError):
            self.record = EstopRecord(
                who="unknown", reason="its record cannot be read", at=datetime.now(UTC)
            )

    @property
    def engaged(self) -> bool:
        return self.record is not None

    def engage(self, who: str, reason: str) -> None:
        """In memory at once; call `keep` afterwards. The first who engaged it stays named."""
        if self.record is None:
            self.record = EstopRecord(
                who=who or "somebody", reason=reason or "no reason given", at=datetime.now(UTC)
            )

    def release(self) -> None:
        self.record = None

    def keep(self) -> str:
        """Write the state to disk; returns what went wrong in one sentence, or nothing."""
        try:
            if self.record is None:
                self.path.unlink(missing_ok=True)
                return ""
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            with new.open("w", encoding="utf-8") as file:
                file.write(self.record.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path)
        except OSError as error:
            return f"the e-stop's state could not be written to {self.path}: {error}"
        return ""

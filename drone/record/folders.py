"""Where the logs of flights lie: one folder for each flight, the oldest removed above a size."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from comms.contracts.errors import ContractError
from comms.state_dir import state_dir

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"^(\d{8}T\d{6}Z)_(.+)$")
PAGE = "summary.html"


@dataclass(frozen=True)
class FlightFolder:
    """One flight. `name`: UTC of its begin and its task's id."""

    path: Path
    task_id: str
    begun: datetime

    @property
    def parts(self) -> list[Path]:
        """Its MCAP files, in order; a restart in flight begins a new one."""
        return sorted(self.path.glob("part_*.mcap"))

    @property
    def size_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())


def flights_root() -> Path:
    return state_dir() / "flights"


def flights_in(root: Path) -> list[FlightFolder]:
    """All flights below `root`, oldest first."""
    found = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        match = _NAME.match(path.name)
        if match and path.is_dir():
            try:
                begun = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
            except ValueError:
                continue  # somebody else's folder
            found.append(FlightFolder(path, match[2], begun))
    return found


def find(root: Path, name: str) -> FlightFolder:
    """The newest flight whose task or folder begins with `name`. Raises ContractError."""
    for flight in reversed(flights_in(root)):
        if flight.task_id.startswith(name) or flight.path.name.startswith(name):
            return flight
    raise ContractError(f"there is no flight {name!r} in {root}")


def open_folder(root: Path, task_id: str, now: datetime) -> FlightFolder:
    """The flight's folder: that of its task if one is there, else a new one."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", task_id)
    for flight in reversed(flights_in(root)):
        if flight.task_id == safe:
            return flight
    path = root / f"{now.astimezone(UTC).strftime(_STAMP)}_{safe}"
    path.mkdir(parents=True)
    return FlightFolder(path, safe, now)


def make_room(root: Path, most_bytes: float, keep: Path) -> list[str]:
    """Remove whole flights, oldest first and never `keep`, until the rest fits. Their names."""
    flights = flights_in(root)
    total = sum(flight.size_bytes for flight in flights)
    removed = []
    for flight in flights:
        if total <= most_bytes:
            break
        if flight.path != keep:
            total -= flight.size_bytes
            shutil.rmtree(flight.path, ignore_errors=True)
            removed.append(flight.path.name)
    return removed

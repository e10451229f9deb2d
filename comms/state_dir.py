"""Where a process keeps what must outlive it: databases, keys, its outbox."""

from __future__ import annotations

import os
from pathlib import Path


def state_dir() -> Path:
    """$PATROL_STATE_DIR, or `~/.local/state/patrol`. Not made here."""
    named = os.environ.get("PATROL_STATE_DIR", "")
    return Path(named) if named else Path.home() / ".local" / "state" / "patrol"

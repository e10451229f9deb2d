"""Where a process keeps what must outlive it: databases, keys, its outbox."""

from __future__ import annotations

import os
from pathlib import Path


def state_dir() -> Path:
    """$PATROL_STATE_DIR, else `$XDG_STATE_HOME/patrol`, else `~/.local/state/patrol`."""
    named = os.environ.get("PATROL_STATE_DIR", "")
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "patrol"

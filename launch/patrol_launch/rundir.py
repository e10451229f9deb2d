"""The folder of one run: logs, parameter files, and what the processes leave for each other.

`PATROL_RUN_DIR` names it outright; otherwise it is made below the user's state folder, where the
last ten runs are kept.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from comms.state_dir import state_dir

KEPT_RUNS = 10


def make_run_dir(run_dir: Path | None = None) -> Path:
    """This run's folder, made. Old runs of the default place are removed, the newest ten stay."""
    chosen = run_dir or (Path(p) if (p := os.environ.get("PATROL_RUN_DIR")) else None)
    if chosen is None:
        runs = state_dir() / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        chosen = runs / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        for old in sorted(path for path in runs.iterdir() if path.is_dir())[: -(KEPT_RUNS - 1)]:
            shutil.rmtree(old, ignore_errors=True)
    chosen = chosen.absolute()
    (chosen / "logs").mkdir(parents=True, exist_ok=True)
    return chosen

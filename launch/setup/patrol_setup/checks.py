"""What must be so before anything is made: room on the disk, and package sources within reach."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from patrol_setup.errors import SetupError

GIB = 2**30


def check_disk(cache: Path, needed_gib: float) -> None:
    """Raises SetupError where the cache's disk has too little room."""
    place = cache
    while not place.exists():
        place = place.parent
    free_gib = shutil.disk_usage(place).free / GIB
    if free_gib < needed_gib:
        raise SetupError(
            f"set-up needs {needed_gib:.0f} GiB free for {cache}, "
            f"and there are {free_gib:.1f} GiB; free some, "
            "or set PATROL_CACHE to a folder on a larger disk"
        )


def check_package_index(pip: list[str], cache: Path) -> None:
    """Raises SetupError where pip reaches no package index (asked for a package it always has)."""
    command = [*pip, "download", "structlog", "--no-deps", "--no-cache-dir", "--timeout", "15"]
    command += ["--retries", "1", "--quiet", "--dest", str(cache / "reach")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(cache / "reach", ignore_errors=True)
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise SetupError(
            f"the Python package index cannot be reached: {last}\n"
            "Set-up needs the network once; behind a proxy set https_proxy, "
            "or name your index in pip's configuration"
        )

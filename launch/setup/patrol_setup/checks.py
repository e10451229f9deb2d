"""What must be so before anything is made: room on the disk, and package sources within reach."""

from __future__ import annotations

import os
import pwd
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


def check_sandbox() -> None:
    """Raises SetupError where bubblewrap, which runs Gazebo, may not make a sandbox."""
    command = ["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SetupError(
            f"Gazebo runs in a sandbox made by bubblewrap, which may not work here: "
            f"{result.stderr.strip()}\n"
            "Ask an administrator to allow user namespaces (on Ubuntu 24.04: an AppArmor profile "
            "for /usr/bin/bwrap, or sysctl kernel.apparmor_restrict_unprivileged_userns=0)"
        )


def check_subordinate_ids(file: Path = Path("/etc/subuid")) -> None:
    """Raises SetupError where a user who is not root has no ids to unpack a file system with."""
    if os.geteuid() == 0:
        return
    user = pwd.getpwuid(os.geteuid()).pw_name
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    if not any(line.split(":")[0] in (user, str(os.geteuid())) for line in lines):
        raise SetupError(
            f"making Gazebo's file system without root needs subordinate ids, and {user} has none; "
            "ask an administrator to run: "
            f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}"
        )

"""The Python environment with every third-party package, exactly as locked, checked by hash."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from patrol_setup.cache import content_key, make_piece
from patrol_setup.checks import check_disk, check_package_index
from patrol_setup.console import run
from patrol_setup.ros import SystemRos

HERE = Path(__file__).parent
LOCKS = HERE.parent
NEEDED_GIB = 16.0  # 8 for the environment, and the same again while packages are unpacked


def make_environment(cache: Path, log: Path, ros: SystemRos | None) -> Path:
    """The environment's folder (its `bin/python` runs the project)."""
    python = ros.python if ros else Path(sys.executable)
    locks = [LOCKS / "requirements.lock"]
    if ros is None:
        locks.append(LOCKS / "ros_wheels.lock")
    version = ros.python.name if ros else platform.python_version()
    key = content_key([*locks, version, platform.machine(), str(python.resolve())])

    def build(folder: Path) -> None:
        check_disk(cache, NEEDED_GIB)
        run([python, "-m", "venv", folder], log, "making the Python environment")
        # A console script of the wheels must not start another environment's Python libraries.
        pip = [str(folder / "bin" / "python"), "-m", "pip"]
        check_package_index(pip, cache)
        command: list[str | Path] = [*pip, "install", "--require-hashes", "--no-input"]
        command += ["--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"]
        for lock in locks:
            command += ["--requirement", lock]
        run(command, log, "installing the Python packages", environment=_CLEAN)
        run([*pip, "check"], log, "checking the Python packages", environment=_CLEAN)

    return make_piece(cache / f"env-{key}", "Python packages", "3 min, 8 GB", build)


# The ROS wheels restart Python once to find their libraries; these would point at another's.
_CLEAN = {"_ROS_WHEELS_BOOTSTRAP_COMPLETE": "", "LD_LIBRARY_PATH": "", "PIP_USER": "0"}


def make_tool(cache: Path, log: Path, name: str, lock: Path) -> Path:
    """A small environment of its own for one tool that only set-up needs; the caller removes it."""
    folder = cache / f"tool-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", folder], log, f"making an environment for {name}")
    command: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "install", "--no-input"]
    command += ["--require-hashes", "--disable-pip-version-check", "--requirement", lock]
    run(command, log, f"installing {name}", environment=_CLEAN)
    return folder

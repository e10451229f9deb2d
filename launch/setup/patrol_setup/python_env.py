"""The Python environment with every third-party package, exactly as locked, checked by hash."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from patrol_setup.cache import content_key, make_piece
from patrol_setup.checks import check_package_index
from patrol_setup.console import run
from patrol_setup.ros import SystemRos

HERE = Path(__file__).parent
LOCKS = HERE.parent
NEEDED_GIB = 16.0  # 8 for the environment, and the same again while packages are unpacked


def environment_folder(cache: Path, ros: SystemRos | None) -> Path:
    """Where the environment is, or will be."""
    version = ros.python.name if ros else platform.python_version()
    key = content_key([*_locks(ros), version, platform.machine(), str(_python(ros).resolve())])
    return cache / f"env-{key}"


def make_environment(cache: Path, log: Path, ros: SystemRos | None) -> Path:
    """The environment's folder (its `bin/python` runs the project)."""
    python = _python(ros)

    def build(folder: Path) -> None:
        run([python, "-m", "venv", folder], log, "making the Python environment")
        pip = [str(folder / "bin" / "python"), "-m", "pip"]
        check_package_index(pip, cache)
        command: list[str | Path] = [*pip, "install", "--require-hashes", "--no-input"]
        command += ["--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"]
        for lock in _locks(ros):
            command += ["--requirement", lock]
        run(command, log, "installing the Python packages", environment=_CLEAN)
        run([*pip, "check"], log, "checking the Python packages", environment=_CLEAN)

    return make_piece(environment_folder(cache, ros), "Python packages", "3 min, 8 GB", build)


def _python(ros: SystemRos | None) -> Path:
    return ros.python if ros else Path(sys.executable)


def _locks(ros: SystemRos | None) -> list[Path]:
    names = ["requirements.lock"] if ros else ["requirements.lock", "ros_wheels.lock"]
    return [LOCKS / name for name in names]


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

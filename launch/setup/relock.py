"""Writes the lock files from pyproject.toml: for the project's developers, not part of set-up.

    python launch/setup/relock.py [--upgrade]

Two files, because a machine with ROS 2 installed needs no ROS 2 wheels: `requirements.lock` (all
but ROS 2) and `ros_wheels.lock` (ROS 2 itself). Both hold exact versions with
SHA-256 hashes for Python 3.11 to 3.13 on Linux, and never where they came from. Needs `uv`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
APP_LOCK = HERE / "requirements.lock"
ROS_LOCK = HERE / "ros_wheels.lock"


def main() -> int:
    """Compile both lock files. Extra arguments go to `uv pip compile`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    build = project["build-system"]["requires"]
    ros = [one for one in wanted + build if one.startswith("ros-")]
    # What builds the interfaces is needed beside an installed ROS 2 as well.
    app = [one for one in wanted + build if one not in ros]
    compile_lock(app, APP_LOCK, [], sys.argv[1:])
    compile_lock(ros, ROS_LOCK, ["--constraint", str(APP_LOCK)], sys.argv[1:])
    return 0


def compile_lock(wanted: list[str], lock: Path, options: list[str], more: list[str]) -> None:
    """Resolve `wanted` into `lock`; a version that is in the file already stays where it can."""
    with tempfile.NamedTemporaryFile("w", suffix=".in") as source:
        source.write("\n".join(sorted(set(wanted))) + "\n")
        source.flush()
        command = [
            "uv", "pip", "compile", source.name, "--output-file", str(lock), "--quiet",
            "--universal", "--python-version", "3.11", "--generate-hashes",
            "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate",
            *options, *more,
        ]  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
        subprocess.run(command, check=True, env=environment)
    text = lock.read_text(encoding="utf-8")
    if re.search(r"://|--index|--find-links", text):
        raise SystemExit(f"{lock}: names a place; a lock file must not")


if __name__ == "__main__":
    raise SystemExit(main())

"""Where packages and their executables are: the ament index, and the list of this project's own.

`executables.toml` is the one list of what this project can start; the runner starts its entries as
`python -m <module>`, and set-up makes `lib/patrol/<name>` from the same list for `ros2 launch`.
"""

from __future__ import annotations

import functools
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OWN_PACKAGE = "patrol"


class PackageNotFoundError(LookupError):
    """There is no such package or executable."""


@dataclass(frozen=True)
class OwnExecutable:
    """A program of this project. One that is no ROS node takes no `--ros-args`."""

    name: str
    module: str
    is_node: bool


@functools.cache
def own_executables() -> Mapping[str, OwnExecutable]:
    """The project's executables by name."""
    table = tomllib.loads((Path(__file__).parent / "executables.toml").read_text(encoding="utf-8"))
    return {
        name: OwnExecutable(name, module, kind == "nodes")
        for kind in ("nodes", "programs")
        for name, module in table[kind].items()
    }


def package_prefix(package: str, environment: Mapping[str, str]) -> Path:
    """The install prefix of a package, from the ament index in AMENT_PREFIX_PATH."""
    for prefix in environment.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        marker = Path(prefix, "share", "ament_index", "resource_index", "packages", package)
        if prefix and marker.exists():
            return Path(prefix)
    raise PackageNotFoundError(f"there is no ROS package '{package}' in AMENT_PREFIX_PATH")


def find_executable(package: str, name: str, environment: Mapping[str, str]) -> Path:
    """The path of a package's executable, `<prefix>/lib/<package>/<name>`."""
    path = package_prefix(package, environment) / "lib" / package / name
    if not os.access(path, os.X_OK):
        raise PackageNotFoundError(f"the ROS package '{package}' has no executable '{name}'")
    return path


def start_command(
    package: str | None, name: str, environment: Mapping[str, str]
) -> tuple[list[str], bool]:
    """How to start an executable, and whether it is a ROS node (takes `--ros-args`)."""
    if package is None:
        return [name], True
    if package != OWN_PACKAGE:
        return [str(find_executable(package, name, environment))], True
    own = own_executables().get(name)
    if own is None:
        raise PackageNotFoundError(
            f"the package 'patrol' has no executable '{name}'; it has: "
            + ", ".join(sorted(own_executables()))
        )
    return [sys.executable, "-m", own.module], own.is_node

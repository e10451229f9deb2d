"""Makes this project a ROS 2 package for `ros2 launch patrol ...` and `ros2 run patrol ...`.

A small install prefix: the ament index entry, package.xml, one starter per executable, and the
launch files. Set-up makes one per clone; `pip install` makes one in the environment.
"""

from __future__ import annotations

import argparse
import shutil
import tomllib
from pathlib import Path

_STARTER = """#!{python}
# Starts {module}; made from executables.toml.
import runpy
import sys
{strip}
runpy.run_module("{module}", run_name="__main__", alter_sys=True)
"""
# `ros2 launch` gives --ros-args to every node; a program without ROS inside does not know them.
_STRIP = """
if "--ros-args" in sys.argv:
    del sys.argv[sys.argv.index("--ros-args"):]
"""
_PACKAGE_XML = """<?xml version="1.0"?>
<package format="3">
  <name>patrol</name>
  <version>0.1.0</version>
  <description>A patrol unit: a ground robot and a drone, under a command centre.</description>
  <maintainer email="patrol@example.org">patrol unit developers</maintainer>
  <license>AGPL-3.0-or-later</license>
  <exec_depend>patrol_interfaces</exec_depend>
  <exec_depend>rclpy</exec_depend>
  <export><build_type>ament_python</build_type></export>
</package>
"""


def make_prefix(launch: Path, prefix: Path, python: str, *, link: bool) -> None:
    """Write the package into `prefix`; the launch files as a link to the clone's, or as copies."""
    table = tomllib.loads(
        (launch / "patrol_launch" / "executables.toml").read_text(encoding="utf-8")
    )
    index = prefix / "share" / "ament_index" / "resource_index" / "packages"
    share = prefix / "share" / "patrol"
    starters = prefix / "lib" / "patrol"
    for folder in (index, share, starters):
        folder.mkdir(parents=True, exist_ok=True)
    (index / "patrol").write_text("", encoding="utf-8")
    (share / "package.xml").write_text(_PACKAGE_XML, encoding="utf-8")
    for kind in ("nodes", "programs"):
        for name, module in table[kind].items():
            strip = _STRIP if kind == "programs" else ""
            starter = starters / name
            starter.write_text(
                _STARTER.format(python=python, module=module, strip=strip), encoding="utf-8"
            )
            starter.chmod(0o755)
    _place_launch_files(launch, share / "launch", link=link)


def _place_launch_files(launch: Path, place: Path, *, link: bool) -> None:
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    if link:
        place.symlink_to(launch)
        return
    place.mkdir()
    for file in launch.glob("*.launch.yaml"):
        shutil.copy(file, place)
    for folder in ("config", "sites", "beats"):
        if (launch / folder).is_dir():
            shutil.copytree(launch / folder, place / folder)


def main() -> int:
    """Command line for CMake: `prefix.py LAUNCH_FOLDER PREFIX PYTHON`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("launch", type=Path)
    parser.add_argument("prefix", type=Path)
    parser.add_argument("python")
    given = parser.parse_args()
    make_prefix(given.launch, given.prefix, given.python, link=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

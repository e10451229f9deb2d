"""The clone's `.patrol/env.sh`: what a shell sources to use everything that set-up made."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from patrol_setup.ros import SystemRos


@dataclass(frozen=True)
class Pieces:
    """What set-up has made for a clone."""

    clone: Path
    env: Path
    overlay: Path
    gazebo: Path
    gazebo_messages: Path
    models: Path
    ros: SystemRos | None


def environment_file(pieces: Pieces, python_version: str) -> str:
    """The text of env.sh. `python_version` is like "python3.11"."""
    packages = f"lib/{python_version}/site-packages"
    clone, overlay, env = pieces.clone, pieces.overlay, pieces.env
    python_path = [clone, clone / "launch", overlay / packages]
    libraries = [overlay / "lib"]
    ament = [clone / ".patrol" / "prefix", overlay]
    if pieces.ros is None:
        ament.append(env)
        # What the wheels' own start-up hook would set by starting Python a second time.
        libraries += [env / "lib", *sorted((env / packages).glob("ros_*.libs"))]
    lines = ["# Made by set-up; source it to use this clone. `make setup` makes it anew."]
    if pieces.ros is not None:
        lines.append(f"set +u; . {shlex.quote(str(pieces.ros.setup_file))}")
    lines += [
        _prepend("PATH", [clone / "launch" / "bin", env / "bin"]),
        _prepend("PYTHONPATH", python_path) if pieces.ros else _set("PYTHONPATH", python_path),
        _prepend("AMENT_PREFIX_PATH", ament) if pieces.ros else _set("AMENT_PREFIX_PATH", ament),
        _prepend("LD_LIBRARY_PATH", libraries),
    ]
    if pieces.ros is None:
        lines.append("export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1")
        lines.append("export RMW_IMPLEMENTATION=rmw_fastrtps_cpp ROS_DISTRO=kilted ROS_VERSION=2")
    lines += [
        f"export VIRTUAL_ENV={shlex.quote(str(env))}",
        f"export PATROL_GAZEBO_ROOT={shlex.quote(str(pieces.gazebo / 'rootfs'))}",
        f"export PATROL_GAZEBO_PROTO={shlex.quote(str(pieces.gazebo_messages))}",
        f"export PATROL_MODELS={shlex.quote(str(pieces.models))}",
        f"export PATROL_CLONE={shlex.quote(str(clone))}",
        "export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}",
        "export YOLO_OFFLINE=true YOLO_AUTOINSTALL=false OMP_WAIT_POLICY=PASSIVE",
        "export PYTHONUNBUFFERED=1",
    ]
    return "\n".join(lines) + "\n"


def python_version(env: Path) -> str:
    """The folder name of the environment's Python version, like "python3.11"."""
    folders = sorted((env / "lib").glob("python3.*"))
    if folders:
        return folders[-1].name
    code = "import sys; print(f'python3.{sys.version_info.minor}')"
    command = [str(env / "bin" / "python"), "-S", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _set(name: str, paths: list[Path]) -> str:
    return f"export {name}={shlex.quote(_joined(paths))}"


def _prepend(name: str, paths: list[Path]) -> str:
    """Put paths first, once: sourcing the file twice changes nothing."""
    value = shlex.quote(_joined(paths))
    old = f"${{{name}:+:${name}}}"
    return f'case ":${{{name}:-}}:" in *:{value}:*) ;; *) export {name}={value}{old} ;; esac'


def _joined(paths: list[Path]) -> str:
    return ":".join(str(path) for path in paths)

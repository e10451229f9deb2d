"""Which ROS 2 is used: an installed one where there is one, else the wheels of the Python index."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from patrol_setup.errors import SetupError

KNOWN = ("kilted", "jazzy")  # in this order where both are there


@dataclass(frozen=True)
class SystemRos:
    """An installed ROS 2 and the Python it is for."""

    prefix: Path
    python: Path

    @property
    def setup_file(self) -> Path:
        """The file that a shell sources to use it."""
        return self.prefix / "setup.bash"

    @property
    def identity(self) -> str:
        """Changes when this ROS 2 is replaced or brought up to date."""
        rclpy = sorted(self.prefix.glob("share/rclpy/package.xml"))
        version = rclpy[0].read_text(encoding="utf-8") if rclpy else ""
        found = re.search(r"<version>(.*?)</version>", version)
        return f"{self.prefix} rclpy {found.group(1) if found else 'unknown'}"


def find_system_ros() -> SystemRos | None:
    """The installed ROS 2 to use, or None for the wheels.

    PATROL_ROS_PREFIX names one outright; "none" takes the wheels even where one is installed.
    """
    given = os.environ.get("PATROL_ROS_PREFIX", "")
    if given == "none":
        return None
    if given:
        return _as_ros(Path(given), must_fit=True)
    for name in KNOWN:
        found = _as_ros(Path("/opt/ros", name), must_fit=False)
        if found is not None:
            return found
    return None


def _as_ros(prefix: Path, *, must_fit: bool) -> SystemRos | None:
    if not (prefix / "setup.bash").is_file():
        if must_fit:
            raise SetupError(f"PATROL_ROS_PREFIX is {prefix}, but there is no setup.bash in it")
        return None
    packages = sorted(prefix.glob("lib/python3.*/site-packages/rclpy"))
    if not packages:
        if must_fit:
            raise SetupError(f"{prefix} has no rclpy; install ros-<distribution>-ros-base")
        return None
    version = packages[-1].parent.parent.name  # pythonX.Y
    python = shutil.which(version)
    if python is None:
        raise SetupError(
            f"the ROS 2 in {prefix} is for {version}, which is not here; "
            "install it, or set PATROL_ROS_PREFIX=none to use ROS 2 from the Python index"
        )
    return SystemRos(prefix, Path(python))

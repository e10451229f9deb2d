"""gzserver in its own root file system: a Debian 11 tree, entered with bubblewrap, with a display
of its own.

Everything inside ends with us: bubblewrap dies with its parent, and its process namespace with it.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from simulation.gazebo.errors import SimulationError

SEEN_AS = "/tmp/run"  # the run's folder as Gazebo sees it
PLUGINS = "/usr/lib/x86_64-linux-gnu/gazebo-11/plugins"
_START = (
    'Xvfb "$DISPLAY" -screen 0 64x64x24 -nolisten tcp -nolisten local >/tmp/xvfb.log 2>&1 & '
    'for i in $(seq 100); do [ -S "/tmp/.X11-unix/X${DISPLAY#:}" ] && break; sleep 0.1; done; '
    'exec gzserver --verbose "$@"'
)


@dataclass(frozen=True)
class Sandbox:
    """rootfs: Gazebo's tree. folder: this run's world. port: of Gazebo's master, and the display's
    number. render_threads: threads that draw the cameras' pictures."""

    rootfs: Path
    folder: Path
    port: int
    render_threads: int = 1

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs gzserver with `arguments`.

        Raises SimulationError when Gazebo or bubblewrap is not installed.
        """
        if not (self.rootfs / "usr/bin/gzserver").exists():
            raise SimulationError(
                f"there is no Gazebo in PATROL_GAZEBO_ROOT ({self.rootfs}): run the set-up"
            )
        bwrap = shutil.which("bwrap")
        if bwrap is None:
            raise SimulationError("bubblewrap (bwrap) is not installed: run the set-up")
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/tmp/home",
            "XDG_CACHE_HOME": "/tmp/home/.cache",
            "LANG": "C.UTF-8",
            "DISPLAY": f":{self.port}",
            "GAZEBO_MASTER_URI": f"http://127.0.0.1:{self.port}",
            "GAZEBO_IP": "127.0.0.1",
            "GAZEBO_MODEL_DATABASE_URI": "",
            "GAZEBO_RESOURCE_PATH": "/usr/share/gazebo-11",
            "GAZEBO_MODEL_PATH": "/usr/share/gazebo-11/models",
            "GAZEBO_PLUGIN_PATH": f"{PLUGINS}:{SEEN_AS}",
            "OGRE_RESOURCE_PATH": "/usr/lib/x86_64-linux-gnu/OGRE-1.9.0",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "LP_NUM_THREADS": str(self.render_threads),
            "MESA_GLSL_CACHE_DISABLE": "true",
            "ALSOFT_DRIVERS": "null",
        }
        # fmt: off
        line = [
            bwrap, "--ro-bind", str(self.rootfs), "/", "--dev", "/dev", "--proc", "/proc",
            "--tmpfs", "/tmp", "--tmpfs", "/run", "--dir", "/tmp/home", "--dir", "/tmp/.X11-unix",
            "--ro-bind", str(self.folder), SEEN_AS,
            "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--clearenv",
        ]
        # fmt: on
        for name, value in environment.items():
            line += ["--setenv", name, value]
        return [*line, "/bin/sh", "-c", _START, "sh", *arguments]

    def start(self, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start gzserver; its words go to `log`."""
        with log.open("wb") as file:
            return subprocess.Popen(
                self.command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

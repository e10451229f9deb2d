"""A running simulation for tests: the server, the bridge and the people as the processes they are.

Used as a context manager; when it ends no process is left. Everything lives in a folder of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from simulation.gazebo.run_file import RunFile, wait_for_run_file

START_S = 60.0


class GazeboRun:
    """`server_arguments` go to gazebo_server; `folder` becomes PATROL_RUN_DIR of all processes."""

    def __init__(
        self,
        folder: Path,
        site: Path,
        *server_arguments: str,
        unit: str = "",
        domain: int | None = None,
    ) -> None:
        """`domain`: of the bridge and the people; None: this process's."""
        self.folder, self.site, self._unit, self._domain = folder, site, unit, domain
        self._server_arguments = server_arguments
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.run_file: RunFile

    def __enter__(self) -> GazeboRun:
        try:
            self.start(
                "gazebo_server",
                *("-m", "simulation.gazebo.server", "--site", str(self.site)),
                *("--unit-config", self._unit, *self._server_arguments),
            )
            self.run_file = wait_for_run_file(self.folder, START_S)
            self.start_bridge()
            self.start_node("people", "simulation.people.node")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start_bridge(self) -> subprocess.Popen[bytes]:
        return self.start_node("gazebo_bridge", "simulation.bridge.node")

    def start_unit_drone(self, number: int, domain: int) -> None:
        """The autopilot of one of the world's drones, and the node that flies it, in a ROS
        domain."""
        port = 15600 + os.getpid() % 300 * 2 + number
        self.start(
            f"autopilot_{number}", "-m", "simulation.autopilot.main",
            *("--site-file", str(self.site), "--unit-config", self._unit),
            *("--drone", str(number), "--system-id", str(number)),
            *("--mavlink", f"udpout:127.0.0.1:{port}"),
        )  # fmt: skip
        connect = ("-p", f"connect:=udpin://127.0.0.1:{port}", "-p", "use_sim_time:=true")
        self.start_node(f"drone_{number}", "drone.node", *connect, domain=domain)

    def start_node(
        self, name: str, module: str, *arguments: str, domain: int | None = None
    ) -> subprocess.Popen[bytes]:
        parameters = [f"site_file:={self.site}"]
        if self._unit:
            parameters.append(f"unit_config:={self._unit}")
        words = [word for parameter in parameters for word in ("-p", parameter)]
        ros = ("--ros-args", *words, *arguments)
        return self.start(name, "-m", module, *ros, domain=domain or self._domain)

    def start(self, name: str, *words: str, domain: int | None = None) -> subprocess.Popen[bytes]:
        """Start a Python process; what it says goes to `<folder>/<name>.log`."""
        own = {"PATROL_RUN_DIR": str(self.folder)}
        if domain is not None:
            own |= {
                "ROS_DOMAIN_ID": str(domain),
                "PATROL_STATE_DIR": str(self.folder / f"state-{domain}"),
            }
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes[name] = process
        return process

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait_for_log(self, name: str, words: str, timeout_s: float = 15.0) -> None:
        deadline = time.monotonic() + timeout_s
        while words not in self.log_of(name):
            if time.monotonic() > deadline:
                raise AssertionError(f"{name} did not say {words!r}:\n{self.log_of(name)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End everything, the newest first."""
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGINT)
        for process in reversed(self.processes.values()):
            try:
                process.wait(timeout=8.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

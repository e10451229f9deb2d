"""The real command centre as a process of its own, with its screens, on ports that were free."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from comms.security.authority import Authority
from comms.security.init import ensure_all

UP_WITHIN_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class CentreProcess:
    """`python -m comms.centre.main` with the sample site; `stop` and `start` keep its store."""

    def __init__(self, folder: Path, repository: Path, units: tuple[str, ...]) -> None:
        self.folder, self.repository, self.units = folder, repository, units
        self.state = folder / "state"
        self.authority: Authority = ensure_all(self.state / "pki", units=units)
        self.grpc_port, self.screens_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"localhost:{self.grpc_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.screens_port}/"

    def start(self) -> None:
        """Start it and wait until its screens answer."""
        launch = self.repository / "launch"
        command = [
            sys.executable, "-m", "comms.centre.main",
            "--site", str(launch / "sites/ningbo_east.site.geojson"),
            "--beats", str(launch / "beats"),
            "--listen", f"127.0.0.1:{self.grpc_port}",
            "--screens-port", str(self.screens_port),
            *(f"--unit={unit}" for unit in self.units),
        ]  # fmt: skip
        with (self.folder / "centre.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, "PATROL_STATE_DIR": str(self.state)},
                stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + UP_WITHIN_S
        while not self._answers():
            assert self.process.poll() is None, f"the centre has ended: {self.log()}"
            assert time.monotonic() < end, f"no screens within {UP_WITHIN_S} s: {self.log()}"
            time.sleep(0.1)

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit status."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
            raise

    def log(self) -> str:
        """The end of what it has said."""
        return (self.folder / "centre.log").read_text(errors="replace")[-3000:]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

"""One process of a launch: start it, watch it, end it, keep its output in one log file.

Each has a process group of its own, so that Ctrl-C reaches the runner alone, which then ends them
in order; and each is killed by the kernel if the runner dies (PR_SET_PDEATHSIG, set by util-linux's
`setpriv`, which costs no extra process).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from patrol_launch.errors import LaunchError
from patrol_launch.parameters import write_parameters
from patrol_launch.plan import ProcessSpec, command_line

LAST_LINES = 5


class ManagedProcess:
    """A process and its log. `pid` is that of the program itself (None while it is not running)."""

    def __init__(self, spec: ProcessSpec, run_dir: Path, show: Callable[[str, str], None]) -> None:
        self.spec = spec
        self.name = spec.name
        self.log = run_dir / "logs" / f"{spec.name}.log"
        self.restarts = 0
        self.started_at: float | None = None
        self.returncode: int | None = None
        self._run_dir = run_dir
        self._show = show
        self._log_start = 0
        self._popen: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """Process id, which is also the id of its group."""
        popen = self._popen
        return popen.pid if popen is not None and self.returncode is None else None

    @property
    def running(self) -> bool:
        """Whether the process is alive as far as the runner has noticed."""
        return self.pid is not None

    def start(self) -> int:
        """Start the program; returns its pid. Raises LaunchError where it cannot be started."""
        environment = {
            **self.spec.environment,
            "PATROL_RUN_DIR": str(self._run_dir),
            "PYTHONUNBUFFERED": "1",
        }
        command = [*_dies_with_us(), *_hears_sigint(), *self._command()]
        log = self.log.open("ab")
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        log.write(f"--- {stamp} start {self.restarts + 1}: {command_line(self.spec)}\n".encode())
        log.flush()
        self._log_start = log.tell()
        on_screen = self.spec.on_screen
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if on_screen else log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self.spec.cwd,
                process_group=0,
            )
        except OSError as error:
            log.close()
            raise LaunchError(
                f"{self.spec.where}: {self.name} cannot be started: {error}"
            ) from None
        self.returncode = None
        self.started_at = time.monotonic()
        if on_screen:
            assert self._popen.stdout is not None
            self._reader = threading.Thread(
                target=self._copy, args=(self._popen.stdout, log), daemon=True
            )
            self._reader.start()
        else:
            log.close()
        return self._popen.pid

    def poll(self) -> int | None:
        """The exit status once it has ended (negative: the signal), else None.

        Whatever the program left in its process group is killed with it.
        """
        if self._popen is None or self.returncode is not None:
            return self.returncode
        status = self._popen.poll()
        if status is not None:
            self.kill_group()
            if self._reader is not None:
                self._reader.join(timeout=1.0)
            self.returncode = status
        return status

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program itself, if it is alive."""
        if self._popen is not None and self.returncode is None:
            self._popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the program, as a fault would do it; the respawn policy then applies."""
        self.signal(signal.SIGKILL)

    def kill_group(self) -> None:
        """SIGKILL to everything in the program's process group."""
        if self._popen is not None:
            try:
                os.killpg(self._popen.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return  # nothing is left of the group

    def last_lines(self, count: int = LAST_LINES) -> list[str]:
        """The last lines since the last start, for a person who wants to know why it ended."""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 8192))
            lines = deque(log, maxlen=count)
        return [line.decode("utf-8", "replace").rstrip() for line in lines]

    def _command(self) -> list[str]:
        """The command with its parameter files written and named."""
        command = list(self.spec.command)
        folder = self._run_dir / "parameters"
        for index, parameters in enumerate(self.spec.parameters):
            path = parameters
            if isinstance(parameters, dict):
                path = folder / f"{self.name}.{index}.yaml"
                write_parameters(parameters, path)
            command += ["--params-file", str(path)]
        return command

    def _copy(self, source: IO[bytes], log: IO[bytes]) -> None:
        with log, source:
            for line in source:
                log.write(line)
                log.flush()
                self._show(self.name, line.decode("utf-8", "replace").rstrip("\n"))


def _hears_sigint() -> list[str]:
    """A shell starts what runs in its background with SIGINT ignored, and that is inherited: the
    runner's SIGINT would be heard by nobody. `env` puts it back.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        return []
    return ["env", "--default-signal=INT"]


def _dies_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []

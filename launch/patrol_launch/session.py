"""A running launch: starts the processes of a plan, restarts the ones that may be, ends them all.

For tests and scenarios:

    with LaunchSession(Path("launch/unit.launch.yaml"), {"use_sim_time": "true"}) as session:
        session.processes["collision_monitor"].kill()

One thread of its own starts and watches the processes (the kernel ties a child to the thread that
started it), woken by the kernel when one ends; it costs nothing while nothing happens.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO

from patrol_launch.errors import LaunchError
from patrol_launch.plan import ProcessSpec, make_plan
from patrol_launch.process import ManagedProcess
from patrol_launch.rundir import make_run_dir

TERMINATE_AFTER_S = 4.0  # after SIGINT; a node needs about 2 s for its clean end
KILL_AFTER_S = 8.0
SHORT_LIFE_S = 5.0  # a process that died sooner waits longer each time before it is restarted
LONGEST_DELAY_S = 30.0

Show = Callable[[str, str], None]


def _silent(_name: str, _line: str) -> None:
    return None


class LaunchSession:
    """The processes of a launch file, from start to a clean end.

    `arguments` are the launch file's arguments; `more` are further processes (a watcher, say) that
    start last. `show(name, line)` is called for what a person should see; name "" is the runner.
    """

    def __init__(
        self,
        file: Path,
        arguments: Mapping[str, str] | None = None,
        *,
        run_dir: Path | None = None,
        environment: Mapping[str, str] | None = None,
        more: Iterable[ProcessSpec] = (),
        show: Show = _silent,
    ) -> None:
        environment = dict(os.environ if environment is None else environment)
        self.plan = make_plan(Path(file), arguments or {}, environment)
        self.run_dir = make_run_dir(run_dir)
        self.reason: str | None = self.plan.shutdown_reason
        self.processes: dict[str, ManagedProcess] = {}
        self._show = show
        for spec in [*self.plan.processes, *more]:
            self.processes[spec.name] = ManagedProcess(spec, self.run_dir, show)
        self._failed = False
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._started = threading.Event()
        self._error: LaunchError | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._restart_at: dict[str, float] = {}
        self._short_lives: dict[str, int] = {}
        self._watched: dict[int, ManagedProcess] = {}
        self._poll = select.poll()
        self._guard: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, name="launch", daemon=True)

    def __enter__(self) -> LaunchSession:
        return self.start()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> LaunchSession:
        """Start all processes; returns when each has been started (not when it is ready).

        Raises LaunchError, with everything stopped again, where one cannot be started.
        """
        for message in self.plan.messages:
            self._show("", message)
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            self._ended.wait()
            raise self._error
        return self

    def stop(self, reason: str = "stopped") -> None:
        """End every process (SIGINT, later SIGTERM, later SIGKILL); returns when all have ended."""
        self.request_stop(reason)
        if self._thread.ident is not None:
            self._thread.join()

    def request_stop(self, reason: str) -> None:
        """Begin to end the launch and return at once; safe in a signal handler."""
        self.reason = self.reason or reason
        self._stopping.set()
        if not self._ended.is_set():
            os.write(self._wake_write, b"s")

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the launch has ended; False when the time is up first."""
        return self._ended.wait(timeout_s)

    @property
    def exit_status(self) -> int:
        """0 where the launch ended because it was told to or all processes ended well."""
        return 1 if self._failed else 0

    def _run(self) -> None:
        try:
            self._start_guard()
            for process in self.processes.values():
                if self._stopping.is_set() or self.plan.shutdown_reason:
                    break
                self._start(process)
            self._started.set()
            self._watch()
        except LaunchError as error:  # a program that cannot be started, or not again
            self._error, self._failed, self.reason = error, True, str(error)
            self._stopping.set()
        except BaseException:
            self._failed, self.reason = True, "the runner itself failed"
            raise
        finally:
            self._end_all()
            self._stop_guard()
            self._write_status()
            self._ended.set()
            self._started.set()
            os.close(self._wake_read)

    def _start(self, process: ManagedProcess) -> None:
        pid = process.start()
        self._tell_guard("+", pid)
        descriptor = os.pidfd_open(pid)
        self._watched[descriptor] = process
        self._poll.register(descriptor, select.POLLIN)
        self._write_status()

    def _watch(self) -> None:
        self._poll.register(self._wake_read, select.POLLIN)
        while not self._stopping.is_set() and (self._watched or self._restart_at):
            for descriptor, _ in self._poll.poll(self._until_next_restart_ms()):
                if descriptor in self._watched:
                    self._ended_one(descriptor)
            now = time.monotonic()
            for name, due in list(self._restart_at.items()):
                if due <= now and not self._stopping.is_set():
                    del self._restart_at[name]
                    self.processes[name].restarts += 1
                    self._start(self.processes[name])
        if not self._stopping.is_set():
            self.reason = self.reason or "all processes have ended"

    def _until_next_restart_ms(self) -> float | None:
        if not self._restart_at:
            return None
        return max(0.0, min(self._restart_at.values()) - time.monotonic()) * 1000 + 1

    def _ended_one(self, descriptor: int) -> None:
        process = self._forget(descriptor)
        status = process.poll()
        spec = process.spec
        if self._stopping.is_set():
            return
        lived_s = time.monotonic() - (process.started_at or 0.0)
        short = self._short_lives.get(process.name, 0) + 1 if lived_s < SHORT_LIFE_S else 0
        self._short_lives[process.name] = short
        if spec.ends_launch:
            self._failed = self._failed or status != 0
            self._stopping.set()
            self.reason = self.reason or f"{process.name} ended, which ends the run"
            self._tell_end(process, "the run ends with it")
        elif spec.respawn and (
            spec.respawn_max_retries < 0 or process.restarts < spec.respawn_max_retries
        ):
            delay_s = spec.respawn_delay_s
            if short > 1:
                delay_s = min(LONGEST_DELAY_S, max(delay_s, 0.5) * 2 ** (short - 1))
            self._restart_at[process.name] = time.monotonic() + delay_s
            self._tell_end(process, f"it is restarted in {delay_s:.1f} s")
        else:
            self._failed = self._failed or status != 0
            self._tell_end(process, "it is not restarted" if status else "")
        self._write_status()

    def _forget(self, descriptor: int) -> ManagedProcess:
        process = self._watched.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        assert process.pid is not None
        # The pidfd is readable as soon as the program is dead, so waiting here takes no time.
        pid = process.pid
        while process.poll() is None:
            time.sleep(0.001)
        self._tell_guard("-", pid)
        return process

    def _tell_end(self, process: ManagedProcess, then: str) -> None:
        status = process.returncode or 0
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"exited: {status}"
        self._show("", f"{process.name} {how}" + (f"; {then}" if then else ""))
        if status != 0:
            for line in process.last_lines():
                self._show(process.name, line)
            self._show("", f"  its log: {process.log}")

    def _end_all(self) -> None:
        begin = time.monotonic()
        steps = [
            (0.0, signal.SIGINT),
            (TERMINATE_AFTER_S, signal.SIGTERM),
            (KILL_AFTER_S, signal.SIGKILL),
        ]
        while self._watched:
            if steps and time.monotonic() - begin >= steps[0][0]:
                _, number = steps.pop(0)
                for process in self._watched.values():
                    process.signal(number)
                    if number is not signal.SIGINT:
                        self._show("", f"{process.name} does not end; {number.name}")
            wait_s = steps[0][0] - (time.monotonic() - begin) if steps else 1.0
            for descriptor, _ in self._poll.poll(max(0.0, wait_s) * 1000 + 1):
                if descriptor in self._watched:
                    self._forget(descriptor)
                else:
                    os.read(self._wake_read, 64)

    def _start_guard(self) -> None:
        self._guard = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def _tell_guard(self, sign: str, pid: int) -> None:
        pipe = self._guard_pipe()
        try:
            pipe.write(f"{sign}{pid}\n")
            pipe.flush()
        except BrokenPipeError:
            self._show("", "the guard process is gone; a killed runner may leave processes behind")
            self._stop_guard()
            self._start_guard()
            for process in self._watched.values():
                print(f"+{process.pid}", file=self._guard_pipe(), flush=True)

    def _guard_pipe(self) -> IO[str]:
        assert self._guard is not None
        assert self._guard.stdin is not None
        return self._guard.stdin

    def _stop_guard(self) -> None:
        if self._guard is not None:
            try:
                self._guard_pipe().close()
            except BrokenPipeError:
                self._show("", "the guard process ended before the runner")
            self._guard.wait()

    def _write_status(self) -> None:
        """`processes.json` in the run's folder: name, pid and restarts, for people and tests."""
        status = {
            name: {"pid": process.pid, "restarts": process.restarts, "log": str(process.log)}
            for name, process in self.processes.items()
        }
        path = self.run_dir / "processes.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(status, indent=1), encoding="utf-8")
        fresh.replace(path)

"""Progress for a person: what is being done, how long it usually takes, how long it has taken.

Long commands write to a log; the screen shows one line per step, and a sign of life while it runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from patrol_setup.errors import SetupError

LAST_LINES = 15


@contextmanager
def step(title: str, usual: str) -> Iterator[None]:
    """Announce a step, show that it lives, and tell how long it took."""
    begin = time.monotonic()
    done = threading.Event()
    on_terminal = sys.stdout.isatty()
    print(f"* {title} (usually {usual}) ...", flush=True)

    def sign_of_life() -> None:
        while not done.wait(1.0 if on_terminal else 30.0):
            elapsed = f"  {time.monotonic() - begin:4.0f} s"
            print(elapsed, end="\r" if on_terminal else "\n", flush=True)

    thread = threading.Thread(target=sign_of_life, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    print(f"  done in {time.monotonic() - begin:.0f} s", flush=True)


def run(
    command: Sequence[str | Path],
    log: Path,
    what: str,
    *,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a command with its output in `log`. Raises SetupError with its last lines if it fails."""
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(str(part) for part in command)}\n".encode())
        output.flush()
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else {**os.environ, **environment},
            cwd=cwd,
            check=False,
        )
    if result.returncode != 0:
        last = "\n    ".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise SetupError(
            f"{what} failed (exit status {result.returncode}).\n    {last}\nLog: {log}"
        )

"""The log's lines, and what they cost a process."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import comms.logs
print("rich" in sys.modules)
comms.logs.configure_logging("test")
try:
    raise ValueError("too high")
except ValueError:
    comms.logs.get_logger(task_id="t-1").exception("it went wrong", height_m=3.5)
from rich.console import Console
print(Console.__name__)
"""


def test_a_line_has_its_ids_and_its_traceback_without_what_only_colours_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == ["False", "Console"]  # and rich is there for those who want it
    line = done.stderr.splitlines()[0]
    assert "process=test" in line
    assert "task_id=t-1" in line
    assert "height_m=3.5" in line
    assert "ValueError: too high" in done.stderr

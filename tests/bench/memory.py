"""The drone's node on an autopilot against a bare node on one: resident memory of the processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.bench.measure import Bench, Pair
from tests.drone_bench import ROOT, autopilot, bench_of, end, free_udp_port

_SETTLE_S = 10.0


def _resident_mb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    """The bare node's pid, connected to an autopilot of its own."""
    port = free_udp_port()
    with autopilot(port, folder / "bare_autopilot.log"):
        bare = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare_drone", str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        try:
            assert bare.stdout is not None
            if b"connected" not in bare.stdout.readline():
                raise RuntimeError("the bare node did not connect")
            yield bare.pid
        finally:
            end(bare, signal.SIGKILL)  # it has nothing to put away


@contextmanager
def _memory() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        with bench_of(folder) as bench, _bare(folder) as bare:
            bench.client.wait_for_green()
            time.sleep(_SETTLE_S)
            yield Pair(lambda: _resident_mb(bench.node.pid), lambda: _resident_mb(bare))


BENCHES = [
    Bench(
        "drone_memory",
        "MB resident; on the ground, connected",
        "lower",
        "bare rclpy node with a MAVSDK connection",
        _memory,
        repeats=3,
    )
]

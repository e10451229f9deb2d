"""A vehicle, the drone's node, a client and a second ground station, for tests of failures in
flight."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from comms.contracts.place import Enu
from tests.drone_bench import (
    PAD,
    Client,
    bench_of,
    free_udp_port,
    orbit_task,
)
from tests.second_station import SecondStation

PLAZA = Enu(72.0, 64.0)
FLIGHT_S = 60.0


@dataclass
class Rig:
    client: Client
    other: SecondStation
    make: str
    log: Path

    def fly(self, task_id: str) -> Any:
        """A flight that has left the ground for the plaza."""
        self.client.wait_for_green()
        task = orbit_task(task_id, PLAZA)
        task.loops = 3
        result = self.client.send(task)
        away = lambda: self.client.height() > 12.0 and self.off_home_m() > 12.0  # noqa: E731
        self.client.until(away, 30, "the way to the plaza")
        return result

    def fails(self, result: Any, *words: str) -> str:
        """Wait for its end: failed for a reason with these words, at home."""
        final = self.client.result(result, FLIGHT_S)
        assert final.state == "failed", final.reason
        for word in words:
            assert word in final.reason, final.reason
        return str(final.reason)

    def off_home_m(self) -> float:
        p = self.client.track[-1].pose.pose.position
        return math.dist((p.x, p.y), PAD)

    def waits(self, *words: str) -> None:
        """The task is paused for a reason with these words."""

        def paused() -> bool:
            last = self.client.states[-1] if self.client.states else None
            return (
                last is not None and last.state == "paused" and all(w in last.reason for w in words)
            )

        self.client.until(paused, 20, f"a pause for {words}")


@contextmanager
def rig_of(
    folder: Path, make: str, *options: str, unit: dict[str, Any] | None = None
) -> Iterator[Rig]:
    """A vehicle, the node with `unit` as its configuration, a client, and the second station."""
    others, written = free_udp_port(), folder / "given.yaml"
    written.write_text(yaml.safe_dump(unit or {}))
    second = ("--mavlink", f"udpout:127.0.0.1:{others}")
    with (
        closing(SecondStation(others, make)) as other,
        bench_of(folder, *second, *options, profile=make, unit_config=str(written)) as bench,
    ):
        yield Rig(bench.client, other, make, folder / "node.log")

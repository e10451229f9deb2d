"""How a benchmark is measured: ours and the peer take turns, and the medians are compared."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

#: gives a figure in the bench's unit, each time it is called
Figure = Callable[[], float]


@dataclass(frozen=True)
class Pair:
    """What is compared, ready to be called."""

    ours: Figure
    peer: Figure


@dataclass(frozen=True)
class Bench:
    """`prepare` opens what is needed and gives the pair; `better` is "lower" or "higher"."""

    name: str
    unit: str
    better: str
    peer_name: str
    prepare: Callable[[], AbstractContextManager[Pair]]
    repeats: int = 7


@dataclass(frozen=True)
class Line:
    """One measurement. `ratio` is ours / peer."""

    name: str
    ours: float
    peer: float
    ratio: float
    unit: str
    peer_name: str
    better: str

    def as_json(self) -> str:
        return json.dumps(self.__dict__, ensure_ascii=False)


def measure(bench: Bench) -> Line:
    """Warm both up, then let them take turns."""
    with bench.prepare() as pair:
        pair.ours()
        pair.peer()
        ours, peer = [], []
        for _ in range(bench.repeats):
            ours.append(pair.ours())
            peer.append(pair.peer())
    a, b = statistics.median(ours), statistics.median(peer)
    figures = (round(a, 4), round(b, 4), round(a / b, 3))
    return Line(bench.name, *figures, bench.unit, bench.peer_name, bench.better)


def ms_per_call(work: Callable[[], object], calls: int = 1) -> Figure:
    """Milliseconds for one call, over `calls` of them."""

    def figure() -> float:
        begin = time.perf_counter()
        for _ in range(calls):
            work()
        return (time.perf_counter() - begin) / calls * 1e3

    return figure


def run(benches: list[Bench]) -> Iterator[Line | str]:
    """A line for each; for one that fails, a JSON line with `error`."""
    for bench in benches:
        try:
            yield measure(bench)
        except Exception as error:  # noqa: BLE001 - one broken bench must not hide the others
            yield json.dumps({"name": bench.name, "error": f"{type(error).__name__}: {error}"})

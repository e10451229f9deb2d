"""The benchmarks' own promises: a JSON line each, a failure is said, names are unique."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench import contracts, navigation
from tests.bench.__main__ import all_benches, main
from tests.bench.measure import Bench, Pair, measure, ms_per_call


@contextmanager
def sleeps() -> Iterator[Pair]:
    yield Pair(ms_per_call(lambda: time.sleep(0.004)), ms_per_call(lambda: time.sleep(0.002)))


@contextmanager
def breaks() -> Iterator[Pair]:
    def burn() -> float:
        raise RuntimeError("no fuel")

    yield Pair(burn, burn)


GOOD = Bench("sleep", "ms", "lower", "a shorter sleep", sleeps, repeats=3)
BAD = Bench("burn", "ms", "lower", "nothing", breaks)


def test_what_is_slower_has_the_higher_figure() -> None:
    line = measure(GOOD)
    assert line.ours > line.peer > 1.9
    assert line.ratio == pytest.approx(line.ours / line.peer, abs=0.01)


def test_a_line_of_json_comes_for_each_and_then_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], [GOOD]) == 0
    first, *table = capsys.readouterr().out.splitlines()
    told = json.loads(first)
    assert {"name", "ours", "peer", "ratio", "unit", "peer_name"} <= set(told)
    assert any("a shorter sleep" in line for line in table)


def test_one_that_fails_is_said_and_the_others_are_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--json-only"], [BAD, GOOD]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"name": "burn", "error": "RuntimeError: no fuel"}
    assert told[1]["name"] == "sleep"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["speed of light"], [GOOD]) == 2
    assert "there are: sleep" in capsys.readouterr().err


def test_every_bench_has_a_name_of_its_own_and_a_named_peer() -> None:
    benches = all_benches()
    assert len({bench.name for bench in benches}) == len(benches) >= 6
    assert all(bench.peer_name and bench.better in ("lower", "higher") for bench in benches)


@pytest.mark.parametrize(
    "bench", [*contracts.BENCHES, *navigation.BENCHES], ids=lambda bench: bench.name
)
def test_the_quick_ones_still_measure_something(bench: Bench) -> None:
    with bench.prepare() as pair:
        assert pair.ours() > 0
        assert pair.peer() > 0

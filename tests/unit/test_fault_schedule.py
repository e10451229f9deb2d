"""The faults of a campaign: seeded, of all kinds, and only where they make sense."""

from __future__ import annotations

import itertools

from simulation.faults.schedule import FaultKind, make_schedule

PROCESSES = ["drone", "perception", "unit_bridge"]


def test_the_same_seed_brings_the_same_faults_and_another_one_others() -> None:
    assert make_schedule(3, 400.0, PROCESSES) == make_schedule(3, 400.0, PROCESSES)
    assert make_schedule(3, 400.0, PROCESSES) != make_schedule(4, 400.0, PROCESSES)


def test_over_a_few_seeds_every_kind_and_every_process_has_its_turn() -> None:
    faults = [f for seed in range(20) for f in make_schedule(seed, 400.0, PROCESSES)]
    assert {f.kind for f in faults} == set(FaultKind)
    assert {f.process for f in faults if f.kind is FaultKind.KILL} == set(PROCESSES)


def test_faults_lie_in_the_run_and_apart_from_each_other() -> None:
    for seed in range(20):
        times = [f.at_s for f in make_schedule(seed, 300.0, PROCESSES, every_s=25.0)]
        assert 5 <= len(times) <= 20
        assert times[0] == 25.0
        assert all(a + 14.0 < b < 300.0 for a, b in itertools.pairwise(times))


def test_a_link_is_cut_for_a_while_and_a_killed_process_has_a_name() -> None:
    for fault in make_schedule(7, 2000.0, PROCESSES):
        assert (fault.for_s > 0) == (fault.kind is FaultKind.CUT_LINK)
        assert (fault.process != "") == (fault.kind is FaultKind.KILL)

"""The meter of localisation's error against the truth."""

from __future__ import annotations

import math

import pytest

from simulation.scenarios.pose_errors import Placed, PoseErrors


def test_an_estimate_is_held_against_the_truth_of_its_own_time() -> None:
    errors = PoseErrors()
    for step in range(200):
        t = 0.04 * step
        errors.add_truth(Placed(t, 1.5 * t, 0.0, math.pi - 0.01 + 0.1 * t))
        at = t + 0.013  # before the truth of that time is known
        off = 0.3 if step >= 100 else 0.0
        sigma = (0.05, 0.05, 0.01)
        yaw = math.remainder(math.pi - 0.01 + 0.1 * at, math.tau)
        errors.add_estimate(Placed(at, 1.5 * at, off, yaw, sigma))
    figures = errors.figures
    assert errors.count == 199
    assert figures["pose_rmse_m"] == pytest.approx(0.3 * math.sqrt(99 / 199), abs=1e-3)
    assert figures["pose_worst_m"] == pytest.approx(0.3)
    assert figures["heading_rmse_deg"] == pytest.approx(0.0, abs=0.01)
    assert figures["pose_inside_3_sigma"] == pytest.approx(100 / 199, abs=1e-3)
    assert errors.course[-1][0] == pytest.approx(198 * 0.04)


def test_where_the_truth_has_a_gap_nothing_is_compared() -> None:
    errors = PoseErrors()
    errors.add_truth(Placed(0.0, 0.0, 0.0, 0.0))
    errors.add_estimate(Placed(0.5, 9.0, 9.0, 0.0))
    errors.add_truth(Placed(1.0, 0.0, 0.0, 0.0))
    errors.add_estimate(Placed(0.2, 9.0, 9.0, 0.0))
    errors.add_truth(Placed(1.0, 0.0, 0.0, 0.0))
    assert errors.count == 0
    assert errors.figures["pose_rmse_m"] == 0.0

"""The filter on synthetic drives: how far off it is, and whether it knows how far off it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot.localization.estimate import Level
from tests.localization_drive import (
    START_S,
    Drive,
    errors,
    inside_3_sigma,
    new_localizer,
    play,
    rmse_m,
)


@pytest.mark.parametrize(("sigma_m", "limit_m"), [(0.02, 0.10), (0.1, 0.20), (1.5, 2.0)])
def test_the_pose_is_as_good_as_gnss_allows_and_the_covariance_is_honest(
    sigma_m: float, limit_m: float
) -> None:
    tables = []
    for seed in range(4):
        drive = Drive(seed=seed, gnss_sigma_m=sigma_m)
        tables.append(errors(drive, play(new_localizer(), drive.measurements())))
    table = np.concatenate(tables)
    heading = math.degrees(float(np.sqrt(np.mean(table[100:, 2] ** 2))))
    print(
        f"\nGNSS {sigma_m} m: RMSE {rmse_m(table):.3f} m, heading {heading:.2f} deg, "
        f"inside 3 sigma {100 * inside_3_sigma(table):.2f} %"
    )
    assert rmse_m(table) <= limit_m
    assert inside_3_sigma(table) >= 0.99
    # Honest is also not hiding behind a huge covariance.
    assert float(np.median(table[:, 3:5])) <= 2.0 * sigma_m + 0.05
    if sigma_m <= 0.1:
        assert heading <= 2.0


def test_a_minute_without_gnss_costs_little_and_is_admitted() -> None:
    tables, worst = [], []
    for seed in range(4):
        drive = Drive(seed=seed, duration_s=150.0, gnss_sigma_m=0.02, gnss_silent=(85.0, 145.0))
        localizer = new_localizer()
        estimates = play(localizer, drive.measurements(), START_S + 144.9)
        table = errors(drive, estimates)
        tables.append(table)
        worst.append(float(np.hypot(*table[-1, :2])))
        health = localizer.health(START_S + 144.9, estimates[-1])
        assert health.level is Level.WARN
        assert "no usable GNSS" in health.message
    print(f"\nafter 60 s without GNSS: {np.round(worst, 2)} m")
    assert float(np.sqrt(np.mean(np.square(worst)))) <= 0.5
    assert inside_3_sigma(np.concatenate(tables)) >= 0.99


def test_five_metre_jumps_of_gnss_are_refused() -> None:
    for seed in range(3):
        drive = Drive(seed=seed, gnss_sigma_m=0.1, multipath=(60.0, 67.0))
        localizer = new_localizer()
        table = errors(drive, play(localizer, drive.measurements()))
        assert float(np.max(np.hypot(table[:, 0], table[:, 1])[200:])) < 0.8
        assert inside_3_sigma(table) >= 0.99

"""The time of a picture, by a camera whose clock may be anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from drone.link.camera import _utc


def test_a_clock_that_is_set_is_believed() -> None:
    at = datetime(2026, 11, 27, 15, 4, 9, tzinfo=UTC)
    assert _utc(round(at.timestamp() * 1e6)) == at


@pytest.mark.parametrize("told", [0, 5_000_000, 2**64 - 1, 2**63, -1])
def test_one_that_is_not_set_or_says_nonsense_is_not(told: int) -> None:
    assert abs(_utc(told) - datetime.now(UTC)) < timedelta(seconds=5)

"""How sure a finding's place is, from its covariance."""

from __future__ import annotations

import math

import pytest

from drone.preflight.around import sigma_of


@pytest.mark.parametrize(
    ("covariance", "sigma"),
    [
        ((4.0, 0.0, 0.0, 1.0), 2.0),
        ((1.0, 0.0, 0.0, 9.0), 3.0),
        ((2.5, 1.5, 1.5, 2.5), 2.0),  # 4 and 1, turned by an eighth
        ((0.0, 0.0, 0.0, 0.0), 2.0),  # that is: not said
        ((900.0, 0.0, 0.0, 900.0), 5.0),  # no finding keeps everybody away
        ((), 2.0),
        ((math.nan, 0.0, 0.0, 1.0), 2.0),
    ],
)
def test_sigma_is_the_larger_half_axis(covariance: tuple[float, ...], sigma: float) -> None:
    assert sigma_of(covariance) == pytest.approx(sigma)

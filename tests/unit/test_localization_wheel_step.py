"""What the wheels' count says of a silence: gone on, or begun anew at zero."""

from __future__ import annotations

import pytest

from robot.localization.planar import wheel_step


def test_a_count_that_went_on_gives_the_motion_in_the_body_s_frame() -> None:
    step = wheel_step((20.0, 5.0, 0.0), (21.0, 5.0, 0.1), 4.0)
    assert step == pytest.approx((1.0, 0.0, 0.1))


@pytest.mark.parametrize("after", [(0.0, 0.0, 0.0), (0.6, 0.0, 0.0), (0.5, 0.3, 1.2)])
def test_a_driver_that_began_anew_is_no_motion_though_its_first_words_were_missed(
    after: tuple[float, float, float],
) -> None:
    assert wheel_step((3.0, -2.0, 1.0), after, 8.5) is None


def test_a_way_that_is_too_long_is_not_believed() -> None:
    assert wheel_step((20.0, 5.0, 0.0), (30.0, 5.0, 0.0), 4.0) is None


def test_at_rest_near_zero_it_has_not_moved() -> None:
    assert wheel_step((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 1.0) == pytest.approx((0.0, 0.0, 0.0))

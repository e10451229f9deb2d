"""The camera's reader finds the landing board where it is, near and far, and no other sheet."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from comms.contracts.landing_board import LANDING_BOARD, BoardMarker, LandingBoard
from drone.landing.sight import BoardReader, Optics
from tests.landing_views import OPTICS, noisy, pose, view

READER = BoardReader(LANDING_BOARD)
LARGE = LANDING_BOARD.markers[0].number


def off_m(found, *where: float) -> float:
    """Sideways error (m) of a sighting."""
    assert found is not None, "no board was read"
    truth = pose(*where)[1]
    return float(np.linalg.norm(found.middle_m[:2] - truth[:2]))


@pytest.mark.parametrize("height_m", [0.3, 0.5, 0.8, 1.5, 3.0, 6.0, 10.0, 14.0])
def test_it_is_seen_from_touch_down_to_fourteen_metres(height_m):
    where = (height_m, 0.1 * height_m, -0.05 * height_m, 0.7, 0.05)
    if height_m < 0.6:
        where = (height_m, 0.02, -0.01, 0.7, 0.0)
    found = READER.read(noisy(view(*where), 6.0), OPTICS)
    assert off_m(found, *where) < 0.02 + 0.006 * height_m
    assert found.middle_m[2] == pytest.approx(pose(*where)[1][2], rel=0.04)


def test_near_it_the_small_markers_are_what_is_read():
    found = READER.read(view(0.4, 0.03, 0.02), OPTICS)
    assert LARGE not in found.markers
    assert len(found.markers) >= 2


def test_from_afar_only_the_large_one_is_read_and_the_small_ones_in_it_do_no_harm():
    assert READER.read(view(10.0), OPTICS).markers == (LARGE,)


def test_a_blurred_picture_is_read_or_not_but_never_wrongly():
    where = (5.0, 0.4, 0.3, 0.3)
    for size in (3, 5, 9, 15, 25):
        blurred = cv2.blur(view(*where), (size, 1))
        found = READER.read(noisy(blurred, 4.0), OPTICS)
        assert found is None or off_m(found, *where) < 0.10
    assert READER.read(noisy(cv2.blur(view(*where), (3, 1)), 4.0), OPTICS) is not None


def test_a_large_marker_half_hidden_leaves_the_small_ones():
    picture = view(1.4)
    picture[:, :270] = 90  # a coat over the left side
    found = READER.read(picture, OPTICS)
    assert off_m(found, 1.4) < 0.02
    assert LARGE not in found.markers


def test_another_marker_beside_the_board_changes_nothing():
    alone = READER.read(view(4.0, 0.2, 0.1), OPTICS)
    other = LandingBoard("DICT_4X4_50", 0.5, (BoardMarker(17, 0.4),))
    both = view(4.0, 0.2, 0.1, board=other, at=(1.2, 0.0), onto=view(4.0, 0.2, 0.1))
    found = READER.read(both, OPTICS)
    assert found.markers == alone.markers
    assert np.allclose(found.middle_m, alone.middle_m, atol=0.003)


def test_a_stray_sheet_with_one_of_our_small_numbers_is_left_out():
    stray = LandingBoard("DICT_4X4_50", 0.4, (BoardMarker(24, 0.3),))
    both = view(3.0, board=stray, at=(0.9, 0.3), onto=view(3.0))
    assert off_m(READER.read(both, OPTICS), 3.0) < 0.02


def test_bare_ground_and_noise_are_no_board():
    rng = np.random.default_rng(3)
    for picture in (np.full((480, 640), 150, np.uint8), rng.integers(0, 255, (480, 640), np.uint8)):
        assert READER.read(picture, OPTICS) is None


def test_a_lens_distortion_is_taken_out():
    bent = Optics(OPTICS.matrix, np.array([-0.25, 0.08, 0.0, 0.0, 0.0]))
    straight = view(4.0, 1.2, 0.8)
    grid = np.indices((480, 640)).transpose(1, 2, 0)[..., ::-1].reshape(-1, 1, 2).astype(np.float64)
    source = cv2.undistortPoints(grid, bent.matrix, bent.distortion, P=OPTICS.matrix)
    maps = source.reshape(480, 640, 2).astype(np.float32)
    seen = cv2.remap(straight, maps, None, cv2.INTER_LINEAR, borderValue=150)
    truth = pose(4.0, 1.2, 0.8)[1]
    assert np.linalg.norm(READER.read(seen, bent).middle_m - truth) < 0.04
    assert np.linalg.norm(READER.read(seen, OPTICS).middle_m - truth) > 0.12


def test_the_covariance_covers_the_errors():
    where, squares = (6.0, 0.5, 0.4, 0.2), []
    for seed in range(30):
        found = READER.read(noisy(view(*where), 10.0, seed), OPTICS)
        off = (found.middle_m - pose(*where)[1])[:2]
        squares.append(off @ np.linalg.solve(found.covariance[:2, :2], off))
    assert np.mean(squares) < 6.0  # two degrees of freedom: 2 when it is exact


def test_a_board_of_another_size_is_the_same_picture_from_another_height():
    half = LANDING_BOARD.scaled(0.47)
    found = BoardReader(half).read(view(2.0, board=half), OPTICS)
    assert found.middle_m[2] == pytest.approx(2.0, rel=0.03)
    with pytest.raises(ValueError, match="should lie within"):
        LANDING_BOARD.scaled(0.0)

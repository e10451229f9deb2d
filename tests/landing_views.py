"""Synthetic views of landing boards: a flat ground with boards on it, seen by a pinhole camera."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from comms.contracts.landing_board import LANDING_BOARD, LandingBoard
from comms.contracts.vehicle import Camera
from drone.landing.sight import Optics

CAMERA = Camera(width_px=640, height_px=480, horizontal_fov_rad=1.2)
OPTICS = Optics.of_camera(CAMERA)
_PX_PER_M = 800


def sheet(board: LandingBoard) -> NDArray[np.uint8]:
    """The board as printed, from above."""
    side = round(board.side_m * _PX_PER_M)
    picture = np.full((side, side), 235, np.uint8)
    for left, bottom, right, top in board.black():
        x0, x1 = ((x + board.side_m / 2) * _PX_PER_M for x in (left, right))
        y0, y1 = ((board.side_m / 2 - y) * _PX_PER_M for y in (top, bottom))
        picture[round(y0) : round(y1), round(x0) : round(x1)] = 20
    return picture


def pose(
    height_m: float, east_m: float = 0.0, north_m: float = 0.0, yaw: float = 0.0, tilt: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(R, t): board -> optical, for a camera that looks down from `height_m`, from (east, north)
    of the board's middle, turned by `yaw` and tilted forward by `tilt` (rad)."""
    down = np.diag([1.0, -1.0, -1.0])
    c, s = math.cos(yaw), math.sin(yaw)
    turned = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
    ct, st = math.cos(tilt), math.sin(tilt)
    tilted = np.array([[1, 0, 0], [0, ct, -st], [0, st, ct]])
    rotation = tilted @ down @ turned
    return rotation, -rotation @ np.array([east_m, north_m, height_m])


def view(
    height_m: float,
    east_m: float = 0.0,
    north_m: float = 0.0,
    yaw: float = 0.0,
    tilt: float = 0.0,
    *,
    board: LandingBoard = LANDING_BOARD,
    at: tuple[float, float] = (0.0, 0.0),
    onto: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """The picture (grey) of a board whose middle lies at `at`; over `onto` where that is given."""
    rotation, shift = pose(height_m, east_m, north_m, yaw, tilt)
    return drawn(rotation, shift, board=board, at=at, onto=onto)


def drawn(
    rotation: NDArray[np.float64],
    shift: NDArray[np.float64],
    *,
    board: LandingBoard = LANDING_BOARD,
    at: tuple[float, float] = (0.0, 0.0),
    onto: NDArray[np.uint8] | None = None,
    finer: int = 4,
) -> NDArray[np.uint8]:
    """The same from any pose (ground -> optical, m). It is drawn `finer` times as large and then
    shrunk, as a lens averages over a pixel."""
    printed = sheet(board)
    side, half = printed.shape[0], board.side_m / 2
    metres = np.array(
        [[1 / _PX_PER_M, 0, at[0] - half], [0, -1 / _PX_PER_M, at[1] + half], [0, 0, 1.0]]
    )
    plane = np.column_stack([rotation[:, 0], rotation[:, 1], shift])
    middle = (finer - 1) / 2
    fine = np.array([[finer, 0, middle], [0, finer, middle], [0, 0, 1.0]])
    homography = fine @ OPTICS.matrix @ plane @ metres
    size = (CAMERA.width_px, CAMERA.height_px)
    large = (size[0] * finer, size[1] * finer)
    ink = cv2.warpPerspective(printed, homography, large, flags=cv2.INTER_LINEAR)
    solid = np.full((side, side), 255, np.uint8)
    there = cv2.warpPerspective(solid, homography, large, flags=cv2.INTER_NEAREST) > 0
    seen = cv2.resize(ink.astype(np.float32) * there, size, interpolation=cv2.INTER_AREA)
    part = cv2.resize(there.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    ground = onto if onto is not None else np.full(size[::-1], 150, np.uint8)
    return np.clip(seen + ground * (1 - part), 0, 255).astype(np.uint8)


def noisy(picture: NDArray[np.uint8], sigma: float, seed: int = 1) -> NDArray[np.uint8]:
    """With grey noise (1 sigma, of 255)."""
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)

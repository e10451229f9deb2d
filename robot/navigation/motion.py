"""The plain values of motion: where the robot is, how fast it moves, what shape it has."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """Where the robot is: map m, ENU yaw rad."""

    x_m: float
    y_m: float
    yaw_rad: float


@dataclass(frozen=True)
class Velocity:
    """Forward m/s and turn rad/s, counter-clockwise positive."""

    v_mps: float = 0.0
    w_radps: float = 0.0


@dataclass(frozen=True)
class Hull:
    """The footprint as two discs on the long axis: their distance from the middle, their radius."""

    offset_m: float = 0.15
    radius_m: float = 0.28

    @staticmethod
    def of(length_m: float, width_m: float) -> Hull:
        """The two smallest equal discs that cover a rectangle, rounded up by half a centimetre."""
        return Hull(length_m / 4, math.hypot(length_m / 4, width_m / 2) + 0.005)

    def centres(self, xy: Floats, yaw: Floats) -> Floats:
        """Centres (..., 2, 2) of the discs for positions (..., 2) and headings (...)."""
        ahead = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
        return np.stack([xy + self.offset_m * ahead, xy - self.offset_m * ahead], axis=-2)

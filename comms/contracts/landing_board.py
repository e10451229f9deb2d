"""The board that lies on a kiosk's pad for the drone's camera: one large ArUco marker to be seen
from afar, and four small ones in white cells around its middle for the last metres.

The one place that says which markers, how large and where; the simulated world, the camera's reader
and the printed sheet are all made from it. A small marker leaves more
than half of its white cell white, so the large one still reads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: (left, bottom, right, top) in board metres: x to the picture's right, y to its top, 0 its middle.
Rectangle = tuple[float, float, float, float]

_CELLS = 6  # of a 4x4 marker with its black border
_MAX_SIDE_M = 5.0


@dataclass(frozen=True)
class BoardMarker:
    """One marker: its number in the dictionary, side (m, with its black border), middle (m)."""

    number: int
    side_m: float
    x_m: float = 0.0
    y_m: float = 0.0

    @property
    def corners(self) -> tuple[tuple[float, float, float], ...]:
        """Upper left, upper right, lower right, lower left in board m, as OpenCV orders them."""
        h = self.side_m / 2
        x, y = self.x_m, self.y_m
        return (x - h, y + h, 0.0), (x + h, y + h, 0.0), (x + h, y - h, 0.0), (x - h, y - h, 0.0)


@dataclass(frozen=True)
class LandingBoard:
    """`dictionary` is OpenCV's name; `side_m` the whole white board; the large marker is first."""

    dictionary: str
    side_m: float
    markers: tuple[BoardMarker, ...]

    def scaled(self, side_m: float) -> LandingBoard:
        """The same board with another side (m). Raises ValueError for one that cannot be."""
        if not (math.isfinite(side_m) and 0.1 <= side_m <= _MAX_SIDE_M):
            raise ValueError(
                f"a board's side of {side_m} m should lie within 0.1 and {_MAX_SIDE_M}"
            )
        k = side_m / self.side_m
        markers = tuple(
            BoardMarker(m.number, m.side_m * k, m.x_m * k, m.y_m * k) for m in self.markers
        )
        return LandingBoard(self.dictionary, side_m, markers)

    def black(self) -> list[Rectangle]:
        """The black cells of all markers, in runs; what they leave of the board is white."""
        import cv2  # 30 MB that a process which draws no board does without

        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        found: list[Rectangle] = []
        for marker in self.markers:
            picture = cv2.aruco.generateImageMarker(dictionary, marker.number, _CELLS)
            cell = marker.side_m / _CELLS
            left, top = marker.x_m - marker.side_m / 2, marker.y_m + marker.side_m / 2
            for row in range(_CELLS):
                high = top - row * cell
                for start, end in _runs([bool(value) for value in picture[row]]):
                    found.append((left + start * cell, high - cell, left + end * cell, high))
        return found


def _runs(white: list[bool]) -> list[tuple[int, int]]:
    """Where black cells follow each other: (first, one past the last)."""
    runs, start = [], None
    for column, is_white in enumerate([*white, True]):
        if is_white and start is not None:
            runs.append((start, column))
            start = None
        elif not is_white and start is None:
            start = column
    return runs


_LARGE_M = 0.78
_CELL_M = _LARGE_M / _CELLS
_SMALL_M = 0.07

#: Number 45 has four white cells around its middle; the small ones have much white of their own.
LANDING_BOARD = LandingBoard(
    dictionary="DICT_4X4_50",
    side_m=0.94,
    markers=(
        BoardMarker(45, _LARGE_M),
        *(
            BoardMarker(number, _SMALL_M, x * _CELL_M / 2, y * _CELL_M / 2)
            for number, x, y in ((8, -1, 1), (32, 1, 1), (24, -1, -1), (19, 1, -1))
        ),
    ),
)

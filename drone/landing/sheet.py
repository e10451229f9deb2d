"""The landing board as a file to print: SVG in true size, or PNG."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from comms.contracts.errors import FileError
from comms.contracts.landing_board import LandingBoard

_PX_PER_M = 2000
_WHITE, _BLACK = 255, 0


def write_sheet(board: LandingBoard, path: Path) -> None:
    """Write `board` to a `.svg` or `.png` file. Raises FileError for another ending, or when the
    file cannot be written."""
    kind = path.suffix.lower()
    if kind not in (".svg", ".png"):
        raise FileError(str(path), f'the ending "{path.suffix}" should be .svg or .png')
    content = _svg(board).encode() if kind == ".svg" else _png(board)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise FileError(str(path), f"cannot be written: {error.strerror or error}") from None


def _svg(board: LandingBoard) -> str:
    """In millimetres, so that it prints as large as it is."""
    side, half = board.side_m * 1000, board.side_m / 2
    cells = "".join(
        f'<rect x="{(left + half) * 1000:.3f}" y="{(half - top) * 1000:.3f}" '
        f'width="{(right - left) * 1000:.3f}" height="{(top - bottom) * 1000:.3f}"/>\n'
        for left, bottom, right, top in board.black()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side:.1f}mm" height="{side:.1f}mm" '
        f'viewBox="0 0 {side:.1f} {side:.1f}" shape-rendering="crispEdges">\n'
        f'<rect width="{side:.1f}" height="{side:.1f}" fill="white"/>\n{cells}</svg>\n'
    )


def _png(board: LandingBoard) -> bytes:
    side = round(board.side_m * _PX_PER_M)
    half = board.side_m / 2
    picture = np.full((side, side), _WHITE, np.uint8)
    for left, bottom, right, top in board.black():
        rows = slice(round((half - top) * _PX_PER_M), round((half - bottom) * _PX_PER_M))
        columns = slice(round((left + half) * _PX_PER_M), round((right + half) * _PX_PER_M))
        picture[rows, columns] = _BLACK
    return bytes(cv2.imencode(".png", picture)[1])

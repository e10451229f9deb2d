"""The board that a user prints is the board that the drone reads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from comms.contracts.errors import FileError
from comms.contracts.landing_board import LANDING_BOARD
from drone.cli import app
from drone.landing.sheet import write_sheet
from drone.landing.sight import BoardReader
from tests.landing_views import OPTICS


def photographed(sheet: np.ndarray) -> np.ndarray:
    """The sheet straight from above, with some floor around it."""
    small = cv2.resize(sheet, (400, 400), interpolation=cv2.INTER_AREA)
    floor = np.full((480, 640), 150, np.uint8)
    floor[40:440, 120:520] = small
    return floor


def test_the_png_is_read_with_all_its_markers(tmp_path: Path) -> None:
    write_sheet(LANDING_BOARD, tmp_path / "board.png")
    sheet = cv2.imread(str(tmp_path / "board.png"), cv2.IMREAD_GRAYSCALE)
    found = BoardReader(LANDING_BOARD).read(photographed(sheet), OPTICS)
    assert found is not None
    assert set(found.markers) == {marker.number for marker in LANDING_BOARD.markers}
    distance = OPTICS.matrix[0, 0] * LANDING_BOARD.side_m / 400
    assert found.middle_m[2] == pytest.approx(distance, rel=0.02)


def test_the_svg_has_its_true_size_and_the_same_cells(tmp_path: Path) -> None:
    write_sheet(LANDING_BOARD.scaled(0.5), tmp_path / "board.svg")
    root = ElementTree.parse(tmp_path / "board.svg").getroot()
    assert root.get("width") == "500.0mm"
    drawn = np.full((1000, 1000), 255, np.uint8)
    for cell in root[1:]:
        x, y, w, h = (round(2 * float(cell.get(k, "nan"))) for k in ("x", "y", "width", "height"))
        drawn[y : y + h, x : x + w] = 0
    found = BoardReader(LANDING_BOARD).read(photographed(drawn), OPTICS)
    assert found is not None
    assert len(found.markers) == len(LANDING_BOARD.markers)


def test_another_ending_and_a_folder_that_is_not_there_are_told_in_one_sentence(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileError, match=r"should be \.svg or \.png"):
        write_sheet(LANDING_BOARD, tmp_path / "board.pdf")
    with pytest.raises(FileError, match="cannot be written"):
        write_sheet(LANDING_BOARD, tmp_path / "nowhere" / "board.svg")


def test_the_command_writes_it_and_says_what_to_configure(tmp_path: Path) -> None:
    file = tmp_path / "b.svg"
    done = CliRunner().invoke(app, ["landing-board", str(file), "--side", "0.6"])
    assert done.exit_code == 0
    assert "board_side_m to 0.6" in done.output.replace("\n", " ")
    assert file.stat().st_size > 1000
    wrong = CliRunner().invoke(app, ["landing-board", str(file), "--side", "50"])
    assert wrong.exit_code == 1
    assert "should lie within" in wrong.output

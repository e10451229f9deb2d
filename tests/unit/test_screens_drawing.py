"""What a person draws on the map: a place, a line or an area, and what is said of it."""

from __future__ import annotations

import pytest

from comms.centre.screens.choices import FIRST, LAST, MORE, Draw
from comms.centre.screens.drawing import Drawing
from comms.centre.screens.words import WORDS
from comms.contracts.task import TaskKind

HERE = (29.868, 121.615)
EAST = (29.868, 121.616)  # 96.6 m
NORTH_EAST = (29.869, 121.616)
NORTH = (29.869, 121.615)


def test_of_one_place_a_second_click_moves_it() -> None:
    drawing = Drawing(Draw.PLACE, 1, 1)
    assert not drawing.is_complete
    assert drawing.add(*HERE)
    assert drawing.add(*EAST)
    assert drawing.places == [EAST]
    assert drawing.words("en") == "29.868000, 121.616000"


def test_an_area_says_its_size_and_is_complete_with_three_corners() -> None:
    drawing = Drawing(Draw.AREA, 3, 100)
    for corner in (HERE, EAST):
        drawing.add(*corner)
        assert not drawing.is_complete
        assert "corners of the area" in drawing.words("en")
    drawing.add(*NORTH_EAST)
    drawing.add(*NORTH)
    assert drawing.is_complete
    assert drawing.words("en") == "4 corners, 1.07 ha"  # 96.6 m by 110.9 m


def test_a_border_that_crosses_itself_is_said_and_can_be_taken_back() -> None:
    drawing = Drawing(Draw.AREA, 3, 100)
    for corner in (HERE, NORTH_EAST, EAST, NORTH):
        drawing.add(*corner)
    assert not drawing.is_complete
    assert "crosses itself" in drawing.words("en")
    drawing.take_back()
    assert drawing.is_complete


def test_a_line_says_its_length_and_takes_no_more_points_than_the_task() -> None:
    drawing = Drawing(Draw.LINE, 2, 3)
    drawing.add(*HERE)
    drawing.add(*EAST)
    assert drawing.words("en") == "2 points, 97 m"
    assert drawing.add(*NORTH_EAST)
    assert not drawing.add(*NORTH)
    assert len(drawing.places) == 3


def test_a_task_without_a_place_takes_no_click() -> None:
    drawing = Drawing(Draw.NOTHING)
    assert drawing.is_complete
    assert not drawing.add(*HERE)


@pytest.mark.parametrize("choice", [*FIRST, *MORE, *LAST], ids=lambda c: c.word)
def test_every_button_has_words_and_draws_what_its_task_needs(choice) -> None:
    assert choice.word in WORDS
    assert all(field in WORDS for field in choice.fields)
    fewest = {Draw.NOTHING: 0, Draw.PLACE: 1, Draw.LINE: 2, Draw.AREA: 3}[choice.draw]
    assert choice.points[0] == fewest


def test_every_kind_of_task_has_a_button() -> None:
    # a plan made elsewhere is a file, given from the command line
    assert {choice.task for choice in (*FIRST, *MORE, *LAST)} == set(TaskKind) - {TaskKind.PLAN}

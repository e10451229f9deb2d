"""What the vehicle says (texts in pieces) and does unasked (modes), and what is made of it."""

from __future__ import annotations

from drone.execution.unasked import UnaskedMode
from drone.link.state import Mode, Reading, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.plan import Part


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_pieces_of_fifty_characters_become_one_text() -> None:
    texts = StatusTexts(Clock())
    long = "Arming denied: " + "x" * 35
    assert len(long) == 50
    assert texts.add(long, 2) is None
    whole = texts.add("resolve system health failures first\t", 2)
    assert whole is not None
    assert whole.text == long + "resolve system health failures first"
    assert texts.warnings_since(0) == [whole.text]


def test_a_late_or_other_text_is_not_glued_to_an_open_one() -> None:
    clock = Clock()
    texts = StatusTexts(clock)
    texts.add("y" * 50, 4)
    clock.now += 2
    texts.add("another", 4)
    texts.add("z" * 50, 4)
    texts.add("information", 6)
    assert texts.warnings_since(0) == ["y" * 50, "another", "z" * 50]


def test_the_reason_is_what_was_said_since_the_order() -> None:
    clock = Clock()
    texts = StatusTexts(clock)
    texts.add("old trouble", 3)
    clock.now += 10
    texts.add("Mission rejected: no valid mission\t", 3)
    texts.add("Takeoff detected", 6)
    assert texts.reason_since(clock.now - 1) == "Mission rejected: no valid mission"


def test_an_old_reading_is_not_a_fact() -> None:
    reading: Reading[int] = Reading(max_age_s=0.0)
    assert reading.fresh() is None
    reading.put(1)
    assert reading.last == 1
    assert reading.fresh() is None or reading.age_s == 0.0


def watched() -> tuple[UnaskedMode, VehicleView, StatusTexts, Clock]:
    clock, view = Clock(), VehicleView()
    texts = StatusTexts(clock)
    return UnaskedMode(view, texts, clock), view, texts, clock


def test_a_hold_that_nobody_asked_for_is_a_pause_with_the_vehicles_words() -> None:
    unasked, view, texts, clock = watched()
    view.mode.put(Mode.HOLD)
    texts.add("Geofence breached", 3)
    assert not unasked.look(False, Part.TRANSIT).words
    assert not unasked.is_paused
    clock.now += 3
    unasked.look(False, Part.TRANSIT)
    assert unasked.is_paused
    assert "Geofence breached" in unasked.words


def test_a_return_that_nobody_asked_for_is_seen_and_one_at_the_end_is_expected() -> None:
    unasked, view, _, clock = watched()
    view.mode.put(Mode.RETURN)
    unasked.look(False, Part.WORK)
    clock.now += 3
    assert unasked.look(False, Part.WORK).comes_home
    assert unasked.words
    unasked.look(False, Part.LANDING)
    assert unasked.words == ""


def test_a_mission_that_goes_on_during_a_hold_was_resumed_elsewhere() -> None:
    unasked, view, _, clock = watched()
    view.mode.put(Mode.MISSION)
    unasked.look(True, Part.WORK)
    clock.now += 3
    assert unasked.look(True, Part.WORK).resumed_elsewhere
    assert not unasked.look(False, Part.WORK).resumed_elsewhere

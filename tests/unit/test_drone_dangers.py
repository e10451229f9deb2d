"""What is wished of a flight when something goes wrong in it; times by the vehicle's clock."""

from __future__ import annotations

import pytest

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.execution.dangers import Advice, Dangers, To, cause_of
from drone.execution.energy import UseMeter
from drone.link.state import Battery, Gnss, Mode, VehicleView, Velocity, Wind
from drone.link.statustext import StatusTexts

HOME = Enu(0.0, 0.0, 0.0)
CONFIG = DroneConfig(max_wind_mps=9.0, gnss_land_after_s=10.0)


class Flight:
    """A vehicle that flies east, seen five times a second."""

    def __init__(self) -> None:
        self.view, self.texts = VehicleView(), StatusTexts()
        self.dangers = Dangers(self.view, self.texts, CONFIG, battery_wh=90.0)
        self.wish, self.now, self.shift = "", 100.0, 0.0
        self.mode, self.fix, self.speed, self.charge, self.per_s = Mode.MISSION, True, 5.0, 0.9, 0.0
        self.east = 0.0

    def for_s(self, seconds: float) -> Advice:
        """Time passes; the last advice."""
        advice = Advice()
        for _ in range(round(seconds * 5)):
            self.now += 0.2
            self.east += 0.2 * self.speed
            self.charge -= 0.2 * self.per_s
            self.view.clock_s.put(self.now)
            self.view.mode.put(self.mode)
            self.view.gnss.put(Gnss(14, self.fix))
            self.view.velocity.put(Velocity(self.speed, 0.0, 0.0))
            self.view.battery.put(Battery(round(self.charge, 2), 15.0))
            here = Enu(self.east, self.shift, 25.0)
            advice = self.dangers.look(here, HOME, self.wish)
            self.wish = advice.hold
            if advice.ends:
                break
        return advice


def test_a_flight_in_which_nothing_is_wrong_is_left_alone() -> None:
    assert Flight().for_s(30.0) == Advice()


def test_without_satellites_it_holds_goes_on_when_they_are_back_and_else_lands() -> None:
    flight = Flight()
    flight.fix = False
    assert flight.for_s(0.6).hold == ""
    assert "no satellite position" in flight.for_s(1.0).hold
    flight.fix = True
    assert flight.for_s(4.0).hold
    assert flight.for_s(2.0).hold == ""
    flight.fix = False
    ending = flight.for_s(20.0)
    assert (ending.to, ending.hold, ending.is_urgent) == (To.HERE, "", True)
    assert "no satellite position for 10 s" in ending.ends


@pytest.mark.parametrize("mode", [Mode.LAND, Mode.RETURN])
def test_an_autopilot_that_acts_by_itself_is_let_go_and_not_held(mode: Mode) -> None:
    flight = Flight()
    flight.fix = False
    assert flight.for_s(2.0).hold
    flight.mode = mode
    first = flight.for_s(0.2)
    assert (first.hold, first.lets_go) == ("", True)
    assert flight.for_s(30.0) == Advice()


def test_a_jump_holds_until_it_is_taken_back_and_a_person_may_decide_otherwise() -> None:
    for person in (False, True):
        flight = Flight()
        flight.for_s(2.0)
        flight.shift = 30.0
        assert "jumped by 30 m" in flight.for_s(0.2).hold
        flight.speed = 0.0
        assert flight.for_s(20.0).hold
        if person:
            flight.wish = ""
        else:
            flight.shift = 0.0
            assert "steady" in flight.for_s(1.0).hold
        assert flight.for_s(6.0).hold == ""


def test_another_hold_is_not_touched() -> None:
    flight = Flight()
    flight.wish = "emergency stop engaged by Li"
    flight.fix = False
    assert flight.for_s(5.0).hold == "emergency stop engaged by Li"
    assert flight.for_s(20.0).hold == "emergency stop engaged by Li"


def test_wind_must_last_before_it_brings_it_home() -> None:
    flight = Flight()
    for speed, seconds, ends in ((12.0, 9.0, False), (8.0, 5.0, False), (12.0, 11.0, True)):
        flight.view.wind.put(Wind(speed, 0.0))
        advice = flight.for_s(seconds)
        assert bool(advice.ends) is ends
    assert (advice.ends, advice.to) == ("wind of 12 m/s for 10 s, at most 9 m/s is safe", To.HOME)


@pytest.mark.parametrize(
    "words",
    [
        "Motor failure: Motor 2 undercurrent detected",
        "Preflight Fail: Motor failure detected",
        "Potential Thrust Loss (2)",
    ],
)
def test_a_motors_failure_is_known_by_either_makes_words(words: str) -> None:
    flight = Flight()
    flight.texts.add(words, 2)
    advice = flight.for_s(0.2)
    assert (advice.to, words in advice.ends, advice.is_urgent) == (To.NEAREST, True, True)


def test_the_measured_use_replaces_the_model_once_it_means_something() -> None:
    flight = Flight()
    flight.speed, flight.east, flight.per_s = 0.0, 80.0, 0.006
    advice = flight.for_s(200.0)
    assert advice.to is To.NEAREST
    assert "by the use measured" in advice.ends
    assert flight.charge > 0.4  # by the model 28 % would do


def test_the_use_is_the_slope_of_whole_percents() -> None:
    meter = UseMeter()
    for second in range(29):
        meter.put(float(second), round(1.0 - 0.004 * second, 2))
    assert meter.per_s is None  # too short
    for second in range(29, 300):
        meter.put(float(second), round(1.0 - 0.004 * min(second, 200), 2))
    assert meter.per_s == pytest.approx(0.0, abs=0.003)  # the last two minutes
    meter.put(5.0, 1.0)
    assert meter.per_s is None  # begun anew


def test_causes_are_named_by_the_autopilots_words() -> None:
    assert cause_of("Polygon fence breached").startswith("geofence breach: ")
    assert cause_of("GCS Failsafe").startswith("link lost: ")
    assert cause_of("Connection to ground control station lost").startswith("link lost: ")
    assert cause_of("EKF Failsafe: changed to Land Mode").startswith("position lost: ")
    assert cause_of("mode return") == "mode return"


def test_an_autopilot_that_landed_by_itself_without_satellites_is_not_told_to_land() -> None:
    """Its mode may change in the moment before it says that it has landed."""
    flight = Flight()
    flight.fix = False
    flight.for_s(5.0)
    flight.mode = Mode.LAND
    assert flight.for_s(60.0).ends == ""
    flight.mode = Mode.HOLD
    assert flight.for_s(1.0).ends == ""
    assert "no satellite position" in flight.for_s(12.0).ends  # it has not landed after all

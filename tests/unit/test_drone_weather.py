"""The weather as somebody tells it: checked, kept, heeded by the list and by the plans."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comms.contracts.errors import ContractError
from comms.contracts.weather import Weather
from comms.wire import types_pb2
from comms.wire.convert import weather_from_wire
from drone.config import DroneConfig
from drone.link.state import VehicleView, Wind
from drone.preflight.weather import NAME, Told, WeatherBook, air_of, weather_line

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
CONFIG = DroneConfig()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def told(**given: Any) -> Told:
    return Told(Weather.told(**given), "Li", 120.0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "say at least the wind"),
        ({"wind_mps": -1.0}, "wind_mps"),
        ({"wind_mps": 61.0}, "wind_mps"),
        ({"wind_mps": math.inf}, "wind_mps"),
        ({"from_deg": 361.0, "wind_mps": 1.0}, "from_deg"),
        ({"wind_mps": 8.0, "gust_mps": 5.0}, "weaker than the mean"),
        ({"visibility_m": -5.0}, "visibility_m"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(given: dict[str, float], words: str) -> None:
    with pytest.raises(ContractError, match=words) as refused:
        Weather.told(**given)
    assert "\n" not in str(refused.value)
    with pytest.raises(ContractError, match=words):
        weather_from_wire(types_pb2.WeatherReport(**given))


@pytest.mark.parametrize(
    ("given", "ok", "words"),
    [
        ({"wind_mps": 6.0, "from_deg": 230.0}, True, "wind 6.0 m/s from 230° (Li, 2 min ago)"),
        ({"wind_mps": 11.0}, False, "at most 10 m/s of wind is right"),
        ({"wind_mps": 8.0, "gust_mps": 15.0}, False, "at most 14 m/s of gusts is right"),
        ({"wind_mps": 2.0, "visibility_m": 600.0}, False, "at least 1.0 km must be seen"),
        ({"wind_mps": 2.0, "rain": True}, False, "it does not fly in rain"),
    ],
)
def test_the_line_holds_it_against_the_limits(given: dict[str, Any], ok: bool, words: str) -> None:
    line = weather_line(VehicleView(), CONFIG, told(**given))
    assert line.ok is ok
    assert words in line.detail
    assert not line.caution


def test_a_wind_from_nobody_knows_where_is_to_be_known_because_plans_do_not_heed_it() -> None:
    line = weather_line(VehicleView(), CONFIG, told(wind_mps=9.0))
    assert (line.ok, line.caution) == (True, True)
    assert "plans take the air as calm" in line.detail
    view = VehicleView()
    view.wind.put(Wind(1.0, 2.0))  # then the vehicle's own word counts
    assert not weather_line(view, CONFIG, told(wind_mps=9.0)).caution


def test_rain_may_be_allowed() -> None:
    config = DroneConfig(fly_in_rain=True)
    assert weather_line(VehicleView(), config, told(wind_mps=2.0, rain=True)).ok


@pytest.mark.parametrize("report", [None, told(visibility_m=5000.0)])
def test_a_wind_that_nobody_knows_is_right_and_to_be_known(report: Told | None) -> None:
    line = weather_line(VehicleView(), CONFIG, report)
    assert (line.ok, line.caution) == (True, True)
    assert "the wind is not known" in line.detail


def test_the_vehicles_own_word_and_a_persons_both_count() -> None:
    view = VehicleView()
    view.wind.put(Wind(9.0, 6.0))
    line = weather_line(view, CONFIG, told(wind_mps=2.0))
    assert not line.ok
    assert "wind 2.0 m/s" in line.detail
    assert "the vehicle says 10.8 m/s" in line.detail


def test_plans_heed_the_vehicles_estimate_first_then_what_was_told(tmp_path: Path) -> None:
    view, book = VehicleView(), WeatherBook(tmp_path, Clock(), 3600.0)
    assert air_of(view, book) == (0.0, 0.0)
    book.tell(Weather.told(wind_mps=5.0), "Li")  # from where is not known
    assert air_of(view, book) == (0.0, 0.0)
    book.tell(Weather.told(wind_mps=5.0, from_deg=270.0), "Li")
    assert air_of(view, book) == pytest.approx((5.0, 0.0))  # from the west, to the east
    view.wind.put(Wind(1.0, -2.0))
    assert air_of(view, book) == (1.0, -2.0)


def test_a_report_outlives_the_process_and_grows_old(tmp_path: Path) -> None:
    clock = Clock()
    WeatherBook(tmp_path, clock, 3600.0).tell(Weather.told(wind_mps=5.0), "Li")
    book = WeatherBook(tmp_path, clock, 3600.0)
    clock.now += timedelta(minutes=59)
    assert book.last is not None
    assert (book.last.by, book.last.age_s) == ("Li", 59 * 60.0)
    clock.now += timedelta(minutes=2)
    assert book.last is None
    clock.now = NOON - timedelta(hours=1)  # a clock that was set back
    assert book.last is None


def test_a_torn_file_is_no_report(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"at": "2026')
    book = WeatherBook(tmp_path, Clock(), 3600.0)
    assert book.last is None
    book.tell(Weather.told(rain=True), "Li")
    assert book.last is not None

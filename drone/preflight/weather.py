"""The weather that somebody told: kept on disk, heeded for a while, and its line in the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from comms.contracts.unit import PreflightItem
from comms.contracts.weather import Weather
from comms.state_file import read_state, write_state
from drone.config import DroneConfig
from drone.link.state import VehicleView
from drone.missions.estimate import CALM, Air

NAME = "weather.json"


@dataclass(frozen=True)
class Told:
    """A report, by whom, and how many seconds ago."""

    weather: Weather
    by: str
    age_s: float


class _Report(BaseModel):
    model_config = ConfigDict(frozen=True)

    at: datetime
    by: str
    weather: Weather


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    last: _Report | None = None


class WeatherBook:
    """The last report, in `folder`. `now` is UTC."""

    def __init__(self, folder: Path, now: Callable[[], datetime], valid_s: float) -> None:
        self._path, self._now, self._valid_s = folder / NAME, now, valid_s
        self._kept = read_state(self._path, _Kept)

    def tell(self, weather: Weather, by: str) -> None:
        """Durable before it counts. Raises OSError."""
        kept = _Kept(last=_Report(at=self._now(), by=by, weather=weather))
        write_state(self._path, kept)
        self._kept = kept

    @property
    def last(self) -> Told | None:
        """The report, unless it is too old or from the future (a clock that was set back)."""
        report = self._kept.last
        if report is None:
            return None
        age_s = (self._now() - report.at).total_seconds()
        if not -60.0 <= age_s <= self._valid_s:
            return None
        return Told(report.weather, report.by, max(0.0, age_s))


def air_of(view: VehicleView, book: WeatherBook) -> Air:
    """How the air moves (m/s, east and north): by the vehicle's own fresh estimate, else as told,
    else not at all."""
    if view.wind.fresh() is not None:
        return view.air()
    told = book.last
    return (told.weather.moving if told is not None else None) or CALM


def weather_line(view: VehicleView, config: DroneConfig, told: Told | None) -> PreflightItem:
    """Wrong beyond a limit by either word; with neither it is not known, which is said."""
    wind, limit = view.wind.fresh(), f"at most {config.max_wind_mps:.0f} m/s is right"
    said = []
    if told is not None:
        said.append(f"{told.weather.words} ({told.by}, {told.age_s / 60:.0f} min ago)")
    if wind is not None:
        said.append(f"the vehicle says {wind.speed:.1f} m/s of wind")
    wrong = _beyond(told.weather, config) if told is not None else ""
    if wind is not None and wind.speed > config.max_wind_mps:
        wrong = wrong or limit
    if wrong:
        return _line(False, "; ".join([*said, wrong]))
    if wind is None and (told is None or told.weather.wind_mps is None):
        said.append(f"the wind is not known: nobody has told it, nor the vehicle; {limit}")
        return _line(True, "; ".join(said), caution=True)
    if wind is None and told is not None and told.weather.from_deg is None:
        said.append("from where is not told, and plans take the air as calm")
        return _line(True, "; ".join([*said, limit]), caution=True)
    return _line(True, "; ".join([*said, limit]))


def _beyond(weather: Weather, config: DroneConfig) -> str:
    """The limit that it is beyond, or ""."""
    if weather.wind_mps is not None and weather.wind_mps > config.max_wind_mps:
        return f"at most {config.max_wind_mps:.0f} m/s of wind is right"
    if weather.gust_mps is not None and weather.gust_mps > config.max_gust_mps:
        return f"at most {config.max_gust_mps:.0f} m/s of gusts is right"
    if weather.visibility_m is not None and weather.visibility_m < config.min_visibility_m:
        return f"at least {config.min_visibility_m / 1000:.1f} km must be seen"
    return "it does not fly in rain" if weather.rain and not config.fly_in_rain else ""


def _line(ok: bool, detail: str, caution: bool = False) -> PreflightItem:
    return PreflightItem(name="weather", ok=ok, detail=detail, caution=caution)

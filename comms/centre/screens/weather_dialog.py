"""The dialog in which the weather is told to a unit's drone."""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.wish_dialog import Ask, wish_dialog
from comms.centre.screens.words import word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2


def weather_dialog(actions: Actions, unit_id: str, language: str) -> None:
    """Open it. Why a report is refused stands in it; it closes once the drone has taken it."""
    say = lambda key: word(key, language)  # noqa: E731 - a short name for many lines

    def fields() -> Ask:
        ui.label(say("weather_hint")).classes("text-caption")
        wind = ui.number(say("wind"), min=0, max=60, step=1)
        gust = ui.number(say("gusts"), min=0, max=100, step=1)
        origin = ui.number(say("wind_from"), min=0, max=360, step=10)
        seen = ui.number(say("visibility"), min=0, max=100, step=1)
        rain = ui.checkbox(say("rain"))

        async def ask() -> str:
            report = types_pb2.WeatherReport(
                wind_mps=wind.value,
                gust_mps=gust.value,
                from_deg=origin.value,
                visibility_m=seen.value * 1000.0 if seen.value is not None else None,
                rain=rain.value,
            )
            return await actions.tell_weather(pb.TellWeatherRequest(unit_id=unit_id, report=report))

        return ask

    wish_dialog(
        "tell-weather",
        language,
        title="tell_weather",
        press="tell",
        done="weather_told",
        fields=fields,
    )

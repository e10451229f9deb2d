"""The dialog in which a flight in the air is changed: height, speed, waypoints left out."""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.wish_dialog import Ask, wish_dialog
from comms.centre.screens.words import word
from comms.wire import centre_pb2 as pb


def change_dialog(actions: Actions, task_id: str, language: str) -> None:
    """Open it. Why a change is refused stands in it; it closes once the drone flies so."""
    say = lambda key: word(key, language)  # noqa: E731 - a short name for many lines

    def fields() -> Ask:
        hint = f'hint="{say("as_it_is")}"'
        height = ui.number(say("new_height"), min=2, step=5).props(hint)
        speed = ui.number(say("new_speed"), min=0.5, step=0.5).props(hint)
        skip = ui.number(say("skip_waypoints"), value=0, min=0, step=1, precision=0)

        async def ask() -> str:
            request = pb.ChangeFlightRequest(
                task_id=task_id,
                skip=max(0, int(skip.value or 0)),
                height_m=height.value,
                speed_mps=speed.value,
            )
            return await actions.change(request)

        return ask

    wish_dialog(
        "change-flight",
        language,
        title="change_flight",
        press="apply",
        done="change_done",
        fields=fields,
    )

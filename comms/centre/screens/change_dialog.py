"""The dialog in which a flight in the air is changed: height, speed, waypoints left out."""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.words import word
from comms.wire import centre_pb2 as pb


def change_dialog(actions: Actions, task_id: str, language: str) -> None:
    """Open it. Why a change is refused stands in it; it closes once the drone flies so."""
    say = lambda key: word(key, language)  # noqa: E731 - a short name for many lines
    with ui.dialog(value=True) as dialog, ui.card().classes("gap-2 change-flight"):
        ui.label(say("change_flight")).classes("text-weight-bold")
        hint = f'hint="{say("as_it_is")}"'
        height = ui.number(say("new_height"), min=2, step=5).props(hint)
        speed = ui.number(say("new_speed"), min=0.5, step=0.5).props(hint)
        skip = ui.number(say("skip_waypoints"), value=0, min=0, step=1, precision=0)
        why = ui.label().classes("text-negative")

        async def apply() -> None:
            request = pb.ChangeFlightRequest(
                task_id=task_id,
                skip=max(0, int(skip.value or 0)),
                height_m=height.value,
                speed_mps=speed.value,
            )
            why.set_text("")
            button.props("loading")
            refused = await actions.change(request)
            button.props(remove="loading")
            if refused:
                why.set_text(refused)
                return
            ui.notify(say("change_done"), type="positive")
            dialog.close()

        with ui.row().classes("w-full justify-end"):
            ui.button(say("back"), on_click=dialog.close).props("flat no-caps")
            button = ui.button(say("apply"), on_click=apply).props("color=primary no-caps")
    dialog.on("hide", dialog.delete)

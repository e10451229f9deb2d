"""A dialog in which something is wished of a unit, and which stays open while it is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from comms.centre.screens.words import word

#: Ask for it; why it was refused, or "".
Ask = Callable[[], Awaitable[str]]


def wish_dialog(
    name: str, language: str, *, title: str, press: str, done: str, fields: Callable[[], Ask]
) -> None:
    """Open it. `name`: its CSS class; `title`, `press` (the button) and `done` are words' keys.
    `fields` draws what is filled in and gives what is asked with it."""
    with ui.dialog(value=True) as dialog, ui.card().classes(f"gap-2 {name}"):
        ui.label(word(title, language)).classes("text-weight-bold")
        ask = fields()
        why = ui.label().classes("text-negative")

        async def send() -> None:
            why.set_text("")
            button.props("loading")
            refused = await ask()
            button.props(remove="loading")
            if refused:
                why.set_text(refused)
                return
            ui.notify(word(done, language), type="positive")
            dialog.close()

        with ui.row().classes("w-full justify-end"):
            ui.button(word("back", language), on_click=dialog.close).props("flat no-caps")
            button = ui.button(word(press, language), on_click=send)
            button.props("color=primary no-caps")
    dialog.on("hide", dialog.delete)

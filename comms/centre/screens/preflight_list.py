"""The pre-flight list as a person reads it: each line with its state, its name and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nicegui import ui

from comms.centre.screens.words import has_word, word
from comms.wire import types_pb2

Lines = tuple[types_pb2.PreflightItem, ...]


def state_of(item: types_pb2.PreflightItem) -> tuple[str, str]:
    """(icon, colour) of a line: right, right but to be known, wrong."""
    if not item.ok:
        return "cancel", "negative"
    return ("warning", "warning") if item.caution else ("check_circle", "positive")


def line_name(name: str, language: str) -> str:
    """A line's name in the page's language; as it is where there is no word for it."""
    key = f"line_{name}"
    return word(key, language) if has_word(key) else name


def show_lines(items: Iterable[types_pb2.PreflightItem], language: str) -> None:
    """Draw them into the present slot."""
    for item in items:
        icon, colour = state_of(item)
        with ui.row().classes("items-center no-wrap gap-2 preflight-line"):
            ui.icon(icon, color=colour)
            ui.label(f"{line_name(item.name, language)}: {item.detail}").classes("text-caption")


def preflight_dialog(lines: Callable[[], Lines], language: str) -> None:
    """Open the whole list; it follows what the vehicle says while it is open."""
    shown: list[Lines] = []
    with ui.dialog(value=True) as dialog, ui.card().classes("gap-1 preflight-list"):
        ui.label(word("preflight_list", language)).classes("text-weight-bold")
        column = ui.column().classes("w-full gap-1")

        def refresh() -> None:
            now = lines()
            if shown and shown[-1] == now:
                return
            shown[:] = [now]
            column.clear()
            with column:
                if now:
                    show_lines(now, language)
                else:
                    ui.label(word("preflight_none", language)).classes("hint")

        refresh()
        timer = ui.timer(0.5, refresh)
        with ui.row().classes("w-full justify-end"):
            ui.button(word("back", language), on_click=dialog.close).props("flat no-caps")

    def closed() -> None:
        timer.cancel()
        dialog.delete()

    dialog.on("hide", closed)

"""The strip below the page's head while a stop is on: each vehicle's confirmation, and the release.

It is part of the head, so it stays in sight on a phone too, whatever is open below it.
"""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.clock import clock_time
from comms.centre.screens.picture import vehicle_name
from comms.centre.screens.rows import Rows
from comms.centre.screens.situation import Situation
from comms.centre.screens.stop_board import Confirmed, UnitStop, VehicleStop
from comms.centre.screens.words import word

_ICONS = {
    Confirmed.YES: "check_circle",
    Confirmed.WAITING: "hourglass_top",
    Confirmed.NO: "error",
}


class StopStrip:
    """One line per unit that is stopped or was told to stop."""

    def __init__(self, situation: Situation, actions: Actions, language: str) -> None:
        self._situation = situation
        box = ui.column().classes("w-full gap-0 stop-strips").props("role=alert")
        self._rows: Rows[UnitStop] = Rows(box, lambda _: _Strip(actions, language))

    def refresh(self) -> None:
        """Show how each stop stands now; also the clock counts, so call it often."""
        found = [self._situation.stops.of(unit) for unit in self._situation.units.values()]
        self._rows.show([(stop.unit_id, stop) for stop in found if stop is not None])


class _Strip:
    def __init__(self, actions: Actions, language: str) -> None:
        self._actions, self._language = actions, language
        self._shown: UnitStop | None = None
        self._unit_id = ""
        self.root = ui.row().classes("w-full items-center stop-strip")
        with self.root:
            self._title = ui.label().classes("text-weight-bold")
            self._vehicles = ui.row().classes("items-center gap-x-4 gap-y-0 grow")
            ui.button(word("release", language), on_click=self._ask).props(
                "outline dense no-caps color=white"
            ).classes("release")

    def show(self, stop: UnitStop) -> None:
        if stop == self._shown:
            return
        self._shown, self._unit_id = stop, stop.unit_id
        title = word("estop_releasing" if stop.releasing else "estop_title", self._language)
        self._title.set_text(f"{title} · {stop.unit_id}")
        alarm = "alarm" if stop.worst is not Confirmed.YES else ""
        self.root.classes(add=alarm, remove="" if alarm else "alarm")
        self._vehicles.clear()
        with self._vehicles:
            for vehicle in stop.vehicles:
                self._vehicle(vehicle)
            if not stop.connected:
                ui.label(word("stop_unreached", self._language))
            elif not stop.vehicles:
                ui.label(word("stop_missing", self._language))
            if stop.detail:
                ui.label(stop.detail).classes("text-caption")

    def _vehicle(self, stop: VehicleStop) -> None:
        who = word(vehicle_name(stop.vehicle), self._language)
        at = clock_time(stop.at) if stop.at else ""
        said = word(f"stop_{stop.confirmed}", self._language, time=at)
        with ui.row().classes(f"items-center no-wrap gap-1 stop-{stop.confirmed}"):
            ui.icon(_ICONS[stop.confirmed])
            ui.label(f"{who}: {said}")

    def _ask(self) -> None:
        unit_id = self._unit_id
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(f"{word('release', self._language)} · {unit_id}").classes("text-weight-bold")
            ui.label(word("release_question", self._language))
            with ui.row().classes("w-full justify-end"):
                ui.button(word("back", self._language), on_click=dialog.close).props("flat no-caps")

                async def release() -> None:
                    dialog.close()
                    await self._actions.release(unit_id)

                ui.button(word("release_yes", self._language), on_click=release).props(
                    "color=warning text-color=black no-caps"
                )
        dialog.on("hide", dialog.delete)

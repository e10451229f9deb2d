"""The units: for each vehicle its state in words, battery, age of the last word, and STOP."""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.picture import STALE_AFTER_S, vehicle_name
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import age_words, has_word, word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2


class UnitsPanel:
    def __init__(self, situation: Situation, actions: Actions, language: str) -> None:
        self.situation, self.actions, self.language = situation, actions, language
        self._ages: dict[str, ui.label] = {}
        with ui.column().classes("w-full gap-2"):
            ui.label(word("units", language)).classes("panel-title")
            self._body()

    def refresh(self) -> None:
        self._body.refresh()

    def tick(self) -> None:
        """Ages run even when nothing arrives: that is when they matter."""
        for unit_id, label in self._ages.items():
            unit = self.situation.units.get(unit_id)
            if unit is not None:
                text, stale = self._age(unit)
                label.set_text(text)
                label.classes(
                    add="text-negative" if stale else "", remove="" if stale else "text-negative"
                )

    def _age(self, unit: pb.Unit) -> tuple[str, bool]:
        age = self.situation.age_s(unit)
        if age is None:
            return word("never", self.language), True
        text = word("last_word", self.language, age=age_words(age, self.language))
        if not unit.connected:
            return f"{word('not_connected', self.language)} · {text}", True
        return text, age > STALE_AFTER_S

    @ui.refreshable_method
    def _body(self) -> None:
        self._ages.clear()
        if not self.situation.units:
            ui.label(word("no_units", self.language)).classes("hint")
        for unit in self.situation.units.values():
            with ui.card().classes("w-full gap-1 p-3"):
                with ui.row().classes("w-full items-center no-wrap"):
                    with ui.column().classes("gap-0"):
                        ui.label(unit.unit_id).classes("text-weight-bold")
                        text, stale = self._age(unit)
                        self._ages[unit.unit_id] = ui.label(text).classes(
                            "text-caption" + (" text-negative" if stale else "")
                        )
                    ui.space()
                    if any(v.estop for v in unit.vehicles):
                        ui.button(
                            word("release", self.language),
                            on_click=lambda u=unit.unit_id: self._ask_release(u),
                        ).props("outline color=warning dense").mark(f"release-{unit.unit_id}")
                    ui.button(
                        word("stop", self.language),
                        icon="front_hand",
                        on_click=lambda u=unit.unit_id: self.actions.stop(u),
                    ).props("color=negative").classes("stop").mark(f"stop-{unit.unit_id}")
                for state in unit.vehicles:
                    self._vehicle(state)

    def _vehicle(self, state: types_pb2.VehicleState) -> None:
        name = vehicle_name(state.vehicle)
        icon = "smart_toy" if name == "robot" else "flight"
        with ui.row().classes("w-full items-center no-wrap gap-2 vehicle-row"):
            ui.icon(icon).classes("text-lg")
            with ui.column().classes("gap-0 grow"):
                ui.label(f"{word(name, self.language)} · {self._doing(state)}")
                facts = [f"{state.speed_mps:.1f} m/s"]
                if name == "drone":
                    facts.append(f"{word('above_ground', self.language)} {state.height_m:.0f} m")
                if not state.localized:
                    facts.append(word("not_localized", self.language))
                ui.label(" · ".join(facts)).classes("text-caption")
            if state.HasField("battery_fraction"):
                low = state.battery_fraction < 0.25
                ui.label(f"{state.battery_fraction:.0%}").classes("text-negative" if low else "")
                ui.icon("battery_alert" if low else "battery_full").props(
                    f'aria-label="{word("battery", self.language)}"'
                )

    def _doing(self, state: types_pb2.VehicleState) -> str:
        if state.estop:
            return word("estop_on", self.language)
        key = f"mode_{state.mode.replace(' ', '_').replace('-', '_').lower()}"
        doing = word(key, self.language) if has_word(key) else state.mode
        safety = f"safety_{state.safety}"
        if state.safety in ("slow", "stop") and has_word(safety):
            return f"{doing}, {word(safety, self.language)}"
        return doing

    def _ask_release(self, unit_id: str) -> None:
        with ui.dialog(value=True) as dialog, ui.card():
            ui.label(word("release_question", self.language))
            with ui.row().classes("w-full justify-end"):
                ui.button(word("back", self.language), on_click=dialog.close).props("flat")

                async def release() -> None:
                    dialog.close()
                    await self.actions.release(unit_id)

                ui.button(word("release", self.language), on_click=release).props(
                    "color=warning"
                ).mark("confirm-release")

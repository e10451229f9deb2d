"""The units: for each vehicle its state in words, battery, age of the last word, and STOP."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.picture import is_old, vehicle_name
from comms.centre.screens.preflight_list import Lines, preflight_dialog, state_of
from comms.centre.screens.rows import Rows
from comms.centre.screens.situation import Situation
from comms.centre.screens.weather_dialog import weather_dialog
from comms.centre.screens.words import age_words, has_word, word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

_LOW_BATTERY = 0.25


class UnitsPanel:
    """One card per unit. `refresh` often: ages run even when nothing arrives."""

    def __init__(self, situation: Situation, actions: Actions, language: str) -> None:
        self._situation = situation
        with ui.column().classes("w-full gap-2"):
            ui.label(word("units", language)).classes("panel-title")
            self._none = ui.label(word("no_units", language)).classes("hint")
            cards = ui.column().classes("w-full gap-2")
        self._rows: Rows[pb.Unit] = Rows(
            cards, lambda unit: _UnitCard(unit.unit_id, situation, actions, language)
        )

    def refresh(self) -> None:
        units = self._situation.units
        self._none.visible = not units
        self._rows.show(list(units.items()))


class _UnitCard:
    def __init__(self, unit_id: str, situation: Situation, actions: Actions, language: str) -> None:
        self._situation, self._language = situation, language
        self.root = ui.card().classes("w-full gap-1 p-3 unit")
        with self.root:
            with ui.row().classes("w-full items-center no-wrap"):
                with ui.column().classes("gap-0 grow"):
                    ui.label(unit_id).classes("text-weight-bold")
                    self._age = ui.label().classes("text-caption age")
                ui.button(
                    word("stop", language),
                    icon="front_hand",
                    on_click=lambda: actions.stop(unit_id),
                ).props(f'color=negative aria-label="{word("stop", language)} {unit_id}"').classes(
                    "stop"
                )
            lines = ui.column().classes("w-full gap-1")
        self._rows: Rows[types_pb2.VehicleState] = Rows(
            lines, lambda state: _VehicleLine(unit_id, state.vehicle, situation, actions, language)
        )

    def show(self, unit: pb.Unit) -> None:
        text, old = self._age_words(unit)
        self._age.set_text(text)
        self._age.classes(add="bad" if old else "", remove="" if old else "bad")
        self.root.classes(add="is-old" if old else "", remove="" if old else "is-old")
        self._rows.show([(str(state.vehicle), state) for state in unit.vehicles])

    def _age_words(self, unit: pb.Unit) -> tuple[str, bool]:
        age = self._situation.age_s(unit)
        if age is None:
            return word("never", self._language), True
        text = word("last_word", self._language, age=age_words(age, self._language))
        if not unit.connected:
            return f"{word('not_connected', self._language)} · {text}", True
        return text, is_old(self._situation, unit)


class _VehicleLine:
    def __init__(
        self, unit_id: str, vehicle: int, situation: Situation, actions: Actions, language: str
    ) -> None:
        self._unit_id, self._situation = unit_id, situation
        self._lines: Lines = ()
        self._name, self._language = vehicle_name(vehicle), language
        self.root = ui.row().classes("w-full items-center no-wrap gap-2 vehicle-line")
        with self.root:
            ui.icon("smart_toy" if self._name == "robot" else "flight").classes(
                f"text-lg {self._name}"
            )
            with ui.column().classes("gap-0 grow"):
                self._doing = ui.label()
                self._facts = ui.label().classes("text-caption")
            if self._name == "drone":
                self._list = self._icon("checklist", "preflight_list", self._open_list)
                self._icon("photo_camera", "take_photo", lambda: actions.take_photo(unit_id))
                self._icon(
                    "air", "tell_weather", lambda: weather_dialog(actions, unit_id, language)
                )
            self._charge = ui.label()
            self._battery = ui.icon("battery_full").props(
                f'aria-label="{word("battery", language)}"'
            )

    def show(self, state: types_pb2.VehicleState) -> None:
        self._doing.set_text(f"{word(self._name, self._language)} · {self._words(state)}")
        silence = self._silence(state)
        self.root.classes(add="is-old" if silence else "", remove="" if silence else "is-old")
        self._facts.set_text(silence or self._facts_of(state))
        self._lines = tuple(state.preflight)
        if self._name == "drone":
            states = [state_of(item) for item in self._lines]
            worst = ["negative", "warning", "positive"]
            colour = min((s[1] for s in states), key=worst.index, default="grey")
            self._list.props(f"color={colour}")
        known = state.HasField("battery_fraction")
        self._charge.visible = self._battery.visible = known
        if known:
            low = state.battery_fraction < _LOW_BATTERY
            self._charge.set_text(f"{state.battery_fraction:.0%}")
            self._charge.classes(add="bad" if low else "", remove="" if low else "bad")
            self._battery.set_name("battery_alert" if low else "battery_full")

    def _icon(self, icon: str, name: str, press: Callable[[], object]) -> ui.button:
        label = word(name, self._language)
        return ui.button(icon=icon, on_click=press).props(
            f'flat dense round size=sm aria-label="{label} {self._unit_id}"'
        )

    def _open_list(self) -> None:
        preflight_dialog(lambda: self._lines, self._language)

    def _silence(self, state: types_pb2.VehicleState) -> str:
        """How old the vehicle's own word is, where the unit speaks and the vehicle does not."""
        unit = self._situation.units[self._unit_id]
        if not unit.connected or not is_old(self._situation, unit, state.vehicle):
            return ""
        age = self._situation.age_s(unit, state.vehicle)
        if age is None:
            return word("never", self._language)
        return word("last_word", self._language, age=age_words(age, self._language))

    def _facts_of(self, state: types_pb2.VehicleState) -> str:
        facts = [f"{abs(state.speed_mps):.1f} m/s"]
        if self._name == "drone":
            facts.append(f"{word('above_ground', self._language)} {abs(state.height_m):.0f} m")
        if not state.localized:
            facts.append(word("not_localized", self._language))
        return " · ".join(facts)

    def _words(self, state: types_pb2.VehicleState) -> str:
        if state.estop:
            return word("estop_on", self._language)
        key = f"mode_{state.mode.replace(' ', '_').replace('-', '_').lower()}"
        doing = word(key, self._language) if has_word(key) else state.mode
        safety = f"safety_{state.safety}"
        if state.safety in ("slow", "stop") and has_word(safety):
            return f"{doing}, {word(safety, self._language)}"
        return doing

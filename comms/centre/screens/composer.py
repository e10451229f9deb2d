"""Sending a task by pointing: choose what, click where, look at what it will do, send.

It stands below the map and covers nothing of it, so the place can be clicked again until it is
right.
"""

from __future__ import annotations

from collections.abc import Callable

from annotated_types import Ge, Le
from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.choices import FIRST, LAST, MORE, TASK_FIELD, Choice, Draw
from comms.centre.screens.drawing import Drawing
from comms.centre.screens.site_map import SiteMap
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.contracts.task import Task
from comms.wire import types_pb2

_DRONE = types_pb2.VEHICLE_DRONE


class Composer:
    """The bar of choices, and in its place the form of the one that was chosen."""

    def __init__(
        self,
        situation: Situation,
        actions: Actions,
        site_map: SiteMap,
        language: str,
        beats: dict[str, str],
    ) -> None:
        self.situation, self.actions, self.map = situation, actions, site_map
        self.language, self.beats = language, beats
        self.choice: Choice | None = None
        self.drawing = Drawing(Draw.NOTHING)
        self._numbers: dict[str, ui.number] = {}
        self._unit: ui.select | None = None
        self._beat: ui.select | None = None
        with ui.element("div").classes("composer"):
            self._bar = ui.row().classes("items-center gap-2 bar")
            with self._bar:
                for choice in FIRST:
                    self._button(choice)
                more = ui.button(word("more_flights", language), icon="flight", color="secondary")
                with more.props("dense no-caps"), ui.menu().props("auto-close"):
                    for choice in MORE:
                        self._menu_item(choice)
                for choice in LAST:
                    self._button(choice)
            self._form = ui.column().classes("gap-1 form")
        self._form.visible = False

    def _button(self, choice: Choice) -> None:
        ui.button(
            word(choice.word, self.language),
            icon=choice.icon,
            color="secondary" if choice.vehicle == _DRONE else "primary",
            on_click=lambda: self.begin(choice),
        ).props("dense no-caps")

    def _menu_item(self, choice: Choice) -> None:
        with ui.menu_item(on_click=lambda: self.begin(choice)).classes("items-center gap-2"):
            ui.icon(choice.icon)
            ui.label(word(choice.word, self.language))

    def begin(self, choice: Choice) -> None:
        """Show the form of `choice`; on the map places can be picked if it needs any."""
        self.choice, self.drawing = choice, Drawing(choice.draw, *choice.points)
        self._form.clear()
        with self._form:
            with ui.row().classes("w-full items-center gap-x-3 gap-y-1"):
                ui.icon(choice.icon).classes("text-xl")
                ui.label(word(choice.word, self.language)).classes("text-weight-bold")
                self._where = ui.label().classes("where")
                self._where.visible = choice.draw is not Draw.NOTHING
                self._undo = (
                    ui.button(icon="undo", on_click=self._take_back)
                    .props("flat dense")
                    .tooltip(word("take_back", self.language))
                )
                self._undo.props["aria-label"] = word("take_back", self.language)
                self._fields(choice)
                ui.space()
                ui.button(word("back", self.language), on_click=self._end).props("flat no-caps")
                label = "create" if choice.waits else "send"
                self._send_button = ui.button(
                    word(label, self.language), icon="send", on_click=self._send
                ).props("no-caps")
            self._error = ui.label().classes("form-error").props("role=alert")
        self._error.visible = False
        self._bar.visible, self._form.visible = False, True
        self.map.run_method("pick", choice.draw is not Draw.NOTHING)
        self._show_drawing()

    def picked(self, latitude_deg: float, longitude_deg: float) -> None:
        """A person clicked a place. Of one place a second click moves it; of a line or an area it
        is the next corner.
        """
        if self.choice is None or not self.drawing.add(latitude_deg, longitude_deg):
            return
        self._say("")
        self._show_drawing()

    def _take_back(self) -> None:
        self.drawing.take_back()
        self._show_drawing()

    def _show_drawing(self) -> None:
        drawing = self.drawing
        self._where.set_text(drawing.words(self.language))
        self._undo.visible = drawing.has_corners and bool(drawing.places)
        radius = self._numbers.get("radius_m")
        around = radius.value if radius is not None else 0
        closed = drawing.draw is Draw.AREA
        self.map.run_method("mark", drawing.places, closed, around or 0)
        asked = not drawing.is_complete
        self._where.classes(add="asked" if asked else "", remove="" if asked else "asked")
        self._send_button.enabled = not asked

    def _fields(self, choice: Choice) -> None:
        self._numbers.clear()
        self._unit = self._beat = None
        units = list(self.situation.units)
        if len(units) > 1:
            first = next((u.unit_id for u in self.situation.units.values() if u.connected), None)
            self._unit = ui.select(
                units, label=word("which_unit", self.language), value=first or units[0]
            ).props("dense outlined options-dense")
        if choice.kind == types_pb2.TASK_KIND_PATROL:
            self._beat = (
                ui.select(
                    self.beats,
                    label=word("which_beat", self.language),
                    value=next(iter(self.beats), None),
                    on_change=lambda: self._show_beat(),
                )
                .props("dense outlined options-dense")
                .classes("w-48")
            )
            self._show_beat()
        for name in choice.fields:
            field = TASK_FIELD.get(name, name)
            number = ui.number(
                word(name, self.language),
                value=Task.model_fields[field].default,
                validation=self._check(field),
                on_change=self._show_drawing if name == "radius_m" else None,
            )
            self._numbers[name] = number.props("dense outlined hide-bottom-space").classes("w-36")

    def _check(self, field: str) -> Callable[[float | None], str | None]:
        low, high = bounds(field)
        whole = Task.model_fields[field].annotation is int

        def check(value: float | None) -> str | None:
            if value is None or (whole and value != int(value)):
                return word("whole_number" if whole else "a_number", self.language)
            if not low <= value <= high:
                return word("from_to", self.language, low=f"{low:g}", high=f"{high:g}")
            return None

        return check

    async def _send(self) -> None:
        if not all([number.validate() for number in self._numbers.values()]):
            wrong = next(n for n in self._numbers.values() if n.error)
            self._say(f"{wrong.label}: {wrong.error}")
            return
        task = self._task()
        if task is None:
            self._say(word("no_units", self.language))
            return
        self._send_button.disable()  # a second press does not give the task twice
        why_not = await self.actions.create(task)
        self._send_button.enable()
        if why_not:
            self._say(why_not)
            return
        waits = self.choice is not None and self.choice.waits
        self.actions.say("waits_below" if waits else "sent_to", unit=task.unit_id)
        self._end()

    def _task(self) -> types_pb2.Task | None:
        choice = self.choice
        assert choice is not None
        unit_id = self._unit.value if self._unit else next(iter(self.situation.units), "")
        if not unit_id:
            return None
        task = types_pb2.Task(unit_id=unit_id, vehicle=choice.vehicle, kind=choice.kind)
        for latitude_deg, longitude_deg in self.drawing.places:
            task.points.add(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
        if self._beat is not None:
            task.beat_id = self._beat.value or ""
        for name, number in self._numbers.items():
            field = TASK_FIELD.get(name, name)
            setattr(task, field, int(number.value) if field == "loops" else number.value)
        return task

    def _say(self, sentence: str) -> None:
        self._error.set_text(sentence)
        self._error.visible = bool(sentence)

    def _show_beat(self) -> None:
        self.map.run_method("show_beat", self._beat.value if self._beat else "")

    def _end(self) -> None:
        self.choice, self.drawing = None, Drawing(Draw.NOTHING)
        self._bar.visible, self._form.visible = True, False
        self.map.run_method("pick", False)
        self.map.run_method("show_beat", "")


def bounds(field: str) -> tuple[float, float]:
    """The least and the greatest value of a number of Task, as the contract says."""
    said = Task.model_fields[field].metadata
    low = next(limit.ge for limit in said if isinstance(limit, Ge))
    high = next(limit.le for limit in said if isinstance(limit, Le))
    return float(low), float(high)  # type: ignore[arg-type]

"""Sending a task by pointing: choose what, click where, look at what it will do, send."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.site_map import SiteMap
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.wire import types_pb2


@dataclass(frozen=True)
class Choice:
    """One button of the bar."""

    word: str
    icon: str
    vehicle: types_pb2.Vehicle
    kind: types_pb2.TaskKind
    needs_place: bool


_ROBOT, _DRONE = types_pb2.VEHICLE_ROBOT, types_pb2.VEHICLE_DRONE
CHOICES = (
    Choice("do_patrol", "route", _ROBOT, types_pb2.TASK_KIND_PATROL, False),
    Choice("do_go_to", "place", _ROBOT, types_pb2.TASK_KIND_GO_TO, True),
    Choice("do_orbit", "rotate_right", _DRONE, types_pb2.TASK_KIND_ORBIT, True),
    Choice("do_fly_to", "visibility", _DRONE, types_pb2.TASK_KIND_FLY_TO, True),
    Choice("do_return_robot", "home", _ROBOT, types_pb2.TASK_KIND_RETURN, False),
    Choice("do_return_drone", "flight_land", _DRONE, types_pb2.TASK_KIND_RETURN, False),
)


class Composer:
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
        with ui.row().classes("composer items-center gap-2"):
            for choice in CHOICES:
                ui.button(
                    word(choice.word, language),
                    icon=choice.icon,
                    on_click=lambda c=choice: self.begin(c),
                ).props("dense no-caps").mark(choice.word)
            self.hint = ui.label(word("pick_place", language)).classes("pick-hint")
            self.hint.visible = False

    def begin(self, choice: Choice) -> None:
        self.choice = choice
        self.hint.visible = choice.needs_place
        self.map.run_method("pick", choice.needs_place)
        if not choice.needs_place:
            self._ask(None)

    def picked(self, latitude_deg: float, longitude_deg: float) -> None:
        if self.choice is None or not self.choice.needs_place:
            return
        radius = 20 if self.choice.kind == types_pb2.TASK_KIND_ORBIT else 0
        self.map.run_method("mark", latitude_deg, longitude_deg, radius)
        self._ask((latitude_deg, longitude_deg))

    def _ask(self, place: tuple[float, float] | None) -> None:
        choice = self.choice
        assert choice is not None
        fields: dict[str, ui.number | ui.select] = {}
        with ui.dialog(value=True).props("persistent position=bottom") as dialog, ui.card():
            ui.label(word(choice.word, self.language)).classes("text-weight-bold")
            if place:
                ui.label(f"{place[0]:.6f}, {place[1]:.6f} (WGS 84)").classes("text-caption")
            with ui.row():
                self._fields(choice, fields)
            with ui.row().classes("w-full justify-end"):
                ui.button(word("back", self.language), on_click=dialog.close).props("flat")

                async def send() -> None:
                    task = self._task(choice, place, fields)
                    if task is not None and await self.actions.create(task):
                        dialog.close()

                label = "send" if choice.vehicle == _ROBOT or not choice.needs_place else "create"
                ui.button(word(label, self.language), on_click=send).mark("send-task")
        dialog.on("hide", self._end)

    def _end(self) -> None:
        self.choice = None
        self.hint.visible = False
        self.map.run_method("pick", False)

    def _fields(self, choice: Choice, fields: dict[str, ui.number | ui.select]) -> None:
        say = lambda key: word(key, self.language)  # noqa: E731 - a short name for three lines
        if choice.kind == types_pb2.TASK_KIND_PATROL:
            fields["beat_id"] = ui.select(
                self.beats, label=say("which_beat"), value=next(iter(self.beats), None)
            ).classes("w-48")
            fields["loops"] = ui.number(say("rounds"), value=1, min=1, max=100, precision=0)
        if choice.kind == types_pb2.TASK_KIND_ORBIT:
            fields["radius_m"] = ui.number(say("radius"), value=20, min=5, max=200)
            fields["loops"] = ui.number(say("turns"), value=1, min=1, max=20, precision=0)
        if choice.kind == types_pb2.TASK_KIND_FLY_TO:
            fields["duration_s"] = ui.number(say("seconds"), value=20, min=0, max=1200)
        if choice.vehicle == _DRONE and choice.needs_place:
            fields["height_m"] = ui.number(say("height"), value=30, min=5, max=120)

    def _task(
        self,
        choice: Choice,
        place: tuple[float, float] | None,
        fields: dict[str, ui.number | ui.select],
    ) -> types_pb2.Task | None:
        unit_id = next(
            (u.unit_id for u in self.situation.units.values() if u.connected),
            next(iter(self.situation.units), ""),
        )
        if not unit_id:
            self.actions.say("no_units", good=False)
            return None
        task = types_pb2.Task(unit_id=unit_id, vehicle=choice.vehicle, kind=choice.kind)
        if place:
            task.points.add(latitude_deg=place[0], longitude_deg=place[1])
        for name, element in fields.items():
            if element.value is None:
                continue
            value = element.value
            setattr(task, name, int(value) if name == "loops" else value)
        return task

"""The tasks: what waits for a person first, then what runs, then what is over, each with its
reasons.
"""

from __future__ import annotations

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.picture import vehicle_name
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

_SHOWN = 12
_STATE_WORDS = {
    number: f"state_{name.removeprefix('TASK_STATE_').lower()}"
    for name, number in types_pb2.TaskState.items()
    if number
}
_FINAL = {
    types_pb2.TASK_STATE_SUCCEEDED,
    types_pb2.TASK_STATE_FAILED,
    types_pb2.TASK_STATE_CANCELLED,
    types_pb2.TASK_STATE_REJECTED,
    types_pb2.TASK_STATE_EXPIRED,
}
_COLOURS = {
    types_pb2.TASK_STATE_PROPOSED: "warning",
    types_pb2.TASK_STATE_RUNNING: "primary",
    types_pb2.TASK_STATE_SUCCEEDED: "positive",
    types_pb2.TASK_STATE_FAILED: "negative",
    types_pb2.TASK_STATE_REJECTED: "negative",
}


def task_words(task: types_pb2.Task, beats: dict[str, str], language: str) -> str:
    name = types_pb2.TaskKind.Name(task.kind).removeprefix("TASK_KIND_").lower()
    return word(f"kind_{name}", language, beat=beats.get(task.beat_id, task.beat_id))


class TasksPanel:
    def __init__(
        self, situation: Situation, actions: Actions, language: str, beats: dict[str, str]
    ) -> None:
        self.situation, self.actions, self.language = situation, actions, language
        self.beats = beats
        with ui.column().classes("w-full gap-2"):
            ui.label(word("tasks", language)).classes("panel-title")
            self._body()

    def refresh(self) -> None:
        self._body.refresh()

    @ui.refreshable_method
    def _body(self) -> None:
        records = self.situation.open_tasks()
        waiting = [r for r in records if r.latest.state == types_pb2.TASK_STATE_PROPOSED]
        others = [r for r in records if r.latest.state != types_pb2.TASK_STATE_PROPOSED]
        others.sort(key=lambda r: r.latest.state in _FINAL)
        if not records:
            ui.label(word("no_tasks", self.language)).classes("hint")
        for record in waiting:
            self._waiting(record)
        for record in others[:_SHOWN]:
            self._line(record)

    def _waiting(self, record: pb.TaskRecord) -> None:
        task = record.task
        with ui.card().classes("w-full gap-1 p-3 needs-you"):
            ui.label(word("needs_approval", self.language)).classes("text-caption")
            ui.label(task_words(task, self.beats, self.language)).classes("text-weight-bold")
            self._preflight(task)
            with ui.row().classes("w-full justify-end"):
                ui.button(
                    word("cancel", self.language),
                    on_click=lambda t=task.task_id: self.actions.cancel(t),
                ).props("flat dense")
                ui.button(
                    word("approve_launch", self.language),
                    on_click=lambda t=task.task_id: self.actions.approve(t),
                ).props("color=positive").mark("approve")

    def _preflight(self, task: types_pb2.Task) -> None:
        unit = self.situation.units.get(task.unit_id)
        states = [v for v in (unit.vehicles if unit else ()) if v.vehicle == task.vehicle]
        items = list(states[0].preflight) if states else []
        if not items:
            return
        bad = [item for item in items if not item.ok]
        title = word("preflight" if bad else "preflight_green", self.language)
        with ui.expansion(title, icon="rule" if bad else "verified", value=bool(bad)).classes(
            "w-full"
        ):
            for item in items:
                with ui.row().classes("items-center no-wrap gap-2"):
                    ui.icon(
                        "check_circle" if item.ok else "cancel",
                        color="positive" if item.ok else "negative",
                    )
                    ui.label(f"{item.name}: {item.detail}").classes("text-caption")

    def _line(self, record: pb.TaskRecord) -> None:
        task, latest = record.task, record.latest
        over = latest.state in _FINAL
        with ui.column().classes("w-full gap-0 task-line" + (" over" if over else "")):
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                ui.icon("smart_toy" if vehicle_name(task.vehicle) == "robot" else "flight")
                ui.label(task_words(task, self.beats, self.language)).classes("grow")
                ui.badge(
                    word(_STATE_WORDS[latest.state], self.language),
                    color=_COLOURS.get(latest.state, "grey-7"),
                ).mark(f"task-{task.task_id}")
                if not over:
                    ui.button(
                        icon="close", on_click=lambda t=task.task_id: self.actions.cancel(t)
                    ).props(
                        f'flat dense round size=sm aria-label="{word("cancel", self.language)}"'
                    )
            if not over and latest.progress > 0:
                ui.linear_progress(latest.progress, show_value=False, size="4px")
            if latest.reason:
                ui.label(latest.reason).classes("text-caption")

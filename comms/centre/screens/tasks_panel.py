"""The tasks: what waits for a person first, then what runs, then what is over, each with its
reasons; a click shows everything that happened to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from comms.centre.screens.actions import Actions
from comms.centre.screens.change_dialog import change_dialog
from comms.centre.screens.clock import clock_time
from comms.centre.screens.picture import vehicle_name
from comms.centre.screens.preflight_list import Lines, show_lines
from comms.centre.screens.rows import Row, Rows
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.contracts.task import FINAL, TaskState
from comms.wire import centre_pb2 as pb
from comms.wire import convert, types_pb2

_SHOWN = 12
_PROPOSED = types_pb2.TASK_STATE_PROPOSED
_FINAL = {convert.word_to_wire(state) for state in FINAL}
_STATE_WORDS = {convert.word_to_wire(state): f"state_{state}" for state in TaskState}
_IN_WORK = (types_pb2.TASK_STATE_RUNNING, types_pb2.TASK_STATE_PAUSED)
_COLOURS = {
    types_pb2.TASK_STATE_RUNNING: "primary",
    types_pb2.TASK_STATE_PAUSED: "deep-orange-9",
    types_pb2.TASK_STATE_SUCCEEDED: "positive",
    types_pb2.TASK_STATE_FAILED: "negative",
    types_pb2.TASK_STATE_REJECTED: "negative",
}


def task_words(task: types_pb2.Task, beats: dict[str, str], language: str) -> str:
    name = types_pb2.TaskKind.Name(task.kind).removeprefix("TASK_KIND_").lower()
    return word(f"kind_{name}", language, beat=beats.get(task.beat_id, task.beat_id))


class TasksPanel:
    """One card for each task that waits, one line for each other."""

    def __init__(
        self, situation: Situation, actions: Actions, language: str, beats: dict[str, str]
    ) -> None:
        self.situation, self.actions, self.language = situation, actions, language
        self.beats = beats
        with ui.column().classes("w-full gap-2 tasks"):
            ui.label(word("tasks", language)).classes("panel-title")
            self._none = ui.label(word("no_tasks", language)).classes("hint")
            lines = ui.column().classes("w-full gap-2")
        self._rows: Rows[pb.TaskRecord] = Rows(lines, self._row)

    def refresh(self) -> None:
        records = self.situation.newest_tasks()
        # What waits keeps its place when more comes: nobody shall approve the wrong flight.
        waiting = [r for r in records if r.latest.state == _PROPOSED][::-1]
        others = [r for r in records if r.latest.state != _PROPOSED]
        others.sort(key=lambda r: r.latest.state in _FINAL)
        self._none.visible = not records
        self._rows.show(
            [(f"waiting {r.task.task_id}", r) for r in waiting]
            + [(r.task.task_id, r) for r in others[:_SHOWN]]
        )

    async def history(self, task_id: str) -> None:
        """All that happened to a task, step by step, and what was done on the way."""
        record = self.situation.tasks.get(task_id)
        if record is None:
            return
        visits = await self.situation.visits_of(task_id)
        with ui.dialog(value=True) as dialog, ui.card().classes("gap-1 history"):
            ui.label(task_words(record.task, self.beats, self.language)).classes("text-weight-bold")
            for step in record.history:
                state = word(_STATE_WORDS[step.state], self.language)
                parts = [clock_time(step.at), state, step.actor, step.reason]
                ui.label(" · ".join(part for part in parts if part)).classes("text-caption")
            for visit in visits:
                self._visit(visit)
            ui.button(word("back", self.language), on_click=dialog.close).props(
                "flat no-caps"
            ).classes("self-end")
        dialog.on("hide", dialog.delete)

    def _visit(self, visit: types_pb2.CheckpointVisit) -> None:
        """When the robot was where, and the picture that it took there."""
        done = ", ".join(word(f"action_{action}", self.language) for action in visit.actions_done)
        said = [clock_time(visit.arrived), visit.checkpoint_id, done]
        ui.label(" · ".join(part for part in said if part)).classes("text-caption visit")
        if "picture" in visit.actions_done:
            blurred = word("picture_blurred", self.language)
            ui.element("img").props(
                f'src="/visit/{visit.visit_id}.jpg" alt="{blurred}" loading=lazy'
            ).classes("visit-picture")

    def _row(self, record: pb.TaskRecord) -> Row[pb.TaskRecord]:
        kind = _WaitingCard if record.latest.state == _PROPOSED else _TaskLine
        return kind(self, record.task)


class _WaitingCard:
    """A task that a person must approve, with the pre-flight list as it is now."""

    def __init__(self, panel: TasksPanel, task: types_pb2.Task) -> None:
        self._panel, self._task = panel, task
        say = lambda key: word(key, panel.language)  # noqa: E731 - a short name for many lines
        self._listed: Lines | None = None
        self.root = ui.card().classes("w-full gap-1 p-3 needs-you")
        self.root.props["data-task"] = task.task_id
        with self.root:
            ui.label(say("needs_approval")).classes("text-caption")
            ui.label(task_words(task, panel.beats, panel.language)).classes("text-weight-bold")
            self._what = ui.label(self._facts()).classes("text-caption")
            self._list = ui.column().classes("w-full gap-0")
            with ui.row().classes("w-full justify-end"):
                ui.button(say("reject"), on_click=lambda: panel.actions.cancel(task.task_id)).props(
                    "flat dense no-caps"
                )
                ui.button(
                    say("approve_launch"), on_click=lambda: panel.actions.approve(task.task_id)
                ).props("color=positive no-caps")

    def show(self, _: pb.TaskRecord) -> None:
        unit = self._panel.situation.units.get(self._task.unit_id)
        states = [v for v in (unit.vehicles if unit else ()) if v.vehicle == self._task.vehicle]
        items = tuple(states[0].preflight) if states else ()
        if items == self._listed:
            return
        self._listed = items
        self._list.clear()
        bad = [item for item in items if not item.ok]
        with self._list:
            if not items:
                return
            with ui.row().classes("items-center no-wrap gap-2"):
                ui.icon("rule" if bad else "verified", color="negative" if bad else "positive")
                ui.label(word("preflight" if bad else "preflight_green", self._panel.language))
            known = bad or [item for item in items if item.caution]
            show_lines(known, self._panel.language)

    def _facts(self) -> str:
        task, language = self._task, self._panel.language
        facts = [task.unit_id, word("at_height", language, height=round(task.height_m or 30))]
        if task.kind == types_pb2.TASK_KIND_ORBIT:
            facts.append(word("at_radius", language, radius=round(task.radius_m or 20)))
        facts.append(task.created_by)
        return " · ".join(fact for fact in facts if fact)


class _TaskLine:
    def __init__(self, panel: TasksPanel, task: types_pb2.Task) -> None:
        self._panel, task_id = panel, task.task_id
        self._shown = b""
        self.root = ui.column().classes("w-full gap-0 task-line")
        self.root.props["data-task"] = task_id
        with self.root:
            with ui.row().classes("w-full items-center no-wrap gap-2"):
                name = vehicle_name(task.vehicle)
                ui.icon("smart_toy" if name == "robot" else "flight").classes(name)
                ui.label(task_words(task, panel.beats, panel.language)).classes("grow")
                self._badge = ui.badge().classes("state")
                self._resume = ui.button(
                    word("resume", panel.language), on_click=lambda: panel.actions.resume(task_id)
                ).props("dense no-caps size=sm color=positive")
                self._pause = self._icon("pause", "pause", lambda: panel.actions.pause(task_id))
                self._change = self._icon(
                    "tune",
                    "change_flight",
                    lambda: change_dialog(panel.actions, task_id, panel.language),
                )
                self._may_change = task.vehicle == types_pb2.VEHICLE_DRONE
                self._icon("expand_more", "details", lambda: panel.history(task_id))
                self._cancel = self._icon("close", "cancel", lambda: panel.actions.cancel(task_id))
            self._progress = ui.linear_progress(0, show_value=False, size="4px")
            self._why = ui.label().classes("text-caption")

    def _icon(self, icon: str, name: str, press: Callable[[], Any]) -> ui.button:
        label = word(name, self._panel.language)
        return ui.button(icon=icon, on_click=press).props(
            f'flat dense round size=sm aria-label="{label}"'
        )

    def show(self, record: pb.TaskRecord) -> None:
        shown = record.latest.SerializeToString(deterministic=True)
        if shown == self._shown:
            return
        self._shown = shown
        latest = record.latest
        over = latest.state in _FINAL
        self.root.classes(add="over" if over else "", remove="" if over else "over")
        self._badge.set_text(word(_STATE_WORDS[latest.state], self._panel.language))
        self._badge.props(f"color={_COLOURS.get(latest.state, 'grey-8')}")
        self._cancel.visible = not over
        self._resume.visible = latest.state == types_pb2.TASK_STATE_PAUSED
        self._change.visible = self._may_change and latest.state in _IN_WORK
        self._pause.visible = latest.state == types_pb2.TASK_STATE_RUNNING
        self._progress.visible = not over and latest.progress > 0
        self._progress.set_value(latest.progress)
        parts = [clock_time(latest.at), latest.actor, latest.reason]
        self._why.set_text(" · ".join(part for part in parts if part))

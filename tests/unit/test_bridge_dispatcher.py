"""What the unit does about its tasks when answers are late, executors die, or plans change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comms.bridge.dispatcher import CancelGoal, Dispatcher, Order, Report, SendGoal, SetPause
from comms.bridge.inbox import Inbox
from comms.contracts.task import OnLinkLoss, Task, TaskKind, TaskState, TaskUpdate, Vehicle

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROBOT = Vehicle.ROBOT


class Unit:
    """A dispatcher with a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.inbox = Inbox(folder / "inbox.sqlite")
        self.now = 100.0
        self.link_down_s = 0.0
        self.restart()

    def restart(self) -> None:
        self.dispatcher = Dispatcher(
            self.inbox, lambda: NOW, lambda: NOW + timedelta(seconds=self.now - 100.0), 30.0
        )

    def give(self, task_id: str = "t", **fields: object) -> Task:
        fields = {"kind": TaskKind.RETURN, **fields}
        task = Task(task_id=task_id, unit_id="u", vehicle=ROBOT, **fields)
        self.inbox.store(task)
        return task

    def step(self, after_s: float = 0.0) -> list[Order]:
        self.now += after_s
        return self.dispatcher.step(self.now, self.link_down_s)

    def accept(self, task_id: str = "t") -> None:
        self.dispatcher.goal_answered(task_id, True, self.now)

    def says(self, state: TaskState, task_id: str = "t", checkpoint: int = 0) -> None:
        update = TaskUpdate(
            task_id=task_id, vehicle=ROBOT, state=state, at=NOW, checkpoint=checkpoint
        )
        self.inbox.note(update)

    def reports(self, task_id: str = "") -> None:
        self.dispatcher.vehicle_reports(ROBOT, task_id, self.now)

    def running(self, **fields: object) -> Task:
        task = self.give(**fields)
        self.step()
        self.accept()
        self.says(TaskState.RUNNING)
        self.reports("t")
        return task


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = Unit(tmp_path)
    with closing(made.inbox):
        yield made


def test_a_new_task_is_sent_once_while_its_answer_is_awaited(unit: Unit) -> None:
    task = unit.give()
    assert unit.step() == [SendGoal(task, 0)]
    assert unit.step(1.0) == []
    unit.accept()
    assert unit.step(60.0) == []


def test_a_goal_that_is_not_answered_is_sent_again(unit: Unit) -> None:
    task = unit.give()
    unit.step()
    assert unit.step(4.0) == []
    assert unit.step(2.0) == [SendGoal(task, 0)]


def test_an_executor_that_works_on_something_else_has_lost_the_goal(unit: Unit) -> None:
    task = unit.running()
    unit.says(TaskState.RUNNING, checkpoint=3)
    for _ in range(3):
        unit.reports("")
        assert unit.step(1.0) == []
    sent: list[Order] = []
    for _ in range(5):
        unit.reports("")
        sent += unit.step(1.0)
    assert sent == [SendGoal(task, 3)]


def test_a_silent_executor_is_waited_for(unit: Unit) -> None:
    unit.running()
    assert all(unit.step(1.0) == [] for _ in range(60))


def test_a_restarted_bridge_sends_open_tasks_with_what_is_done(unit: Unit) -> None:
    task = unit.running()
    unit.says(TaskState.RUNNING, checkpoint=2)
    unit.restart()
    assert unit.step() == [SendGoal(task, 2)]


def test_a_task_that_has_ended_is_never_sent(unit: Unit) -> None:
    unit.running()
    unit.says(TaskState.SUCCEEDED)
    unit.restart()
    assert unit.step(10.0) == []
    assert not unit.inbox.store(unit.inbox.get("t").task)  # type: ignore[union-attr]
    assert unit.step(10.0) == []


def test_a_goal_that_is_not_taken_is_reported_as_rejected(unit: Unit) -> None:
    unit.give()
    unit.step()
    orders = unit.dispatcher.goal_answered("t", False, unit.now)
    assert isinstance(orders[0], Report)
    assert orders[0].update.state is TaskState.REJECTED


def test_a_result_without_a_last_word_is_reported_by_the_bridge(unit: Unit) -> None:
    unit.running()
    unit.dispatcher.goal_ended("t", "failed", "wheel lost", unit.now)
    assert unit.step(1.0) == []  # the executor's own word may still come
    (report,) = unit.step(1.5)
    assert isinstance(report, Report)
    assert (report.update.state, report.update.reason) == (TaskState.FAILED, "wheel lost")


def test_a_task_past_its_deadline_is_not_begun(unit: Unit) -> None:
    unit.give(deadline=NOW + timedelta(seconds=5))
    unit.now += 6.0
    (report,) = unit.step()
    assert isinstance(report, Report)
    assert report.update.state is TaskState.EXPIRED


def test_a_running_task_goes_on_past_its_deadline(unit: Unit) -> None:
    unit.running(deadline=NOW + timedelta(seconds=5))
    assert unit.step(10.0) == []


def test_a_cancellation_is_repeated_until_it_is_done(unit: Unit) -> None:
    task = unit.running()
    unit.inbox.want("t", "cancel", "Li", "too late")
    assert unit.step() == [CancelGoal(task)]
    assert unit.step(1.0) == []
    assert unit.step(1.5) == [CancelGoal(task)]
    unit.says(TaskState.CANCELLED)
    assert unit.step(3.0) == []


def test_a_cancelled_task_that_was_not_begun_is_not_sent(unit: Unit) -> None:
    unit.give()
    unit.inbox.want("t", "cancel", "Li", "too late")
    (report,) = unit.step()
    assert isinstance(report, Report)
    assert report.update.state is TaskState.CANCELLED
    assert (report.update.actor, report.update.reason) == ("Li", "too late")


def test_a_cancelled_task_is_not_begun_anew_at_a_restarted_executor(unit: Unit) -> None:
    unit.running()
    unit.inbox.want("t", "cancel", "Li", "")
    unit.restart()
    assert unit.step() == []  # nobody there
    unit.reports("")
    (report,) = unit.step(1.0)
    assert isinstance(report, Report)
    assert report.update.state is TaskState.CANCELLED


def test_pausing_is_asked_until_it_is_so_and_then_forgotten(unit: Unit) -> None:
    task = unit.running()
    unit.inbox.want("t", "pause", "Li", "")
    assert unit.step() == [SetPause(task, True)]
    assert unit.step(2.5) == [SetPause(task, True)]
    unit.says(TaskState.PAUSED)
    assert unit.step(2.5) == []
    assert unit.inbox.get("t").wanted == ""  # type: ignore[union-attr]


def test_a_holding_task_pauses_without_a_link_and_resumes_with_it(unit: Unit) -> None:
    task = unit.running(on_link_loss=OnLinkLoss.HOLD)
    unit.link_down_s = 29.0
    assert unit.step(3.0) == []
    unit.link_down_s = 31.0
    assert unit.step(3.0) == [SetPause(task, True)]
    unit.says(TaskState.PAUSED)
    assert unit.step(3.0) == []
    unit.link_down_s = 0.0
    assert unit.step(3.0) == [SetPause(task, False)]
    unit.says(TaskState.RUNNING)
    assert unit.step(3.0) == []


def test_a_task_that_goes_on_does_so_without_a_link(unit: Unit) -> None:
    unit.running(on_link_loss=OnLinkLoss.GO_ON)
    unit.link_down_s = 3600.0
    assert unit.step(3.0) == []


def test_the_way_home_begins_when_the_task_has_ended(unit: Unit) -> None:
    task = unit.running(kind=TaskKind.GO_TO, on_link_loss=OnLinkLoss.GO_HOME)
    unit.link_down_s = 31.0
    assert unit.step(3.0) == [CancelGoal(task)]
    assert unit.step(1.0) == []
    unit.says(TaskState.CANCELLED)
    (order,) = unit.step(1.0)
    assert isinstance(order, SendGoal)
    assert (order.task.kind, order.task.priority) == (TaskKind.RETURN, 9)

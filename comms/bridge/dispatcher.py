"""What the unit does next about its tasks: send a goal, cancel it, pause it, give it up as lost.

Plain state and time, no ROS: the node tells it what happened and carries out the orders that it
returns. It is asked once a second and after each event, and every order may be repeated without
harm: the executors know the ids. So a lost answer, a dead executor or a restart of this process all
end in the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comms.bridge.inbox import Inbox, InboxEntry
from comms.contracts.task import OnLinkLoss, Task, TaskKind, TaskState, TaskUpdate, Vehicle

ANSWER_WITHIN_S = 5.0
#: A vehicle that reports, but works on something else for so long, has lost the goal (restarted).
LOST_AFTER_S = 4.0
#: The same for a paused one: a vehicle sets a task aside for a more urgent one, and knows it still.
LOST_PAUSED_AFTER_S = 60.0
REPORTS_WITHIN_S = 3.0
REPEAT_S = 2.0
#: The executor's own last word is waited for so long before the goal's result is taken for it.
LAST_WORD_WITHIN_S = 2.0
BRIDGE = "unit bridge"
_BEGUN = (TaskState.ACCEPTED, TaskState.RUNNING, TaskState.PAUSED)


@dataclass(frozen=True)
class SendGoal:
    task: Task
    start_checkpoint: int


@dataclass(frozen=True)
class CancelGoal:
    task: Task


@dataclass(frozen=True)
class SetPause:
    task: Task
    paused: bool


@dataclass(frozen=True)
class Report:
    """A step that the bridge itself reports, because no executor does."""

    update: TaskUpdate


Order = SendGoal | CancelGoal | SetPause | Report


@dataclass
class _Goal:
    """One goal at an executor, as far as we know. Times are monotonic seconds."""

    sent: float
    accepted: float | None = None
    result: tuple[TaskState, str] | None = None
    ended: float = 0.0


@dataclass
class _Vehicle:
    heard: float = -1e9
    task_id: str = ""
    other_since: dict[str, float] = field(default_factory=dict)


class Dispatcher:
    """Owns the goals. Deadlines are compared with `centre_now`, steps stamped with `unit_now`."""

    def __init__(
        self,
        inbox: Inbox,
        unit_now: Callable[[], datetime],
        centre_now: Callable[[], datetime],
        link_loss_after_s: float,
    ) -> None:
        self._inbox = inbox
        self._unit_now = unit_now
        self._centre_now = centre_now
        self._link_loss_after_s = link_loss_after_s
        self._goals: dict[str, _Goal] = {}
        self._vehicles = {vehicle: _Vehicle() for vehicle in Vehicle}
        self._last: dict[tuple[str, str], float] = {}
        self._held: set[str] = set()

    def vehicle_reports(self, vehicle: Vehicle, task_id: str, now: float) -> None:
        """A vehicle's state came: it works on `task_id` ("" for nothing)."""
        state = self._vehicles[vehicle]
        state.heard, state.task_id = now, task_id

    def goal_answered(self, task_id: str, accepted: bool, now: float) -> list[Order]:
        """The executor took the goal, or did not."""
        goal = self._goals.get(task_id)
        entry = self._inbox.get(task_id)
        if goal is None or entry is None:
            return []
        if accepted:
            goal.accepted = now
            return []
        del self._goals[task_id]
        if entry.state in _BEGUN:
            return []  # it was begun here before: the executor may be full for a moment, ask again
        why = f"the {entry.task.vehicle} did not take it"
        return [self._report(entry, TaskState.REJECTED, why)]

    def goal_ended(self, task_id: str, state: str, reason: str, now: float) -> None:
        """The goal's result came."""
        goal = self._goals.get(task_id)
        if goal is None:
            return
        try:
            final = TaskState(state)
        except ValueError:
            final = TaskState.FAILED
        if not final.is_final:
            del self._goals[task_id]  # the executor ended without an end: ask again
            return
        goal.result, goal.ended = (final, reason), now

    def goal_lost(self, task_id: str) -> None:
        """The goal could not be delivered or its result not be had."""
        self._goals.pop(task_id, None)

    def step(self, now: float, link_down_s: float) -> list[Order]:
        """What is to be done now. `link_down_s`: how long there has been no link, 0 with one."""
        orders: list[Order] = []
        entries = self._inbox.open()
        present = {entry.task.task_id for entry in entries}
        for task_id in [task_id for task_id in self._goals if task_id not in present]:
            del self._goals[task_id]
        self._held &= present
        for entry in entries:
            self._on_link(entry, link_down_s)
            entry = self._inbox.get(entry.task.task_id) or entry
            if entry.local and _is_giving_up(entries, entry.task.vehicle):
                continue  # the way home begins when what it replaces has ended
            orders += self._step_of(entry, now, link_down_s)
        return orders

    def _step_of(self, entry: InboxEntry, now: float, link_down_s: float) -> list[Order]:
        task_id = entry.task.task_id
        goal = self._goals.get(task_id)
        if goal is not None and self._is_lost(entry, goal, now):
            del self._goals[task_id]
            goal = None
        if goal is None:
            return self._without_goal(entry, now)
        if goal.result is not None:
            if now - goal.ended < LAST_WORD_WITHIN_S:
                return []
            state, reason = goal.result
            del self._goals[task_id]
            return [self._report(entry, state, reason)]
        if goal.accepted is None:
            return []
        return self._wishes(entry, now, link_down_s)

    def _without_goal(self, entry: InboxEntry, now: float) -> list[Order]:
        task, begun = entry.task, entry.state in _BEGUN
        vehicle = self._vehicles[task.vehicle]
        reports = now - vehicle.heard < REPORTS_WITHIN_S
        if entry.wanted == "cancel":
            if not begun or (reports and vehicle.task_id != task.task_id):
                return [self._report(entry, TaskState.CANCELLED, "")]
            if not reports:
                return []  # nobody there to ask; it is asked when it is back
        elif not begun and task.deadline is not None and task.deadline < self._centre_now():
            why = "the deadline passed before it began"
            return [self._report(entry, TaskState.EXPIRED, why)]
        if not self._again(task.task_id, "goal", now):
            return []
        self._goals[task.task_id] = _Goal(sent=now)
        return [SendGoal(task, entry.checkpoint)]

    def _wishes(self, entry: InboxEntry, now: float, link_down_s: float) -> list[Order]:
        task_id, wanted = entry.task.task_id, entry.wanted
        if wanted == "cancel":
            return [CancelGoal(entry.task)] if self._again(task_id, "cancel", now) else []
        if self._vehicles[entry.task.vehicle].task_id != task_id:
            return []  # the order would hold or let go another task than the one that is meant
        hold = task_id in self._held
        if wanted == "pause" or (hold and link_down_s > 0):
            paused = True
        elif wanted == "resume" or hold:
            paused = False
        else:
            return []
        if (entry.state is TaskState.PAUSED) == paused and entry.state in _BEGUN[1:]:
            if wanted and (wanted == "pause") == paused:
                self._inbox.want(task_id, "", "", "")
            if not paused:
                self._held.discard(task_id)
            return []
        if not self._again(task_id, f"pause {paused}", now):
            return []
        return [SetPause(entry.task, paused)]

    def _is_lost(self, entry: InboxEntry, goal: _Goal, now: float) -> bool:
        if goal.result is not None:
            return False
        if goal.accepted is None:
            return now - goal.sent > ANSWER_WITHIN_S
        vehicle = self._vehicles[entry.task.vehicle]
        task_id = entry.task.task_id
        reports = now - vehicle.heard < REPORTS_WITHIN_S
        if not reports or vehicle.task_id == task_id:
            vehicle.other_since.pop(task_id, None)
            return False
        since = vehicle.other_since.setdefault(task_id, now)
        patience = LOST_PAUSED_AFTER_S if entry.state is TaskState.PAUSED else LOST_AFTER_S
        if now - max(since, goal.accepted) < patience:
            return False
        del vehicle.other_since[task_id]
        return True

    def _on_link(self, entry: InboxEntry, link_down_s: float) -> None:
        """What the task says is to happen when the centre has been silent for too long."""
        task = entry.task
        if link_down_s < self._link_loss_after_s or entry.local or entry.wanted == "cancel":
            return
        if task.on_link_loss is OnLinkLoss.HOLD and entry.state is TaskState.RUNNING:
            self._held.add(task.task_id)
        if task.on_link_loss is OnLinkLoss.GO_HOME and task.kind is not TaskKind.RETURN:
            why = f"no word from the command centre for {self._link_loss_after_s:.0f} s: going home"
            # First the way home, then the cancellation: a crash between them repeats both.
            self._inbox.store(
                Task(
                    task_id=f"home-{task.task_id}"[:64],
                    unit_id=task.unit_id,
                    vehicle=task.vehicle,
                    kind=TaskKind.RETURN,
                    priority=9,
                    created_by=BRIDGE,
                    text=why,
                    approval=task.approval,
                ),
                local=True,
            )
            self._inbox.want(task.task_id, "cancel", BRIDGE, why)

    def _again(self, task_id: str, what: str, now: float) -> bool:
        """Whether it is time to say it (again)."""
        if now - self._last.get((task_id, what), -1e9) < REPEAT_S:
            return False
        if len(self._last) > 1000:
            self._last = {key: at for key, at in self._last.items() if now - at < REPEAT_S}
        self._last[(task_id, what)] = now
        return True

    def _report(self, entry: InboxEntry, state: TaskState, reason: str) -> Report:
        by_wish = state is TaskState.CANCELLED and entry.wanted == "cancel"
        return Report(
            TaskUpdate(
                task_id=entry.task.task_id,
                vehicle=entry.task.vehicle,
                state=state,
                reason=reason or (entry.wanted_why if by_wish else ""),
                actor=entry.wanted_by if by_wish else BRIDGE,
                checkpoint=entry.checkpoint,
                at=self._unit_now(),
            )
        )


def _is_giving_up(entries: list[InboxEntry], vehicle: Vehicle) -> bool:
    return any(e.task.vehicle is vehicle and e.wanted == "cancel" for e in entries)


def deadline_in_unit_time(task: Task, offset: timedelta) -> Task:
    """The task with its deadline in the unit's own time; `offset`: centre's minus unit's clock."""
    if task.deadline is None:
        return task
    return task.model_copy(update={"deadline": task.deadline - offset})

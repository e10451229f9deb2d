"""The desk at which the robot's tasks are ordered: one at a time, the urgent first, each only once.

Plain state and time, no ROS: the node ticks it and carries its words. Everything that must outlive
this process is in the journal before anybody is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from comms.contracts.errors import ContractError
from comms.contracts.site_ground import SiteGround
from comms.contracts.task import Task, TaskKind, TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import CheckpointVisit
from comms.logs import get_logger
from robot.behaviour.capabilities import Capabilities
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.journal import Journal
from robot.behaviour.record import Final, TaskRecord
from robot.behaviour.trees import Area, Trees
from robot.behaviour.work import Work

_ACTOR = "robot"
_AFTER_ESTOP = "waits for a person's word after the emergency stop"


class RejectedError(ContractError):
    """The task is not done."""


class Desk:
    """`tell` gets every step of every task, `visited` every visit, `ended` every end."""

    def __init__(
        self,
        area: Area,
        robot: Capabilities,
        journal: Journal,
        config: BehaviourConfig,
        *,
        tell: Callable[[TaskUpdate], None],
        visited: Callable[[CheckpointVisit], None],
        ended: Callable[[str, Final], None],
    ) -> None:
        self._area = area
        self._ground = SiteGround(area.site)
        self._robot = robot
        self._journal = journal
        self._config = config
        self._tell_all = tell
        self._visited = visited
        self._ended = ended
        self._open: tuple[TaskRecord, ...] = ()
        self._estop: str | None = None  # None: the collision monitor has not been heard yet
        self._stay: Behaviour | None = None
        self._told_at = robot.now()
        self._told_progress = ("", 0.0)  # of the task with this id
        self._log = get_logger()
        self.work: Work | None = None

    def start(self) -> None:
        """Take up what an earlier life of this process left. Call once, when the time is known."""
        self._open = self._journal.open
        if self._journal.last_visit is not None and self._open:
            self._visited(self._journal.last_visit)  # who has it knows it by its id
        self._drop_impossible()
        if not self._open:
            return
        now, written = self._robot.now(), self._journal.written
        if written is None or now - written > timedelta(seconds=self._config.resume_within_s):
            since = f"{written:%Y-%m-%d %H:%M} UTC" if written else "an unknown time"
            self._pause_all(f"the robot was off since {since}; it waits for a person's word")
        self._log.info("open tasks of an earlier run", count=len(self._open))

    def _drop_impossible(self) -> None:
        """End tasks of an earlier life that mean nothing with the site and beats of this one."""
        for record in self._open:
            try:
                self._check_place(record.task)
            except ContractError as error:
                self._finish(record, TaskState.FAILED, f"since the robot was restarted {error}")

    @property
    def current(self) -> TaskRecord | None:
        """The task that is worked on (or paused); None: there is none."""
        return self._open[-1] if self._open else None

    @property
    def is_staying(self) -> bool:
        return self._stay is not None

    # ------------------------------------------------------------------ orders

    def order(self, task: Task, start_checkpoint: int = 0) -> Final | None:
        """Take a task. None: it is being done, `ended` will be called; else how it ended.

        A repeat of an open task joins it, a repeat of a finished one is given its old end.
        """
        final = self._journal.finished(task.task_id)
        if final is not None:
            return final
        if any(record.task.task_id == task.task_id for record in self._open):
            return None
        try:
            self._check(task)
            self._make_way(task)
        except ContractError as error:
            self._log.warning("a task is rejected", task_id=task.task_id, why=str(error))
            return self._finish(TaskRecord(task=task), TaskState.REJECTED, str(error))
        done = max(0, min(start_checkpoint, self._area.checkpoints(task)))
        record = TaskRecord(task=task, done=done)
        self._set((*self._open, record))
        self._stay = None
        self._tell(record, TaskState.ACCEPTED, "")
        return None

    def cancel(self, task_id: str, why: str) -> bool:
        """End a task. False: it is not open."""
        record = next((r for r in self._open if r.task.task_id == task_id), None)
        if record is None:
            return False
        self._finish(record, TaskState.CANCELLED, why)
        return True

    def set_paused(self, paused: bool) -> tuple[bool, str]:
        """Stop and wait for a person, or go on. Returns whether that can be, and a sentence."""
        record = self.current
        if record is None:
            return False, "the robot has no task"
        if paused:
            if not record.paused:
                self._pause(record, "paused by a person")
            return True, "the robot waits"
        if self._estop:
            return False, f"the emergency stop is engaged by {self._estop}"
        if record.paused:
            self._replace(record, record.model_copy(update={"paused": ""}))
        return True, "the robot goes on"

    def safety_heard(self, estop_by: str) -> None:
        """The collision monitor's word: who holds the emergency stop; empty: nobody."""
        before, self._estop = self._estop, estop_by
        if estop_by and not before:
            self._pause_all(f"emergency stop by {estop_by}")
        elif before and not estop_by:
            self._pause_all(_AFTER_ESTOP)

    # ------------------------------------------------------------------ time

    def tick(self) -> None:
        """One step of the present task; call it at `rate_hz`."""
        record = self.current
        if record is None or record.paused or self._estop is None or self._estop:
            return
        if self._stay is not None:
            self._stay.tick_once()
            if self._stay.status is Status.RUNNING:
                return
            self._stay = None
        if self.work is None:
            self.work = Work(record, self._area, self._robot, self._config, self._keep)
            self._tell(record, TaskState.RUNNING, "")
        end = self.work.tick()
        if end is not None:
            self._finish(self.work.record, *end)
        elif self._is_time_to_tell():
            self._tell(self.work.record, TaskState.RUNNING, self.work.doing)

    def _is_time_to_tell(self) -> bool:
        age = (self._robot.now() - self._told_at).total_seconds()
        return age >= self._config.progress_s or age < 0

    # ------------------------------------------------------------------ may it be?

    def _check(self, task: Task) -> None:
        task.check()
        if task.vehicle is not Vehicle.ROBOT:
            raise RejectedError(f"this is a task for the {task.vehicle}")
        if task.deadline is not None and self._robot.now() > task.deadline + timedelta(seconds=1):
            raise RejectedError(f"its deadline, {task.deadline:%Y-%m-%d %H:%M:%S} UTC, has passed")
        if self._estop:
            raise RejectedError(f"the emergency stop is engaged by {self._estop}")
        self._check_place(task)

    def _check_place(self, task: Task) -> None:
        """Raises ContractError when the task names what this site or its beats do not have."""
        self._area.check(task)
        if task.kind is TaskKind.GO_TO:
            here = self._area.site.frame.to_enu(task.points[0])
            why = self._ground.why_not_standing((here.east_m, here.north_m))
            if why:
                raise RejectedError(f"the place {why}")

    def _make_way(self, task: Task) -> None:
        """Put aside or end what is being done. Raises RejectedError when that goes first."""
        record = self.current
        if record is None:
            return
        now = record.task
        goes_first = task.priority > now.priority or (
            task.priority == now.priority and task.kind is not TaskKind.PATROL
        )
        if not goes_first:
            raise RejectedError(
                f"the robot is working on task {now.task_id} ({now.kind}), which goes first"
            )
        if task.kind is TaskKind.RETURN:  # sent home: whatever was to be done is not any more
            for other in reversed(self._open):
                if other.task.priority <= task.priority:
                    self._finish(other, TaskState.CANCELLED, f"replaced by task {task.task_id}")
        elif now.kind is not TaskKind.PATROL and now.priority == task.priority:
            self._finish(record, TaskState.CANCELLED, f"replaced by task {task.task_id}")
        else:
            self._drop_work()
            why = f"set aside for task {task.task_id} ({task.kind})"
            self._replace(record, record.model_copy(update={"set_aside": why}))
            self._tell(record, TaskState.PAUSED, why)

    # ------------------------------------------------------------------ changes

    def _pause(self, record: TaskRecord, why: str) -> None:
        self._drop_work()
        self._replace(record, record.model_copy(update={"paused": why}))
        self._tell(record, TaskState.PAUSED, why)

    def _pause_all(self, why: str) -> None:
        self._stay = None
        for record in self._open:
            self._pause(record, why)

    def _drop_work(self) -> None:
        if self.work is not None:
            self.work.interrupt()
            self.work = None

    def _keep(self, record: TaskRecord, visit: CheckpointVisit | None) -> None:
        if visit is not None:
            self._visited(visit)  # told first: a crash in between repeats it, with the same id
        self._set((*self._open[:-1], record), visit)
        if visit is not None:
            self._tell(record, TaskState.RUNNING, f"checkpoint {record.done} visited")

    def _replace(self, old: TaskRecord, new: TaskRecord) -> None:
        same = old.task.task_id
        self._set(tuple(new if r.task.task_id == same else r for r in self._open))

    def _set(self, records: tuple[TaskRecord, ...], visit: CheckpointVisit | None = None) -> None:
        self._open = records
        self._journal.keep(records, self._robot.now(), visit)

    def _finish(self, record: TaskRecord, state: TaskState, why: str) -> Final:
        task = record.task
        if self.current is not None and self.current.task.task_id == task.task_id:
            self._drop_work()
        left = tuple(r for r in self._open if r.task.task_id != task.task_id)
        if left and len(left) < len(self._open):
            left = (*left[:-1], left[-1].model_copy(update={"set_aside": ""}))
            if task.kind is TaskKind.GO_TO and state is TaskState.SUCCEEDED:
                self._stay = Trees(self._area, self._robot, self._config).stay()
        final = Final(state=state, reason=why, at=self._robot.now(), done=record.done)
        self._open = left
        self._journal.finish(task.task_id, final, left)
        self._log.info("the task has ended", task_id=task.task_id, state=str(state), why=why)
        self._tell(record, state, why)
        self._ended(task.task_id, final)
        return final

    def _tell(self, record: TaskRecord, state: TaskState, reason: str) -> None:
        running = state is TaskState.RUNNING and self.work is not None
        progress = 1.0 if state is TaskState.SUCCEEDED else self._progress(record)
        self._told_progress = (record.task.task_id, progress)
        self._told_at = self._robot.now()
        self._tell_all(
            TaskUpdate(
                task_id=record.task.task_id,
                vehicle=Vehicle.ROBOT,
                state=state,
                reason=reason,
                actor=_ACTOR,
                progress=max(0.0, min(1.0, progress)),
                checkpoint=record.done,
                remaining_s=self.work.remaining_s if running and self.work is not None else None,
                at=self._told_at,
            )
        )

    def _progress(self, record: TaskRecord) -> float:
        """0 to 1. A task that is held or has ended is as far as it was."""
        task = record.task
        if self.work is not None and self.work.record.task.task_id == task.task_id:
            return self.work.progress
        if record.done:
            return self._area.share_done(task, record.done)
        told_id, told = self._told_progress
        return told if told_id == task.task_id else 0.0

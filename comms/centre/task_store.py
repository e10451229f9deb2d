"""Tasks in the store: their bodies, their states, and the history of who moved them and why.

Every function here runs inside a transaction that the caller holds. A state that may not follow the
present one (`comms.contracts.task.may_follow`) changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from comms.centre.schema import NEWEST_FIRST, task_history, tasks
from comms.centre.store import to_us
from comms.contracts.task import Task, TaskState, TaskUpdate, may_follow
from comms.wire import centre_pb2, convert, types_pb2


@dataclass(frozen=True)
class TaskEntry:
    """One task as the store has it. `wanted`: the control that the unit shall carry out."""

    task: Task
    latest: TaskUpdate
    receipt: bool
    wanted: str
    wanted_by: str
    wanted_why: str

    @property
    def state(self) -> TaskState:
        return self.latest.state


def create(connection: Connection, task: Task, steps: list[TaskUpdate]) -> None:
    """Store a new task with its first steps (at least one)."""
    latest = steps[-1]
    connection.execute(
        insert(tasks).values(
            task_id=task.task_id,
            unit_id=task.unit_id,
            state=latest.state.value,
            open=not latest.state.is_final,
            deadline_us=to_us(task.deadline) if task.deadline else None,
            receipt=False,
            wanted="",
            wanted_by="",
            wanted_why="",
            body=convert.task_to_wire(task).SerializeToString(),
            latest=convert.update_to_wire(latest).SerializeToString(),
        )
    )
    for step in steps:
        _remember(connection, step)


def load(connection: Connection, task_id: str) -> TaskEntry | None:
    row = connection.execute(select(tasks).where(tasks.c.task_id == task_id)).one_or_none()
    return _entry(row) if row is not None else None


def open_of(connection: Connection, unit_id: str) -> list[TaskEntry]:
    """The unit's tasks that are not final, oldest first."""
    query = select(tasks).where(tasks.c.open, tasks.c.unit_id == unit_id).order_by(tasks.c.number)
    return [_entry(row) for row in connection.execute(query)]


def overdue(connection: Connection, now: datetime) -> list[TaskEntry]:
    """Open tasks whose deadline has passed."""
    query = select(tasks).where(tasks.c.open, tasks.c.deadline_us < to_us(now))
    return [_entry(row) for row in connection.execute(query)]


def advance(connection: Connection, step: TaskUpdate) -> bool:
    """Move a task by one step. False when there is no such task or the step may not follow."""
    entry = load(connection, step.task_id)
    if entry is None or not may_follow(entry.state, step.state):
        return False
    connection.execute(
        update(tasks)
        .where(tasks.c.task_id == step.task_id)
        .values(
            state=step.state.value,
            open=not step.state.is_final,
            latest=convert.update_to_wire(step).SerializeToString(),
        )
    )
    if step.state is not entry.state:
        _remember(connection, step)
    return True


def replace_body(connection: Connection, task: Task) -> None:
    """Store the task again with what was added to it (its approval)."""
    connection.execute(
        update(tasks)
        .where(tasks.c.task_id == task.task_id)
        .values(body=convert.task_to_wire(task).SerializeToString())
    )


def set_receipt(connection: Connection, task_id: str, unit_id: str) -> None:
    """The unit has the task on its disk: it need not be sent again."""
    connection.execute(
        update(tasks)
        .where(tasks.c.task_id == task_id, tasks.c.unit_id == unit_id)
        .values(receipt=True)
    )


def set_wanted(connection: Connection, task_id: str, wanted: str, by: str, why: str) -> None:
    """Remember what the unit shall do with the task, until it has done it."""
    connection.execute(
        update(tasks)
        .where(tasks.c.task_id == task_id)
        .values(wanted=wanted, wanted_by=by, wanted_why=why)
    )


def record_of(connection: Connection, task_id: str) -> centre_pb2.TaskRecord | None:
    """The task with its whole history, as the services give it."""
    found = records(connection, task_id=task_id, limit=1)
    return found[0] if found else None


def records(
    connection: Connection,
    *,
    unit_id: str = "",
    task_id: str = "",
    open_only: bool = False,
    limit: int = 100,
) -> list[centre_pb2.TaskRecord]:
    """Task records, newest first; without the text of a plan made elsewhere, of which a list of
    tasks and each of their steps would carry hundreds of kilobytes to every screen."""
    query = select(tasks).order_by(NEWEST_FIRST).limit(limit)
    if unit_id:
        query = query.where(tasks.c.unit_id == unit_id)
    if task_id:
        query = query.where(tasks.c.task_id == task_id)
    if open_only:
        query = query.where(tasks.c.open)
    found = [
        centre_pb2.TaskRecord(
            task=types_pb2.Task.FromString(row.body),
            latest=types_pb2.TaskUpdate.FromString(row.latest),
        )
        for row in connection.execute(query)
    ]
    for record in found:
        record.task.plan_json = ""
    by_id = {record.task.task_id: record for record in found}
    steps = (
        select(task_history)
        .where(task_history.c.task_id.in_(list(by_id)))
        .order_by(task_history.c.number)
    )
    for row in connection.execute(steps):
        by_id[row.task_id].history.append(types_pb2.TaskUpdate.FromString(row.body))
    return found


def _entry(row: Row[tuple[object, ...]]) -> TaskEntry:
    return TaskEntry(
        task=convert.task_from_wire(types_pb2.Task.FromString(row.body)),
        latest=convert.update_from_wire(types_pb2.TaskUpdate.FromString(row.latest)),
        receipt=row.receipt,
        wanted=row.wanted,
        wanted_by=row.wanted_by,
        wanted_why=row.wanted_why,
    )


def _remember(connection: Connection, step: TaskUpdate) -> None:
    body = convert.update_to_wire(step).SerializeToString()
    connection.execute(insert(task_history).values(task_id=step.task_id, body=body))

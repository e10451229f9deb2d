"""What happens to a task at the centre: created, approved, sent, controlled, expired.

Every step is in the store before anything is sent. A task is sent again on each new stream until
the unit says that it is on its disk, and a wish (cancel, pause, resume) until the unit has done it:
the unit drops what it has already.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection

from comms.centre import task_store
from comms.centre.errors import ExistsError, NotFoundError, StateError
from comms.centre.site_files import SiteFiles
from comms.centre.situation import Situation
from comms.centre.store import Store
from comms.centre.task_store import TaskEntry
from comms.centre.unit_connection import UnitConnection
from comms.centre.watch import Watchers
from comms.contracts.errors import ContractError
from comms.contracts.task import Approval, Task, TaskState, TaskUpdate, may_follow
from comms.wire import centre_pb2, convert, link_pb2, types_pb2

CENTRE = "command centre"
_CONTROL = {
    "cancel": link_pb2.TaskControl.CANCEL,
    "pause": link_pb2.TaskControl.PAUSE,
    "resume": link_pb2.TaskControl.RESUME,
}


class TaskDesk:
    """Owns every change of a task that the centre makes."""

    def __init__(
        self, store: Store, situation: Situation, watchers: Watchers, site: SiteFiles | None
    ) -> None:
        self._store = store
        self._situation = situation
        self._watchers = watchers
        self._site = site

    async def create(self, wire: types_pb2.Task, by: str) -> centre_pb2.TaskRecord:
        """Store a new task and send it, unless a person must approve it first.

        A repeat with the same id and content gives the task as it is. Raises ContractError,
        NotFoundError for an unknown unit or beat, ExistsError for an id that another task has.
        """
        wire.task_id = wire.task_id or str(uuid.uuid4())
        wire.created_by = wire.created_by or by
        if wire.HasField("approval"):
            raise ContractError("a new task carries no approval; approve it once it is there")
        task = convert.task_from_wire(wire)
        self._check(task)
        steps = [_step(task, TaskState.PROPOSED, task.created_by)]
        if not task.needs_approval:
            steps.append(_step(task, TaskState.APPROVED, CENTRE, "it needs no approval"))

        def work(connection: Connection) -> bool:
            present = task_store.load(connection, task.task_id)
            if present is None:
                task_store.create(connection, task, steps)
                return True
            if present.task.model_copy(update={"approval": None}) != task:
                raise ExistsError(f"the id {task.task_id!r} belongs to another task")
            return False

        if await self._store.write(work):
            await self._changed(task.task_id)
            await self.send_open(task.unit_id)
        return await self.record(task.task_id)

    async def approve(self, task_id: str, by: str) -> centre_pb2.TaskRecord:
        """A person lets the task happen: it is stamped with who and when, and sent."""
        now = datetime.now(UTC)

        def work(connection: Connection) -> Task:
            entry = _existing(connection, task_id)
            if entry.state is not TaskState.PROPOSED:
                raise StateError(f"the task is {entry.state} already; only a proposed one waits")
            if entry.task.deadline is not None and entry.task.deadline < now:
                raise StateError("the task's deadline has passed")
            task = entry.task.model_copy(update={"approval": Approval(by=by, at=now)})
            task_store.replace_body(connection, task)
            task_store.advance(connection, _step(task, TaskState.APPROVED, by))
            return task

        task = await self._store.write(work)
        await self._changed(task_id)
        await self.send_open(task.unit_id)
        return await self.record(task_id)

    async def control(self, task_id: str, wish: str, by: str, why: str) -> centre_pb2.TaskRecord:
        """`wish` is cancel, pause or resume. A task that was never sent is cancelled at once."""

        def work(connection: Connection) -> tuple[Task, bool]:
            entry = _existing(connection, task_id)
            if entry.state.is_final:
                raise StateError(f"the task is {entry.state} already")
            if entry.state in (TaskState.PROPOSED, TaskState.APPROVED):
                if wish != "cancel":
                    raise StateError(f"the task is {entry.state}; it can only be cancelled")
                step = _step(entry.task, TaskState.CANCELLED, by, why)
                task_store.advance(connection, step)
                return entry.task, False
            task_store.set_wanted(connection, task_id, wish, by, why)
            return entry.task, True

        task, forward = await self._store.write(work)
        if forward:
            connection = self._situation.connection(task.unit_id)
            if connection is not None:
                connection.send(_control(task_id, wish, by, why))
        else:
            await self._changed(task_id)
        return await self.record(task_id)

    async def receipt(self, unit_id: str, receipt: link_pb2.TaskReceipt) -> None:
        """The unit has the task on its disk, or says why it refuses it."""

        def work(connection: Connection) -> bool:
            entry = task_store.load(connection, receipt.task_id)
            if entry is None or entry.task.unit_id != unit_id:
                return False
            if receipt.stored:
                task_store.set_receipt(connection, receipt.task_id, unit_id)
                return False
            step = _step(entry.task, TaskState.REJECTED, unit_id, receipt.why_not)
            return task_store.advance(connection, step)

        if await self._store.write(work):
            await self._changed(receipt.task_id)

    async def send_open(self, unit_id: str) -> None:
        """Send the unit what it should have and has not got on its present stream."""
        connection = self._situation.connection(unit_id)
        if connection is None:
            return
        before = connection.tasks_sent.copy()

        def work(database: Connection) -> tuple[list[TaskEntry], list[str]]:
            due, marked = [], []
            for entry in task_store.open_of(database, unit_id):
                if entry.state is TaskState.PROPOSED or entry.task.task_id in before:
                    continue
                if entry.state is TaskState.APPROVED:
                    task_store.advance(database, _step(entry.task, TaskState.SENT, CENTRE))
                    marked.append(entry.task.task_id)
                due.append(entry)
            return due, marked

        due, marked = await self._store.write(work)
        for entry in due:
            self._send(connection, entry)
        for task_id in marked:
            await self._changed(task_id)

    async def expire(self) -> None:
        """End tasks whose deadline passed before they were sent.

        One that was sent is the unit's to end: it may have done it while the link was down.
        """
        now = datetime.now(UTC)

        def work(connection: Connection) -> list[str]:
            ended = []
            for entry in task_store.overdue(connection, now):
                if entry.state in (TaskState.PROPOSED, TaskState.APPROVED):
                    why = f"the deadline passed while it was {entry.state}"
                    step = _step(entry.task, TaskState.EXPIRED, CENTRE, why)
                    task_store.advance(connection, step)
                    ended.append(entry.task.task_id)
            return ended

        if not await self._store.read(lambda connection: task_store.overdue(connection, now)):
            return
        for task_id in await self._store.write(work):
            await self._changed(task_id)

    async def record(self, task_id: str) -> centre_pb2.TaskRecord:
        found = await self._store.read(task_store.record_of, task_id)
        if found is None:
            raise NotFoundError(f"there is no task {task_id!r}")
        return found

    def _check(self, task: Task) -> None:
        task.check()
        unit = self._situation.known(task.unit_id)
        if task.deadline is not None and task.deadline < datetime.now(UTC):
            raise ContractError("the deadline is in the past")
        known = {*unit.beat_ids, *(self._site.beats if self._site else ())}
        if task.beat_id and task.beat_id not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ContractError(f"there is no beat {task.beat_id!r}; there is {there}")
        if self._site is not None:
            self._site.check_places(task)

    def _send(self, connection: UnitConnection, entry: TaskEntry) -> None:
        task_id = entry.task.task_id
        if connection.closed or task_id in connection.tasks_sent:
            return
        connection.tasks_sent.add(task_id)
        if not entry.receipt:
            connection.send(link_pb2.CentreMessage(task=convert.task_to_wire(entry.task)))
        if entry.wanted and may_follow(entry.state, _RESULT[entry.wanted]):
            connection.send(_control(task_id, entry.wanted, entry.wanted_by, entry.wanted_why))

    async def _changed(self, task_id: str) -> None:
        self._watchers.tell([centre_pb2.Event(task=await self.record(task_id))])


_RESULT = {
    "cancel": TaskState.CANCELLED,
    "pause": TaskState.PAUSED,
    "resume": TaskState.RUNNING,
}


def _existing(connection: Connection, task_id: str) -> TaskEntry:
    entry = task_store.load(connection, task_id)
    if entry is None:
        raise NotFoundError(f"there is no task {task_id!r}")
    return entry


def _step(task: Task, state: TaskState, actor: str, reason: str = "") -> TaskUpdate:
    return TaskUpdate(
        task_id=task.task_id,
        vehicle=task.vehicle,
        state=state,
        actor=actor,
        reason=reason,
        at=datetime.now(UTC),
    )


def _control(task_id: str, wish: str, by: str, why: str) -> link_pb2.CentreMessage:
    return link_pb2.CentreMessage(
        control=link_pb2.TaskControl(task_id=task_id, action=_CONTROL[wish], actor=by, reason=why)
    )

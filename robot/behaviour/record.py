"""What is known of a task under way: enough to take it up again where it was, after anything."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from pydantic import BaseModel, ConfigDict

from comms.contracts.task import Task, TaskState


class TaskRecord(BaseModel):
    """One open task. Changed by `model_copy(update=...)` only, and written down at each change."""

    model_config = ConfigDict(frozen=True)

    task: Task
    done: int = 0
    """patrol: checkpoints left behind, counted over all rounds (visited or given up)."""
    missed: tuple[str, ...] = ()
    """patrol: why checkpoints were given up, one sentence each."""
    arrived: datetime | None = None
    """At the checkpoint number `done` since then; None: not there yet."""
    actions_done: tuple[str, ...] = ()
    """What was done at that checkpoint."""
    finished: bool = False
    """All that the task asks has been done (a patrol's robot is home)."""
    paused: str = ""
    """Why the task waits for a person's word; empty: it does not."""
    set_aside: str = ""
    """Why the task waits for another task to end; empty: it does not."""

    def visit_id(self) -> str:
        """The id of the visit to checkpoint number `done`: the same for a repeat after a crash."""
        return str(uuid5(NAMESPACE_OID, f"{self.task.task_id}/{self.done}"))


class Final(BaseModel):
    """How a task ended."""

    model_config = ConfigDict(frozen=True)

    state: TaskState
    reason: str
    at: datetime
    done: int = 0

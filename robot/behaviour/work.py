"""One task being worked on: ticks its tree, keeps its record, says how far it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.display import unicode_tree

from comms.contracts.beat import CheckpointAction
from comms.contracts.task import TaskKind, TaskState
from comms.contracts.unit import CheckpointVisit
from robot.behaviour.capabilities import Capabilities, Job
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.leaves import Drive
from robot.behaviour.record import TaskRecord
from robot.behaviour.trees import Area, Trees
from robot.behaviour.visits import expected_s, name_of

#: a way on foot is longer than the straight line by about this factor in a town's block
_DETOUR = 1.3

Keep = Callable[[TaskRecord, CheckpointVisit | None], None]


class Work:
    """`keep` is called with each new state of the record, and with a visit when one is over."""

    def __init__(
        self,
        record: TaskRecord,
        area: Area,
        robot: Capabilities,
        config: BehaviourConfig,
        keep: Keep,
    ) -> None:
        self.record = record
        self._area = area
        self._robot = robot
        self._config = config
        self._trees = Trees(area, robot, config)
        self._keep = keep
        self._tree: Behaviour | None = None
        self._picture = b""
        self._longest_m = 0.0

    def tick(self) -> tuple[TaskState, str] | None:
        """One step. How the task ended and why, when it did."""
        if self._tree is None:
            self._tree = self._trees.what_is_left(self.record, self)
            if self._tree is None:
                return self._end()
        self._tree.tick_once()
        if self._tree.status is Status.RUNNING:
            return None
        tree, self._tree = self._tree, None
        if tree.status is Status.FAILURE:
            return TaskState.FAILED, self._why(tree)
        if self.record.done >= self._area.checkpoints(self.record.task):
            self._change(finished=True)
            return self._end()
        return None  # the next round begins with the next tick

    def interrupt(self) -> None:
        """Drop what is being done; the next tick takes it up again."""
        if self._tree is not None:
            self._tree.stop(Status.INVALID)
            self._tree = None

    # ------------------------------------------------------------------ the record (visits.Log)

    def note_arrival(self) -> None:
        self._picture = b""
        self._change(arrived=self._robot.now(), actions_done=())

    def note_action(self, action: CheckpointAction, job: Job | None = None) -> None:
        if job is not None and job.picture_jpeg:
            self._picture = job.picture_jpeg
        if action is not CheckpointAction.PICTURE:  # a picture lives in memory until the visit ends
            self._change(actions_done=(*self.record.actions_done, action.value))

    def note_visit(self) -> None:
        record = self.record
        beat = self._area.beat(record.task.beat_id)
        index = record.done % len(beat.checkpoints)
        checkpoint = beat.checkpoints[index]
        now = self._robot.now()
        here = self._robot.pose()
        stands = checkpoint.position
        if here is not None:
            stands = self._area.site.frame.to_geo(here.x_m, here.y_m)
        done = record.actions_done
        if self._picture:
            done = (*done, CheckpointAction.PICTURE.value)
        told = CheckpointVisit(
            visit_id=record.visit_id(),
            task_id=record.task.task_id,
            beat_id=beat.beat_id,
            checkpoint_id=checkpoint.checkpoint_id,
            index=index,
            arrived=record.arrived or now,
            left=now,
            actions_done=done,
            position=stands,
            picture_jpeg=self._picture,
        )
        self._picture = b""
        self._change(told, done=record.done + 1, arrived=None, actions_done=())

    def note_missed(self, name: str, why: str) -> None:
        missed = (*self.record.missed, f"{name} ({why})")
        self._change(done=self.record.done + 1, missed=missed, arrived=None, actions_done=())

    def _change(self, told: CheckpointVisit | None = None, **fields: object) -> None:
        self.record = self.record.model_copy(update=fields)
        self._keep(self.record, told)

    # ------------------------------------------------------------------ how it goes

    @property
    def doing(self) -> str:
        """What the robot does, in a few words."""
        leaf = self._leaf()
        if leaf is None:
            return ""
        return f"{leaf.name}: {leaf.feedback_message}" if leaf.feedback_message else str(leaf.name)

    @property
    def is_going_home(self) -> bool:
        kind, total = self.record.task.kind, self._area.checkpoints(self.record.task)
        return kind is TaskKind.RETURN or (total > 0 and self.record.done >= total)

    @property
    def progress(self) -> float:
        """0 to 1."""
        if self._area.checkpoints(self.record.task):
            return self._area.share_done(self.record.task, self.record.done)
        to_go = self._to_go_m()
        if to_go is None:
            return 0.0
        self._longest_m = max(self._longest_m, to_go)
        return 1.0 - to_go / self._longest_m if self._longest_m > 0.5 else 0.0

    @property
    def remaining_s(self) -> float | None:
        """An estimate of the time to the task's end."""
        rest = self._to_go_m()
        total = self._area.checkpoints(self.record.task)
        if not total:
            return None if rest is None else rest / self._config.typical_mps
        here = self._robot.pose()
        if here is None:
            return None
        frame = self._area.site.frame
        beat = self._area.beat(self.record.task.beat_id)
        count = len(beat.checkpoints)
        ahead = [beat.checkpoints[n % count] for n in range(self.record.done, total)]
        places = [(here.x_m, here.y_m), *((frame.to_enu(c.position))[:2] for c in ahead)]
        if self._area.home is not None:
            places.append(self._area.home.dock)
        legs = [_DETOUR * math.dist(a, b) for a, b in pairwise(places)]
        if legs and rest is not None:
            legs[0] = rest
        return sum(legs) / self._config.typical_mps + sum(expected_s(c) for c in ahead)

    def tree_text(self) -> str:
        return str(unicode_tree(self._tree, show_status=True)) if self._tree is not None else ""

    def _to_go_m(self) -> float | None:
        leaf = self._leaf()
        return leaf.remaining_m if isinstance(leaf, Drive) else None

    def _leaf(self) -> Behaviour | None:
        return self._tree.tip() if self._tree is not None else None

    # ------------------------------------------------------------------ how it ends

    def _end(self) -> tuple[TaskState, str]:
        total, missed = self._area.checkpoints(self.record.task), self.record.missed
        if not total:
            return TaskState.SUCCEEDED, "the robot is there"
        visited = f"{total - len(missed)} of {total} checkpoints visited"
        if missed:
            return TaskState.FAILED, f"{visited}; not reached: {'; '.join(missed)}"
        return TaskState.SUCCEEDED, visited

    def _why(self, tree: Behaviour) -> str:
        failed = [leaf for leaf in tree.iterate() if leaf.status is Status.FAILURE]
        words = [leaf.feedback_message for leaf in failed if leaf.feedback_message]
        why = words[0] if words else "it could not be done"
        if self._area.checkpoints(self.record.task) and self.is_going_home:
            return f"{self._end()[1]}; the way home failed: {why}"
        return why

    def next_name(self) -> str:
        """The checkpoint that comes next, with its number; empty when there is none."""
        total = self._area.checkpoints(self.record.task)
        if self.record.done >= total:
            return ""
        beat = self._area.beat(self.record.task.beat_id)
        checkpoint = beat.checkpoints[self.record.done % len(beat.checkpoints)]
        return f"{name_of(checkpoint)} ({self.record.done + 1} of {total})"

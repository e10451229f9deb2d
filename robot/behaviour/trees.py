"""From the record of a task to the tree of what is left of it.

After a pause, a crash or a more urgent task the tree is simply made anew: the record says what is
done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from py_trees.behaviour import Behaviour
from py_trees.composites import Sequence

from comms.contracts.beat import Beat
from comms.contracts.errors import ContractError
from comms.contracts.site import Site
from comms.contracts.task import Task, TaskKind
from robot.behaviour.capabilities import Capabilities, Place, Where
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.leaves import Drive, Wait
from robot.behaviour.record import TaskRecord
from robot.behaviour.visits import Log, visit


class UnknownPlaceError(ContractError):
    """The task names a beat or a place that this robot does not have."""


@dataclass(frozen=True)
class Area:
    """What the robot knows of its beat: the site, the beats, where home is (None: no kiosk)."""

    site: Site
    beats: Mapping[str, Beat]

    @property
    def home(self) -> Where | None:
        if not self.site.kiosks:
            return None
        kiosk = self.site.kiosks[0]
        return Where(kiosk.dock, kiosk.heading_rad)

    def beat(self, beat_id: str) -> Beat:
        """Raises UnknownPlaceError with the beats there are."""
        if beat_id not in self.beats:
            known = ", ".join(sorted(self.beats)) or "none"
            raise UnknownPlaceError(f"there is no beat {beat_id!r} on this robot; it has: {known}")
        return self.beats[beat_id]

    def check(self, task: Task) -> None:
        """Raises ContractError with one sentence when this robot cannot know how to do `task`."""
        if task.kind is TaskKind.PATROL:
            self.beat(task.beat_id)
        if task.kind is TaskKind.RETURN and self.home is None:
            raise UnknownPlaceError("the site has no kiosk to return to")

    def checkpoints(self, task: Task) -> int:
        """How many checkpoints the task has over all its rounds; 0: it is no patrol."""
        if task.kind is not TaskKind.PATROL:
            return 0
        return len(self.beat(task.beat_id).checkpoints) * task.loops

    def share_done(self, task: Task, done: int) -> float:
        """0 to 1: how much of a patrol is done after `done` checkpoints; the way home counts.
        0 for a beat that there is no more.
        """
        total = self.checkpoints(task) if task.beat_id in self.beats else 0
        return done / (total + (self.home is not None)) if total else 0.0


class Trees:
    """Makes the trees of one robot."""

    def __init__(self, area: Area, robot: Capabilities, config: BehaviourConfig) -> None:
        self._area = area
        self._robot = robot
        self._config = config

    def what_is_left(self, record: TaskRecord, log: Log) -> Behaviour | None:
        """The tree of the next part of the task: a round, a drive. None: all is done."""
        if record.finished:
            return None
        task = record.task
        if task.kind is TaskKind.PATROL:
            return self._round(record, log)
        if task.kind is TaskKind.RETURN:
            return self._home()
        point = self._area.site.frame.to_enu(task.points[0])
        return self._drive("drive to the place", Place(point.east_m, point.north_m))

    def stay(self) -> Behaviour:
        """Remain where the robot is before a task that was set aside goes on."""
        return Wait("stay at the place", self._robot, self._config.stay_s)

    def _round(self, record: TaskRecord, log: Log) -> Behaviour:
        beat = self._area.beat(record.task.beat_id)
        count = len(beat.checkpoints)
        number, first = divmod(record.done, count)
        steps: list[Behaviour] = []
        if number < record.task.loops:
            for index in range(first, count):
                checkpoint = beat.checkpoints[index]
                point = self._area.site.frame.to_enu(checkpoint.position)
                here = index == first
                steps.append(
                    visit(
                        checkpoint,
                        Place(point.east_m, point.north_m),
                        self._robot,
                        self._config,
                        log,
                        arrived=here and record.arrived is not None,
                        done=record.actions_done if here else (),
                    )
                )
        if number >= record.task.loops - 1 and self._area.home is not None:
            steps.append(self._home())
        rounds = f", round {number + 1} of {record.task.loops}" if record.task.loops > 1 else ""
        return Sequence(f"patrol {beat.name}{rounds}", memory=True, children=steps)

    def _home(self) -> Behaviour:
        home = self._area.home
        assert home is not None  # checked when the task was taken
        return self._drive("drive home", Place(*home.dock, home.dock_yaw_rad))

    def _drive(self, name: str, place: Place) -> Behaviour:
        return Drive(name, self._robot, self._config, [place])

"""The leaves of the trees: one thing the robot does each, as py_trees behaviours.

A leaf that is interrupted (a pause, an e-stop, a more urgent task) drops its job at once; the tree
is built anew from the task's record afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from robot.behaviour.capabilities import Capabilities, Job, JobState, Place
from robot.behaviour.config import BehaviourConfig


class Drive(Behaviour):
    """Drive to a place. Failing drives are begun again, a few times."""

    def __init__(
        self, name: str, robot: Capabilities, config: BehaviourConfig, places: Sequence[Place]
    ) -> None:
        super().__init__(name)
        self._robot = robot
        self._config = config
        self._places = tuple(places)
        self._job: Job | None = None
        self._tries = 0
        self._again: datetime | None = None
        self._since: datetime | None = None

    def places(self) -> Sequence[Place]:
        """Where to; asked at each try."""
        return self._places

    @property
    def remaining_m(self) -> float | None:
        return self._job.remaining_m if self._job is not None else None

    def initialise(self) -> None:
        self._tries, self._job, self._again = 0, None, None
        self._since = self._robot.now()

    def update(self) -> Status:
        now = self._robot.now()
        if self._job is None:
            if self._again is not None and now < self._again:
                return Status.RUNNING
            self._job = self._robot.drive(self.places())
        job = self._job
        if job.state is JobState.RUNNING:
            self.feedback_message = job.reason
            return Status.RUNNING
        self.feedback_message = job.reason
        if job.state is JobState.DONE:
            return Status.SUCCESS
        self._job = None
        if job.state is JobState.NOT_NOW:
            patience = timedelta(seconds=self._config.no_position_s)
            assert self._since is not None
            self._again = now + timedelta(seconds=1.0)
            return Status.FAILURE if now - self._since > patience else Status.RUNNING
        self._tries += 1
        self._since = now
        self._again = now + timedelta(seconds=self._config.try_again_s)
        return Status.FAILURE if self._tries >= self._config.drive_tries else Status.RUNNING

    def terminate(self, new_status: Status) -> None:
        if new_status is Status.INVALID and self._job is not None:
            self._job.cancel()
        self._job = None


class LookAround(Drive):
    """Turn once round where the robot stands, so that the camera sees all sides."""

    def __init__(self, name: str, robot: Capabilities, config: BehaviourConfig) -> None:
        super().__init__(name, robot, config.model_copy(update={"drive_tries": 1}), ())

    def places(self) -> Sequence[Place]:
        here = self._robot.pose()
        if here is None:
            return ()
        count = self._config.look_around_views
        start = here.yaw_rad or 0.0
        turns = [start + math.tau * view / count for view in range(1, count + 1)]
        return [Place(here.x_m, here.y_m, math.remainder(yaw, math.tau)) for yaw in turns]


class Wait(Behaviour):
    """Stand for `seconds` of the robot's clock."""

    def __init__(self, name: str, robot: Capabilities, seconds: float) -> None:
        super().__init__(name)
        self._robot = robot
        self._for = timedelta(seconds=seconds)
        self._until: datetime | None = None

    def initialise(self) -> None:
        self._until = self._robot.now() + self._for

    def update(self) -> Status:
        assert self._until is not None
        return Status.SUCCESS if self._robot.now() >= self._until else Status.RUNNING


class Ask(Behaviour):
    """Have a job done by another node, within `seconds`; `then` gets the job that is done."""

    def __init__(
        self,
        name: str,
        robot: Capabilities,
        order: Callable[[], Job],
        seconds: float,
        then: Callable[[Job], None] | None = None,
    ) -> None:
        super().__init__(name)
        self._robot = robot
        self._order = order
        self._within = timedelta(seconds=seconds)
        self._then = then
        self._job: Job | None = None
        self._until: datetime | None = None

    def initialise(self) -> None:
        self._job = None
        self._until = self._robot.now() + self._within

    def update(self) -> Status:
        assert self._until is not None
        overdue = self._robot.now() >= self._until
        if self._job is None or (self._job.state is JobState.NOT_NOW and not overdue):
            self._job = self._order()
        job = self._job
        self.feedback_message = job.reason
        if job.state is JobState.DONE:
            if self._then is not None:
                self._then(job)
            return Status.SUCCESS
        if job.state is JobState.FAILED:
            return Status.FAILURE
        if overdue:
            job.cancel()
            self.feedback_message = job.reason or "no answer"
            return Status.FAILURE
        return Status.RUNNING

    def terminate(self, new_status: Status) -> None:
        if new_status is Status.INVALID and self._job is not None:
            self._job.cancel()
        self._job = None


class Note(Behaviour):
    """Write something down: done at once."""

    def __init__(self, name: str, note: Callable[[], None]) -> None:
        super().__init__(name)
        self._note = note

    def update(self) -> Status:
        self._note()
        return Status.SUCCESS

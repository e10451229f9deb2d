"""A FAKE robot for behaviour: its jobs take the time that a test says, on a clock of the test's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comms.contracts.beat_reader import read_beats
from comms.contracts.site_reader import read_site
from comms.contracts.task import Task, TaskKind, TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import CheckpointVisit
from robot.behaviour.capabilities import Job, JobState, Place
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.desk import Desk
from robot.behaviour.journal import Journal
from robot.behaviour.record import Final
from robot.behaviour.trees import Area

LAUNCH = Path(__file__).parents[1] / "launch"
SITE = read_site(LAUNCH / "sites" / "ningbo_east.site.geojson")
AREA = Area(SITE, read_beats(LAUNCH / "beats", SITE))
STEP_S = 0.2
SPEED_MPS = 2.0
JPEG = b"\xff\xd8a picture\xff\xd9"


class FakeRobot:
    """Drives on straight lines. `refuse` names what fails: drive, camera, voice, turn."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
        dock = SITE.kiosks[0].dock
        self.here: Place | None = Place(*dock, SITE.kiosks[0].heading_rad)
        self.job: Job | None = None
        self.way: list[Place] = []
        self.drives: list[tuple[Place, ...]] = []
        self.said: list[str] = []
        self.pictures = 0
        self.refuse: dict[str, str] = {}
        self.voice = Job()

    def now(self) -> datetime:
        return self.time

    def pose(self) -> Place | None:
        return self.here

    def drive(self, places: Sequence[Place]) -> Job:
        self.drives.append(tuple(places))
        self.job, self.way = Job(), list(places)
        if self.here is None:
            self.job.state, self.job.reason = JobState.NOT_NOW, "no position"
        elif len(places) > 1 and "turn" in self.refuse:
            self.job.state, self.job.reason = JobState.FAILED, self.refuse["turn"]
        elif "drive" in self.refuse:
            self.job.state, self.job.reason = JobState.FAILED, self.refuse["drive"]
        return self.job

    def take_picture(self) -> Job:
        if "camera" in self.refuse:
            return Job(JobState.FAILED, self.refuse["camera"])
        self.pictures += 1
        return Job(JobState.DONE, picture_jpeg=JPEG)

    def announce(self, text: str, language: str) -> Job:
        if "voice" in self.refuse:
            return Job(JobState.FAILED, self.refuse["voice"])
        self.said.append(text)
        self.voice = Job()  # spoken by the next step
        return self.voice

    def step(self) -> None:
        """`STEP_S` of time pass."""
        self.time += timedelta(seconds=STEP_S)
        self.voice.state = JobState.DONE
        job = self.job
        if job is None or job.cancelled or job.state is not JobState.RUNNING or self.here is None:
            return
        target, reach = self.way[0], SPEED_MPS * STEP_S
        away = math.dist(target[:2], self.here[:2])
        if away > reach:
            share = reach / away
            x = self.here.x_m + share * (target.x_m - self.here.x_m)
            y = self.here.y_m + share * (target.y_m - self.here.y_m)
            self.here = Place(x, y, self.here.yaw_rad)
            job.remaining_m = away - reach
            return
        self.here = Place(target.x_m, target.y_m, target.yaw_rad or self.here.yaw_rad)
        self.way.pop(0)
        if not self.way:
            job.state = JobState.DONE


class Shift:
    """A desk with its fake robot and everything it told."""

    def __init__(
        self, folder: Path, robot: FakeRobot | None = None, area: Area = AREA, **config: float
    ) -> None:
        self.robot = robot or FakeRobot()
        self.updates: list[TaskUpdate] = []
        self.visits: list[CheckpointVisit] = []
        self.ends: dict[str, Final] = {}
        self.desk = Desk(
            area,
            self.robot,
            Journal(folder),
            BehaviourConfig(**config),  # type: ignore[arg-type]
            tell=self.updates.append,
            visited=self.visits.append,
            ended=lambda task_id, final: self.ends.setdefault(task_id, final),
        )
        self.desk.start()
        self.desk.safety_heard("")

    def run(self, seconds: float, until: str = "") -> None:
        """Let time pass: `seconds`, or until the task `until` has ended."""
        for _ in range(round(seconds / STEP_S)):
            if until and until in self.ends:
                return
            self.robot.step()
            self.desk.tick()

    def states(self, task_id: str) -> list[TaskState]:
        """The states of a task in their order, without repeats."""
        told = [update.state for update in self.updates if update.task_id == task_id]
        return [s for n, s in enumerate(told) if n == 0 or s is not told[n - 1]]


def patrol(task_id: str = "p1", beat: str = "plaza", **fields: object) -> Task:
    return _task(task_id, TaskKind.PATROL, beat_id=beat, **fields)


def go_to(task_id: str = "g1", east: float = 60.0, north: float = 30.0, **fields: object) -> Task:
    return _task(task_id, TaskKind.GO_TO, points=(SITE.frame.to_geo(east, north),), **fields)


def go_home(task_id: str = "r1", **fields: object) -> Task:
    return _task(task_id, TaskKind.RETURN, **fields)


def _task(task_id: str, kind: TaskKind, **fields: object) -> Task:
    return Task(
        task_id=task_id,
        unit_id="unit-1",
        vehicle=Vehicle.ROBOT,
        kind=kind,
        **fields,  # type: ignore[arg-type]
    )

"""A task: one order to one vehicle, and the states it can go through."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.errors import ContractError
from comms.contracts.place import GeoPoint


class Vehicle(StrEnum):
    ROBOT = "robot"
    DRONE = "drone"


class TaskKind(StrEnum):
    PATROL = "patrol"
    GO_TO = "go_to"
    RETURN = "return"
    ORBIT = "orbit"
    FLY_TO = "fly_to"
    WATCH = "watch"
    SURVEY = "survey"
    CORRIDOR = "corridor"
    PERIMETER = "perimeter"
    SEARCH = "search"
    ESCORT = "escort"
    PLAN = "plan"
    LAND = "land"
    EMERGENCY_LAND = "emergency_land"


class OnLinkLoss(StrEnum):
    """What the vehicle does with the task when the command centre falls silent."""

    GO_ON = "go_on"
    HOLD = "hold"
    GO_HOME = "go_home"


class TaskState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    ACCEPTED = "accepted"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self in FINAL


FINAL = frozenset(
    {
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.CANCELLED,
        TaskState.REJECTED,
        TaskState.EXPIRED,
    }
)

_ORDER = [
    TaskState.PROPOSED,
    TaskState.APPROVED,
    TaskState.SENT,
    TaskState.ACCEPTED,
    TaskState.RUNNING,
    TaskState.PAUSED,
]


def may_follow(before: TaskState, after: TaskState) -> bool:
    """Whether a task in state `before` may go to `after`.

    A final state is never left. Before that a task only moves forward (steps may be skipped when a
    message was lost), except for `running` and `paused`, which alternate. A repeat of a state is
    allowed: it carries progress.
    """
    if before in FINAL:
        return False
    if after in FINAL or before == after:
        return True
    if before is TaskState.PAUSED and after is TaskState.RUNNING:
        return True
    return _ORDER.index(after) > _ORDER.index(before)


VEHICLE_OF_KIND: dict[TaskKind, frozenset[Vehicle]] = {
    kind: frozenset({Vehicle.DRONE}) for kind in TaskKind
} | {
    TaskKind.PATROL: frozenset({Vehicle.ROBOT}),
    TaskKind.GO_TO: frozenset({Vehicle.ROBOT}),
    TaskKind.RETURN: frozenset({Vehicle.ROBOT, Vehicle.DRONE}),
}

#: How many points a kind needs, from and to; a kind that is not here takes none.
POINTS_OF_KIND: dict[TaskKind, tuple[int, int]] = {
    TaskKind.GO_TO: (1, 1),
    TaskKind.ORBIT: (1, 1),
    TaskKind.FLY_TO: (1, 1),
    TaskKind.WATCH: (1, 1),
    TaskKind.SEARCH: (1, 1),
    TaskKind.CORRIDOR: (2, 100),
    TaskKind.SURVEY: (3, 100),
    TaskKind.PERIMETER: (3, 100),
}

#: Characters of a plan made elsewhere: it goes through every store and link as part of its task.
LONGEST_PLAN = 200_000

#: What brings a drone down; it is never kept waiting for an approval.
COMES_DOWN = frozenset({TaskKind.RETURN, TaskKind.LAND, TaskKind.EMERGENCY_LAND})


def needs_approval(vehicle: Vehicle, kind: TaskKind) -> bool:
    """A drone takes off only on a person's approval."""
    return vehicle is Vehicle.DRONE and kind not in COMES_DOWN


class Approval(BaseModel):
    """The person who approved a task, and when (UTC)."""

    model_config = ConfigDict(frozen=True)

    by: str = Field(min_length=1)
    at: datetime


class Task(BaseModel):
    """One order to one vehicle. The id is given once; a repeat of the id changes nothing."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    task_id: str = Field(min_length=1, max_length=64)
    unit_id: str = Field(min_length=1, max_length=64)
    vehicle: Vehicle
    kind: TaskKind
    beat_id: str = Field(default="", max_length=64, description="patrol, corridor: which beat")
    loops: int = Field(
        default=1, ge=1, le=100, description="patrol, perimeter: rounds; orbit: turns"
    )
    points: tuple[GeoPoint, ...] = Field(default=(), max_length=100)
    radius_m: float = Field(
        default=20.0, ge=5, le=200, description="orbit: radius; search: how far from the point"
    )
    height_m: float = Field(default=30.0, ge=5, le=120, description="drone: above the ground")
    duration_s: float = Field(
        default=20.0, ge=0, le=1200, description="fly_to, watch, escort: time at the work"
    )
    speed_mps: float = Field(default=0.0, ge=0, le=15, description="at the work; 0: as configured")
    counter_clockwise: bool = Field(default=False, description="orbit, perimeter: seen from above")
    swath_m: float = Field(
        default=0.0,
        ge=0,
        le=200,
        description="survey, corridor, search: strip's width; 0: by camera, height, overlap",
    )
    overlap: float = Field(
        default=0.3, ge=0, le=0.9, description="share of a strip's picture that its neighbour has"
    )
    width_m: float = Field(
        default=0.0, ge=0, le=200, description="corridor: whole width to see; 0: one pass"
    )
    distance_m: float = Field(
        default=0.0,
        ge=0,
        le=100,
        description="watch, escort: from what is looked at; perimeter: outside the area",
    )
    bearing_rad: float = Field(
        default=0.0,
        ge=-7,
        le=7,
        description="watch, escort: where it stands, seen from there; ENU yaw, 0 is east",
    )
    target: str = Field(
        default="robot", max_length=64, description="escort: which vehicle of the unit"
    )
    plan_json: str = Field(
        default="",
        max_length=LONGEST_PLAN,
        repr=False,
        description="plan: the text of a QGroundControl .plan",
    )
    text: str = Field(default="", max_length=2000)
    priority: int = Field(default=0, ge=0, le=9, description="higher goes first; 0 is routine")
    on_link_loss: OnLinkLoss = OnLinkLoss.GO_ON
    deadline: datetime | None = Field(default=None, description="UTC")
    created_by: str = Field(default="", max_length=200)
    approval: Approval | None = None

    def check(self) -> None:
        """Raise ContractError with one sentence when the task does not say what its kind needs."""
        if self.vehicle not in VEHICLE_OF_KIND[self.kind]:
            raise ContractError(f"a {self.vehicle} cannot do a {self.kind} task")
        if self.kind is TaskKind.PATROL and not self.beat_id:
            raise ContractError("a patrol task needs the id of a beat")
        self._check_points()
        if (self.kind is TaskKind.PLAN) != bool(self.plan_json):
            raise ContractError("a plan task, and no other, needs the text of a plan")
        if self.kind in (TaskKind.WATCH, TaskKind.ESCORT) and self.duration_s <= 0:
            raise ContractError(f"a {self.kind} task needs a duration")

    def _check_points(self) -> None:
        if self.kind is TaskKind.CORRIDOR and self.beat_id and not self.points:
            return
        if self.kind not in POINTS_OF_KIND:
            return
        fewest, most = POINTS_OF_KIND[self.kind]
        if fewest <= len(self.points) <= most:
            return
        if fewest == most == 1:
            raise ContractError(f"a {self.kind} task needs exactly one point")
        wish = f"{fewest} to {most} points"
        if self.kind is TaskKind.CORRIDOR:
            wish += " or the id of a beat"
        raise ContractError(f"a {self.kind} task needs {wish}, and has {len(self.points)} points")

    @property
    def approved_by(self) -> str:
        """The person who approved it, "" for nobody."""
        return self.approval.by if self.approval is not None else ""

    @property
    def needs_approval(self) -> bool:
        """A drone takes off only on a person's approval."""
        return needs_approval(self.vehicle, self.kind)


class TaskUpdate(BaseModel):
    """One step in a task's life: who moved it to which state, when and why."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    vehicle: Vehicle
    state: TaskState
    reason: str = ""
    actor: str = ""
    progress: float = Field(default=0.0, ge=0, le=1)
    checkpoint: int = 0
    remaining_s: float | None = None
    at: datetime

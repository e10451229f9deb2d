"""What the robot can do for a behaviour: drive, take a picture, say something.

Each gives a job that is looked at on every tick. The node makes them of ROS actions and services; a
test makes them of what it likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from comms.contracts.site import Xy


class Place(NamedTuple):
    """Where to stand: `map` ENU m; `yaw_rad` None: any heading."""

    x_m: float
    y_m: float
    yaw_rad: float | None = None


class JobState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    #: it failed for a reason that passes by itself (no position yet, the navigator restarts)
    NOT_NOW = "not_now"


@dataclass
class Job:
    """Something under way. Its owner changes it; who ordered it looks, and may cancel it."""

    state: JobState = JobState.RUNNING
    reason: str = ""
    picture_jpeg: bytes = b""
    #: drives: m to go, None: not known
    remaining_m: float | None = None
    cancelled: bool = field(default=False)

    def cancel(self) -> None:
        """Nobody wants it any more."""
        self.cancelled = True


class Capabilities(Protocol):
    """The robot as a behaviour sees it."""

    def now(self) -> datetime:
        """UTC; in simulation, the simulation's."""

    def pose(self) -> Place | None:
        """Where the robot is; None while it does not know."""

    def drive(self, places: Sequence[Place]) -> Job:
        """Drive through `places`, in order, and stand at the last one."""

    def take_picture(self) -> Job:
        """A blurred JPEG of what the camera sees, in `picture_jpeg`."""

    def announce(self, text: str, language: str) -> Job:
        """Say `text`; done when it has been said."""


class Where(NamedTuple):
    """The fixed places a task may need."""

    dock: Xy
    dock_yaw_rad: float

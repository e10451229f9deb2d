"""A flight plan: what the vehicle does from take-off to landing, in map metres, before any
encoding.

Plans are plain data, so that they can be checked, drawn, stored and compared without an autopilot.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from comms.contracts.place import Enu

_NOWHERE = Enu(0.0, 0.0, 0.0)
_SET_CAM_TRIGG_DIST = 206  # of MAV_CMD, in a plan made elsewhere


class Step(StrEnum):
    """What one entry of a plan asks of the vehicle."""

    TAKEOFF = "takeoff"
    WAYPOINT = "waypoint"
    SPEED = "speed"
    LOOK_AT = "look_at"
    LOOK_AHEAD = "look_ahead"
    PITCH = "pitch"
    TRIGGER = "trigger"
    RETURN = "return"
    LAND = "land"
    RAW = "raw"


class Part(StrEnum):
    """Which part of the flight an entry belongs to; the vehicle's mode word on the screens."""

    TAKE_OFF = "taking_off"
    TRANSIT = "flying"
    WORK = "working"
    RETURN = "returning"
    LANDING = "landing"


@dataclass(frozen=True)
class RawItem:
    """An item of a plan made elsewhere, as it goes on board: MISSION_ITEM_INT without its number (x
    and y are 1e-7 degrees, or parameters 5 and 6; z is m). `flies`: it moves to its place."""

    command: int
    frame: int
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x: int = 0
    y: int = 0
    z: float = 0.0
    flies: bool = False


@dataclass(frozen=True)
class PlanItem:
    """One entry. `at` is in map m (z above the map's ground); `heading_rad` is ENU yaw;
    `pitch_rad` is the camera's, positive up; `speed_mps` above 0 sets the speed; `every_m`: of a
    TRIGGER step, metres flown between pictures, 0 for no more; `raw`: of a RAW step, what goes on
    board."""

    step: Step
    part: Part
    at: Enu = _NOWHERE
    heading_rad: float = 0.0
    hold_s: float = 0.0
    speed_mps: float = 0.0
    pitch_rad: float = 0.0
    every_m: float = 0.0
    raw: RawItem | None = None

    @property
    def leads_to(self) -> bool:
        """Whether `at` is flown to."""
        if self.raw is not None:
            return self.raw.flies
        return self.step in (Step.TAKEOFF, Step.WAYPOINT)

    @property
    def moves(self) -> bool:
        return self.leads_to or self.step in (Step.RETURN, Step.LAND)


@dataclass(frozen=True)
class FlightPlan:
    """A whole flight. `home` is where it lands; `notes` say what was changed from the wish. `fence`
    and `rally` are on board for this flight only, in place of the site's."""

    items: tuple[PlanItem, ...]
    home: Enu
    start: Enu
    look_at: Enu | None
    duration_s: float
    energy_wh: float
    notes: tuple[str, ...] = ()
    fence: tuple[RawItem, ...] = ()
    rally: tuple[RawItem, ...] = ()

    def track(self) -> list[Enu]:
        """Where it flies, from its start to the ground at home (map m)."""
        points = [self.start]
        for item in self.items:
            if item.leads_to:
                points.append(item.at)
        points.append(Enu(self.home.east_m, self.home.north_m, points[-1].up_m))
        points.append(self.home)
        return points

    @property
    def length_m(self) -> float:
        track = self.track()
        return sum(math.dist(a, b) for a, b in itertools.pairwise(track))

    @property
    def top_m(self) -> float:
        return max(p.up_m for p in self.track())


def with_camera_off(flown: Iterable[PlanItem], home: Sequence[PlanItem]) -> tuple[PlanItem, ...]:
    """The way `home`, with an end first to the pictures by distance that `flown` may have begun and
    `home` does not end itself: a camera that is triggered is so until it is told otherwise."""
    begun = any(_pictures_every_m(item) for item in flown)
    if not begun or any(_pictures_every_m(item) == 0.0 for item in home):
        return tuple(home)
    return (PlanItem(Step.TRIGGER, Part.RETURN), *home)


def _pictures_every_m(item: PlanItem) -> float | None:
    """Metres between pictures from this item on, 0 for no more; None: it says nothing of that."""
    if item.raw is not None:
        return item.raw.params[0] if item.raw.command == _SET_CAM_TRIGG_DIST else None
    return item.every_m if item.step is Step.TRIGGER else None

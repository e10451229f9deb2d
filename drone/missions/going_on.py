"""The rest of a flight from where the vehicle is: after a pause, past a waypoint, higher, slower.

Autopilots go straight from wherever they are to the next waypoint. After a pilot's hand or a gust
that straight leg has been checked by nobody; so the rest is planned anew, through the place where
the work broke off, each leg checked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from comms.contracts.place import Enu
from drone.airspace.ground import Ground
from drone.airspace.routing import find_transit
from drone.errors import PlanError
from drone.missions.plan import FlightPlan, Part, PlanItem, Step, with_camera_off
from drone.missions.planner import Planner, waypoints
from drone.missions.work import towards

_CAMERA = (Step.LOOK_AT, Step.LOOK_AHEAD, Step.PITCH)
_KNOWN = {
    *_CAMERA, Step.TRIGGER, Step.TAKEOFF, Step.WAYPOINT, Step.SPEED, Step.RETURN, Step.LAND
}  # fmt: skip
_SLOWEST_MPS = 0.5
_LOWEST_M = 2.0


@dataclass(frozen=True)
class Change:
    """What a person wants otherwise. `skip` waypoints of the work; `height_m` above the take-off
    ground and `speed_mps` over the ground for the work that is left."""

    skip: int = 0
    height_m: float | None = None
    speed_mps: float | None = None

    @property
    def words(self) -> str:
        """For a person: "at 40 m, at 3.0 m/s"."""
        said = []
        if self.skip:
            said.append("past a waypoint" if self.skip == 1 else f"past {self.skip} waypoints")
        if self.height_m is not None:
            said.append(f"at {self.height_m:.0f} m")
        if self.speed_mps is not None:
            said.append(f"at {self.speed_mps:.1f} m/s")
        return ", ".join(said)


def rest_of(
    planner: Planner,
    plan: FlightPlan,
    item: int,
    here: Enu,
    *,
    broke_at: Enu | None = None,
    change: Change | None = None,
) -> FlightPlan:
    """The rest of `plan` from `here` (map m), its entry `item` being flown.

    `broke_at`: where the work was left, which is flown to first, so that nothing between is left
    out. Raises PlanError, with the leg and what is in the way.
    """
    change = change or Change()
    start, out = planner.stepped_out(here)
    if broke_at is not None:
        broke_at = planner.stepped_out(broke_at)[0]
    _check(change, plan, planner)
    target = _target(plan, item, change.skip)
    entries = list(plan.items[target:])
    if target < len(plan.items) and plan.items[target].part is not Part.WORK:
        broke_at = None  # on a transit there is nothing to be made up for
    if broke_at is not None and not change.skip:
        again = replace(entries[0], at=broke_at, hold_s=0.0)
        if again.raw is not None:
            again = PlanItem(Step.WAYPOINT, again.part, broke_at, towards(here, broke_at))
        entries.insert(0, again)
    if change.height_m is not None:
        entries = _higher(entries, change.height_m, plan, planner.airspace.ground)
    entries = [*_in_effect(plan, target), *entries]
    if change.speed_mps is not None:
        entries = _at_speed(entries, change.speed_mps)
    work = [entry for entry in entries if entry.part not in (Part.RETURN, Part.LANDING)]
    if not any(entry.moves for entry in work):
        back = planner.come_home(here, plan.home)
        return replace(back, items=with_camera_off(plan.items, back.items))
    at = [number for number, entry in enumerate(work) if entry.moves]
    first, last = work[at[0]], work[at[-1]]
    if broke_at is not None and len(at) > 1:  # it may have been off its leg when it broke off
        work[at[1] : at[1]] = _way(planner, first.at, work[at[1]].at)
    way = _way(planner, start, first.at)
    if way:
        way.insert(0, PlanItem(Step.SPEED, Part.TRANSIT, speed_mps=planner.config.cruise_mps))
    home = with_camera_off(plan.items, planner.way_back(last.at, plan.home))
    whole = (*out, *way, *work, *home)
    rest = FlightPlan(
        whole, plan.home, start, plan.look_at, 0.0, 0.0, plan.notes, plan.fence, plan.rally
    )
    planner.check(rest)
    return planner.costed(rest)


def _check(change: Change, plan: FlightPlan, planner: Planner) -> None:
    unknown = next((entry.step for entry in plan.items if entry.step not in _KNOWN), None)
    if unknown is not None and change.words:
        raise PlanError("a plan made elsewhere is flown as it is, or not at all")
    if change.skip < 0:
        raise PlanError("waypoints are skipped forward only")
    height, speed = change.height_m, change.speed_mps
    top = planner.config.max_height_m
    if height is not None and not _LOWEST_M <= height <= top:
        raise PlanError(f"the height must be {_LOWEST_M:.0f} to {top:.0f} m, not {height:g} m")
    fastest = planner.config.max_speed_mps
    if speed is not None and not _SLOWEST_MPS <= speed <= fastest:
        raise PlanError(f"the speed must be {_SLOWEST_MPS} to {fastest:g} m/s, not {speed:g} m/s")


def _target(plan: FlightPlan, item: int, skip: int) -> int:
    """Index of the entry that is flown to next."""
    moving = [
        number
        for number, entry in enumerate(plan.items)
        if number >= item and entry.moves and entry.step is not Step.TAKEOFF
    ]
    if not moving:
        return len(plan.items)
    if skip:
        in_work = [number for number in moving if plan.items[number].part is Part.WORK]
        if not in_work:
            raise PlanError("there is no waypoint of its work left to be skipped")
        # on the way there, too, it is the work that is skipped into
        begin = moving.index(in_work[0])
        return moving[min(begin + skip, len(moving) - 1)]
    return moving[0]


def _in_effect(plan: FlightPlan, target: int) -> list[PlanItem]:
    """The last speed and camera entries before `target`: a new mission begins without them."""
    before = plan.items[:target]
    found = []
    for steps in ((Step.SPEED,), _CAMERA, (Step.TRIGGER,)):
        latest = next((entry for entry in reversed(before) if entry.step in steps), None)
        if latest is not None and (latest.step is not Step.TRIGGER or latest.every_m > 0):
            found.append(latest)
    lasting = {e.raw.command: e for e in before if e.raw is not None and not e.moves}
    return found + [e for e in lasting.values() if not e.hold_s]


def _higher(
    entries: list[PlanItem], height_m: float, plan: FlightPlan, ground: Ground
) -> list[PlanItem]:
    places = [e.at for e in plan.items if e.part is Part.WORK and e.step is Step.WAYPOINT]
    if not places:
        raise PlanError("there is no work of which the height could be changed")
    rise = height_m - (places[0].up_m - ground.under(places[0]).up_m)

    def raised(entry: PlanItem) -> PlanItem:
        if entry.part is not Part.WORK or entry.step is not Step.WAYPOINT:
            return entry
        return replace(entry, at=entry.at._replace(up_m=entry.at.up_m + rise))

    if not any(e.part is Part.WORK and e.step is Step.WAYPOINT for e in entries):
        raise PlanError("its work is done; the height on the way home is the planner's")
    return [raised(entry) for entry in entries]


def _at_speed(entries: list[PlanItem], speed_mps: float) -> list[PlanItem]:
    """The same with all of the work at one speed."""
    slower = PlanItem(Step.SPEED, Part.WORK, speed_mps=speed_mps)
    kept = [e for e in entries if not (e.step is Step.SPEED and e.part is Part.WORK)]
    begin = next((n for n, e in enumerate(kept) if e.part is Part.WORK and e.moves), None)
    if begin is None:
        raise PlanError("its work is done; the speed on the way home is the planner's")
    return [*kept[:begin], slower, *kept[begin:]]


def _way(planner: Planner, here: Enu, to: Enu) -> list[PlanItem]:
    """Straight where that is clear, else around or over."""
    if planner.airspace.is_clear(here, to):
        return []
    way = find_transit(planner.airspace, here, to, "the way on")
    points = [point for point in way.points[1:] if math.dist(point, to) > 0.05]
    return waypoints(points, Part.TRANSIT, towards(here, to))

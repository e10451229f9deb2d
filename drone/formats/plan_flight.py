"""A plan made elsewhere as a flight: its own items between our take-off and our way home.

Jumps are written out, so that every item has one place in the flight: the share done, a pause and
a restart count by it, and the autopilots' different counting (ArduCopter keeps its home in item 0)
does not matter.
"""

from __future__ import annotations

import math
from dataclasses import replace

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.contracts.site import Site
from comms.contracts.task import Task
from drone.errors import PlanError
from drone.formats.plan_check import Areas, areas_of, check_fence, check_plan, place_of
from drone.formats.plan_commands import (
    ALLOWED,
    CHANGE_SPEED,
    JUMP,
    LAND,
    LOOKS,
    RETURN,
    TAKEOFF,
    WAITS,
    WAYPOINT,
)
from drone.formats.plan_file import PlanFile, parse_plan
from drone.missions.encoding import Command, MissionItem, encode_rally
from drone.missions.fence import as_raw, joint_fence
from drone.missions.plan import FlightPlan, Part, PlanItem, RawItem, Step, with_camera_off
from drone.missions.planner import Planner

_ON_GROUND_M = 1.5
_SAME_PLACE_M = 2.0
_AT_HOME_M = 5.0
#: With jumps written out. ArduCopter's smallest boards hold some more.
_MOST_ITEMS = 600
#: Both makes' default acceptance radius is larger, and would cut corners that were not checked.
_ACCEPTANCE_M = 2.0


def plan_flight(task: Task, start: Enu, home: Enu, planner: Planner, site: Site) -> FlightPlan:
    """The flight of `task.plan_json` from `start` (map m; low: on the ground), landing at `home`.

    Heights count from the take-off ground. Raises PlanError or FileError, with the item and why.
    """
    plan = parse_plan(task.plan_json, "the plan")
    frame = LocalFrame(site.origin)  # its own: this runs beside the link's thread
    check_plan(plan, planner.airspace, frame)
    notes = (*how_it_ends(plan, frame), *plan.notes)
    off = math.dist(start[:2], _home(plan, frame)[:2])
    if off > _SAME_PLACE_M:
        notes = (f"it starts {off:.0f} m from the plan's home", *notes)
    least = planner.airspace.return_height_m
    if any(point.z < least for point in plan.rally):
        notes = (*notes, f"its rally points are flown to at {least:.0f} m, above the roofs")
    own = tuple(i for i in plan.mission if i.command not in (TAKEOFF, RETURN, LAND))
    entries = [*_up(plan, start, frame, planner), *_items(_written_out(own), start, frame, planner)]
    at = [entry.at for entry in entries if entry.leads_to][-1]
    if len(entries) > _MOST_ITEMS:
        raise PlanError(
            f"with its jumps written out the plan has {len(entries)} items; {_MOST_ITEMS} are flown"
        )
    areas = areas_of(plan.fence, frame)
    flight = FlightPlan(
        items=(*entries, *with_camera_off(entries, planner.way_back(at, home))),
        home=home,
        start=start,
        look_at=_looks_at(own, frame),
        duration_s=0.0,
        energy_wh=0.0,
        notes=notes,
        fence=_fence(plan, areas, planner, site),
        rally=_rally(plan, planner, frame),
    )
    planner.check(flight)
    check_fence(areas, flight.track())
    return planner.costed(flight)


def how_it_ends(plan: PlanFile, frame: LocalFrame) -> tuple[str, ...]:
    """What of the plan's way is flown otherwise. Raises PlanError for a landing elsewhere."""
    last = plan.mission[-1]
    notes = []
    if all(item.command != TAKEOFF for item in plan.mission):
        notes.append("a take-off to its first height is added")
    if last.command == LAND:
        away = math.dist(place_of(last, frame)[:2], _home(plan, frame)[:2])
        if away > _AT_HOME_M:
            raise PlanError(
                f"the plan lands {away:.0f} m from its home; a plan is flown that lands there or "
                "ends with a return (20)"
            )
        notes.append("its landing is flown as the checked way home")
    elif last.command == RETURN:
        notes.append("its return is flown as the checked way home")
    else:
        notes.append("it ends in the air: the way home is added")
    if any(item.command == JUMP for item in plan.mission):
        notes.append("its jumps are written out")
    return tuple(notes)


def _up(plan: PlanFile, start: Enu, frame: LocalFrame, planner: Planner) -> list[PlanItem]:
    """Straight up, and then to where the plan has its take-off: ArduCopter's knows no place."""
    item = next(i for i in plan.mission if ALLOWED[i.command].is_flown)
    there = place_of(item, frame)
    if item.command != TAKEOFF:
        there = start._replace(up_m=there.up_m)
    above = start._replace(up_m=there.up_m)
    on_ground = start.up_m < _ON_GROUND_M
    step, part = (Step.TAKEOFF, Part.TAKE_OFF) if on_ground else (Step.WAYPOINT, Part.TRANSIT)
    heading = math.pi / 2 - math.radians(item.param4)
    speed = plan.cruise_mps if plan.cruise_mps > 0 else planner.config.cruise_mps
    speed = max(0.5, min(planner.config.max_speed_mps, speed))
    found = [
        PlanItem(step, part, above, heading),
        PlanItem(Step.SPEED, Part.TRANSIT, speed_mps=speed),
    ]
    if math.dist(above, there) > _SAME_PLACE_M:
        found.append(PlanItem(Step.WAYPOINT, Part.TRANSIT, there, heading))
    return found


def _written_out(items: tuple[MissionItem, ...]) -> list[MissionItem]:
    found: list[MissionItem] = []
    for item in items:
        if item.command != JUMP:
            found.append(item)
            continue
        again = [i for i in items if item.param1 <= i.seq < item.seq]
        found += again * int(item.param2)
    return found


def _items(
    own: list[MissionItem], start: Enu, frame: LocalFrame, planner: Planner
) -> list[PlanItem]:
    """Up to the first place it is a transit, unless that is the only one."""
    flown = [n for n, item in enumerate(own) if ALLOWED[item.command].is_flown]
    if not flown:
        raise PlanError("the plan leads nowhere: it has no waypoint between take-off and landing")
    work_at = flown[0] + 1 if len(flown) > 1 and own[flown[0]].param1 <= 0 else 0
    found = []
    for number, item in enumerate(own):
        flies = ALLOWED[item.command].is_flown
        if item.command == WAYPOINT and item.param2 <= 0:
            item = replace(item, param2=_ACCEPTANCE_M)
        speed = 0.0
        if item.command == CHANGE_SPEED and item.param2 != -1:
            speed = item.param2 if item.param2 > 0 else planner.config.cruise_mps
            if speed > planner.config.max_speed_mps:
                raise PlanError(
                    f"item {item.seq + 1} sets a speed of {speed:g} m/s, and "
                    f"{planner.config.max_speed_mps:g} m/s are allowed"
                )
        found.append(
            PlanItem(
                Step.RAW,
                Part.WORK if number >= work_at else Part.TRANSIT,
                at=place_of(item, frame) if flies else Enu(0.0, 0.0, 0.0),
                hold_s=item.param1 if item.command in WAITS else 0.0,
                speed_mps=speed,
                raw=as_raw(item, flies),
            )
        )
    return found


def _looks_at(own: tuple[MissionItem, ...], frame: LocalFrame) -> Enu | None:
    return next((place_of(item, frame) for item in own if item.command in LOOKS), None)


def _fence(plan: PlanFile, areas: Areas, planner: Planner, site: Site) -> tuple[RawItem, ...]:
    if not any(item.command != Command.FENCE_RETURN for item in plan.fence):
        return ()
    own = [as_raw(item) for item in plan.fence]
    return joint_fence(own, areas.stay_in, site, planner.airspace)


def _rally(plan: PlanFile, planner: Planner, frame: LocalFrame) -> tuple[RawItem, ...]:
    if not plan.rally:
        return ()
    pads = planner.pads if planner.config.rally_points else ()
    least = planner.airspace.return_height_m
    site = encode_rally(pads, least, frame)
    own = (replace(item, z=max(item.z, least)) for item in plan.rally)
    return tuple(as_raw(item) for item in (*site, *own))


def _home(plan: PlanFile, frame: LocalFrame) -> Enu:
    x, y = round(plan.home.latitude_deg * 1e7), round(plan.home.longitude_deg * 1e7)
    return place_of(MissionItem(0, 3, WAYPOINT, x=x, y=y), frame)

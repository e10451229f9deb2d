"""Whether a foreign mission may be flown here: each leg against the airspace and the plan's own
fence, its length in time and energy, before anything goes on board."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import LineString, Point, Polygon

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from drone.airspace.airspace import Airspace
from drone.airspace.routing import find_transit
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.formats.plan_commands import (
    ALLOWED,
    CHANGE_SPEED,
    JUMP,
    LAND,
    RETURN,
    TAKEOFF,
    WAITS,
)
from drone.formats.plan_file import PlanFile
from drone.missions.encoding import Command, MissionItem
from drone.missions.estimate import hover_cost, track_cost

_AWAY_M = 500.0


@dataclass(frozen=True)
class PlanWay:
    """What a plan flies: `track` (map m, from home to the ground, repeats left out), and what all
    of it takes."""

    track: list[Enu]
    duration_s: float
    energy_wh: float


def check_plan(plan: PlanFile, airspace: Airspace, frame: LocalFrame) -> PlanWay:
    """Raises PlanError with the item and what is in its way.

    Heights count from the plan's home, which is taken as level with the map's ground.
    """
    home = _place(plan.home.latitude_deg, plan.home.longitude_deg, frame, 0.0)
    if math.hypot(*home[:2]) > _AWAY_M and airspace.why_not_at(home):
        raise PlanError(
            f"the plan's home is {math.hypot(*home[:2]):.0f} m from the middle of this site: it is "
            "of another place"
        )
    items = plan.mission
    _check_order([item for item in items if ALLOWED[item.command].is_flown], items[-1])
    track, at_item = [home], {}
    first = next(item for item in items if ALLOWED[item.command].is_flown)
    if first.command != TAKEOFF:  # flown with a take-off of ours, straight up
        track.append(home._replace(up_m=first.z))
        _check_leg(first, len(items), home, track[-1], airspace)
    for item in items:
        if ALLOWED[item.command].is_flown:
            for to in _ways(item, track[-1], home, airspace, frame):
                _check_leg(item, len(items), track[-1], to, airspace)
                if math.dist(track[-1], to) > 0.05:
                    track.append(to)
            at_item[item.seq] = track[-1]
    if track[-1] != home:  # it ends in the air
        back = find_transit(airspace, track[-1], home, "the way home", end_upright=False)
        track += [*back.points[1:], home]
    flown = track_cost(track, _slowest(plan, airspace.config), airspace.config)
    waits = sum(item.param1 for item in items if item.command in WAITS and item.param1 > 0)
    duration = flown[0] + waits
    energy = flown[1] + hover_cost(waits, airspace.config)
    for item in items:
        if item.command == JUMP:
            again = _repeat(item, items, at_item, airspace)
            more = track_cost(again, _slowest(plan, airspace.config), airspace.config)
            duration += item.param2 * (more[0] + waits)  # waits: at most all of them
            energy += item.param2 * (more[1] + hover_cost(waits, airspace.config))
    check_fence(areas_of(plan.fence, frame), track)
    for point in plan.rally:
        place = place_of(point, frame)
        inside = airspace.why_not_at(place) or airspace.why_not_at(airspace.ground.under(place))
        if inside:
            raise PlanError(f"rally point {point.seq + 1} of {len(plan.rally)} {inside}")
    return PlanWay(track, duration, energy)


def _check_order(flown: Sequence[MissionItem], last: MissionItem) -> None:
    if not flown or flown[0].command in (RETURN, LAND):
        raise PlanError("the plan leads nowhere: it begins with no take-off and no waypoint")
    for item in flown[1:]:
        ends = item.command in (RETURN, LAND)
        if (ends and item is not flown[-1]) or item.command == TAKEOFF:
            name = ALLOWED[item.command].name
            raise PlanError(f"item {item.seq + 1} is a {name} in the middle of the plan")
        if ends and item is not last:
            name = ALLOWED[item.command].name
            raise PlanError(f"item {last.seq + 1} stands after the plan's {name}")


def _ways(
    item: MissionItem, here: Enu, home: Enu, airspace: Airspace, frame: LocalFrame
) -> list[Enu]:
    """The places that an item leads through."""
    if item.command == RETURN:  # flown as our own way home
        way = find_transit(airspace, here, home, "the way home", end_upright=False)
        return [*way.points[1:], home]
    to = place_of(item, frame)
    if item.command == TAKEOFF:  # up first, then there
        return [here._replace(up_m=to.up_m), to]
    if item.command == LAND:
        return [to._replace(up_m=here.up_m), to._replace(up_m=0.0)]
    return [to]


def _check_leg(item: MissionItem, count: int, a: Enu, b: Enu, airspace: Airspace) -> None:
    blocked = airspace.obstruction(a, b)
    if blocked is not None:
        which = f"item {item.seq + 1} of {count} ({ALLOWED[item.command].name})"
        raise PlanError(f"{which} cannot be flown: {blocked}")


def _repeat(
    jump: MissionItem,
    items: Sequence[MissionItem],
    at_item: dict[int, Enu],
    airspace: Airspace,
) -> list[Enu]:
    """The way that a jump back flies once more, its leg to the first of it checked."""
    target = int(jump.param1)
    again = [at_item[i.seq] for i in items[target : jump.seq] if i.seq in at_item]
    if (
        target >= jump.seq
        or not again
        or any(i.command in (TAKEOFF, JUMP) for i in items[target : jump.seq])
    ):
        raise PlanError(
            f"item {jump.seq + 1} of {len(items)} jumps to item {target + 1}: only a jump back to "
            "a waypoint before it is flown"
        )
    _check_leg(jump, len(items), again[-1], again[0], airspace)
    return [again[-1], *again]


def _slowest(plan: PlanFile, config: DroneConfig) -> float:
    """m/s: what the estimate of time is on the safe side with."""
    speeds = [i.param2 for i in plan.mission if i.command == CHANGE_SPEED]
    given = [speed for speed in (plan.cruise_mps, *speeds) if speed > 0]
    return max(0.5, min(given, default=config.cruise_mps))


@dataclass(frozen=True)
class Areas:
    """A plan's own fence in map m: areas to stay in, and to stay out of."""

    stay_in: tuple[Polygon, ...]
    stay_out: tuple[Polygon, ...]


def areas_of(fence: Sequence[MissionItem], frame: LocalFrame) -> Areas:
    """Circles become polygons of 32 corners, those to stay in inside of it, those to stay out of
    around it. Raises PlanError."""
    stay_in: list[Polygon] = []
    stay_out: list[Polygon] = []
    number = 0
    while number < len(fence):
        item = fence[number]
        inside = item.command in (Command.FENCE_INCLUSION, Command.FENCE_CIRCLE_IN)
        if item.command in (Command.FENCE_INCLUSION, Command.FENCE_EXCLUSION):
            corners = fence[number : number + int(item.param1)]
            shape = Polygon([place_of(corner, frame)[:2] for corner in corners])
            number += len(corners)
        else:
            radius = item.param1 if inside else item.param1 / math.cos(math.pi / 32)
            shape = Point(place_of(item, frame)[:2]).buffer(radius, quad_segs=8)
            number += 1
        if not shape.is_valid:
            raise PlanError("a polygon of the plan's own fence crosses itself")
        if item.command != Command.FENCE_RETURN:
            (stay_in if inside else stay_out).append(shape)
    return Areas(tuple(stay_in), tuple(stay_out))


def check_fence(areas: Areas, track: Sequence[Enu]) -> None:
    """Raises PlanError where the track (map m) does not keep to all of them."""
    line = LineString([p[:2] for p in track])
    if any(line.intersects(shape) for shape in areas.stay_out):
        raise PlanError("the plan leads into an area that its own fence closes")
    for shape in areas.stay_in:
        if not all(shape.covers(LineString([a[:2], b[:2]])) for a, b in itertools.pairwise(track)):
            raise PlanError("the plan leads out of the area of its own fence")


def place_of(item: MissionItem, frame: LocalFrame) -> Enu:
    """The place of an item (map m; its height as it is)."""
    return _place(item.x / 1e7, item.y / 1e7, frame, item.z)


def _place(latitude: float, longitude: float, frame: LocalFrame, up_m: float) -> Enu:
    at = frame.to_enu(GeoPoint(latitude_deg=latitude, longitude_deg=longitude))
    return Enu(at.east_m, at.north_m, up_m)

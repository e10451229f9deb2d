"""Whether a foreign mission may be flown here: each leg against the airspace, before anything goes
on board."""

from __future__ import annotations

import math
from collections.abc import Sequence

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from drone.airspace.airspace import Airspace
from drone.errors import PlanError
from drone.formats.plan_file import PlanFile
from drone.formats.plan_items import FLOWN, JUMP, LAND, RETURN, TAKEOFF
from drone.missions.encoding import MissionItem

_AWAY_M = 500.0


def check_plan(plan: PlanFile, airspace: Airspace, frame: LocalFrame) -> list[Enu]:
    """The way that it flies (map m, from home to the ground). Raises PlanError with the item and
    what is in its way.

    Heights count from the plan's home, which is taken as level with the map's ground.
    """
    home = _place(plan.home.latitude_deg, plan.home.longitude_deg, frame, 0.0)
    if math.hypot(*home[:2]) > _AWAY_M and airspace.why_not_at(home):
        raise PlanError(
            f"the plan's home is {math.hypot(*home[:2]):.0f} m from the middle of this site: it is "
            "of another place"
        )
    items = plan.mission
    flown = [item for item in items if item.command in FLOWN or item.command == RETURN]
    if not flown or flown[0].command != TAKEOFF:
        raise PlanError("the plan does not begin with a take-off (command 22)")
    if not any(item.command in (RETURN, LAND) for item in flown):
        raise PlanError("the plan ends in the air: add a return (20) or a landing (21)")
    if any(item.command == JUMP for item in items):
        _check_jumps(items)
    track = [home]
    for item in flown:
        _add_leg(track, item, len(items), home, airspace, frame)
    return track


def _add_leg(
    track: list[Enu],
    item: MissionItem,
    count: int,
    home: Enu,
    airspace: Airspace,
    frame: LocalFrame,
) -> None:
    here = track[-1]
    if item.command == RETURN:
        high = max(here.up_m, airspace.return_height_m)
        ways = [here._replace(up_m=high), home._replace(up_m=high), home]
    else:
        to = _place(item.x / 1e7, item.y / 1e7, frame, item.z)
        ways = [to]
        if item.command == TAKEOFF:  # up first, then there
            ways = [here._replace(up_m=to.up_m), to]
        elif item.command == LAND:
            ways = [to._replace(up_m=here.up_m), to._replace(up_m=0.0)]
    for to in ways:
        blocked = airspace.obstruction(track[-1], to)
        if blocked is not None:
            which = f"item {item.seq + 1} of {count} (command {item.command})"
            raise PlanError(f"{which} cannot be flown: {blocked}")
        if math.dist(track[-1], to) > 0.05:
            track.append(to)


def _check_jumps(items: Sequence[MissionItem]) -> None:
    """A jump's leg is not that of the order in the file; only repeats of a part are understood."""
    for item in items:
        if item.command == JUMP and int(item.param1) >= item.seq:
            raise PlanError(f"item {item.seq + 1} of {len(items)} jumps forward: leave it out")


def _place(latitude: float, longitude: float, frame: LocalFrame, up_m: float) -> Enu:
    at = frame.to_enu(GeoPoint(latitude_deg=latitude, longitude_deg=longitude))
    return Enu(at.east_m, at.north_m, up_m)

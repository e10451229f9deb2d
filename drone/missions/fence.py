"""What of a site goes into a fence on board, which is flat: it knows no heights."""

from __future__ import annotations

from collections.abc import Iterable

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from comms.contracts.geodesy import LocalFrame
from comms.contracts.site import Site
from drone.airspace.airspace import Airspace
from drone.errors import PlanError
from drone.missions.encoding import Command, MissionItem, encode_fence
from drone.missions.plan import RawItem

Ring = list[tuple[float, float]]


def closed_rings(site: Site, airspace: Airspace) -> list[Ring]:
    """The no-fly areas (map m) that are closed now or soon at every height that is flown; what may
    be flown over or under is the planner's business alone."""
    highest_m = airspace.config.max_height_m
    return [
        list(area.ring)
        for area in site.no_fly
        if area.floor_m <= 0 and area.ceiling_m >= highest_m and airspace.counts(area.applies)
    ]


def site_fence(site: Site, airspace: Airspace, frame: LocalFrame) -> tuple[MissionItem, ...]:
    return encode_fence(site.boundary, closed_rings(site, airspace), frame)


def joint_fence(
    own: Iterable[RawItem], stay_in: Iterable[Polygon], site: Site, airspace: Airspace
) -> tuple[RawItem, ...]:
    """A plan's own fence together with the site's, as one area to stay in.

    One, because of several PX4 takes the union and ArduPilot (as long as FENCE_OPTIONS does not say
    otherwise) what all of them share. `stay_in`: the plan's areas to stay in (map m). Raises
    PlanError when they share no single area.
    """
    shared: BaseGeometry = Polygon(site.boundary)
    for shape in stay_in:
        shared = shared.intersection(shape)
    if not isinstance(shared, Polygon) or shared.is_empty or shared.interiors:
        raise PlanError("the areas of the plan's fence and this site have no single area in common")
    frame = LocalFrame(site.origin)
    ring = [(east, north) for east, north, *_ in shared.exterior.coords]
    both = encode_fence(ring, closed_rings(site, airspace), frame)
    out = (Command.FENCE_EXCLUSION, Command.FENCE_CIRCLE_OUT)
    return (*map(as_raw, both), *(item for item in own if item.command in out))


def as_raw(item: MissionItem, flies: bool = False) -> RawItem:
    params = (item.param1, item.param2, item.param3, item.param4)
    return RawItem(item.command, item.frame, params, item.x, item.y, item.z, flies)

"""Whatever the site, the task, the wind and the battery: a plan keeps out, or a sentence says why.

The checker knows nothing of the planner: it walks the track metre by metre, measures distances to
the site's own outlines, and adds up energy by a rule of its own.
"""

from __future__ import annotations

import itertools
import math
import random

import pytest
from shapely import affinity
from shapely.geometry import Point, Polygon, box

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Building, NoFly, Site
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.plan import FlightPlan, Step
from drone.missions.planner import Planner
from drone.missions.shortening import IN_PARTS, fitting

CONFIG = DroneConfig()
ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615)
FRAME = LocalFrame(ORIGIN)
KINDS = (
    TaskKind.ORBIT,
    TaskKind.FLY_TO,
    TaskKind.WATCH,
    TaskKind.SURVEY,
    TaskKind.CORRIDOR,
    TaskKind.PERIMETER,
    TaskKind.SEARCH,
)
POINTS = {TaskKind.SURVEY: 4, TaskKind.CORRIDOR: 3, TaskKind.PERIMETER: 4}
NEAR_M = 1e-3


def any_block(chance: random.Random, size: float) -> Polygon:
    """A turned rectangle somewhere on the site, away from the pad in its middle."""
    while True:
        block = box(0, 0, chance.uniform(8, size), chance.uniform(8, size))
        block = affinity.rotate(block, chance.uniform(0, 90))
        block = affinity.translate(block, chance.uniform(-140, 110), chance.uniform(-140, 110))
        if block.distance(Point(0, 0)) > 18 and box(-150, -150, 150, 150).contains(block):
            return block


def any_site(chance: random.Random) -> Site:
    ring = lambda block: tuple(block.exterior.coords[:-1])  # noqa: E731
    buildings = tuple(
        Building(
            feature_id=f"B{n}",
            name=f"B{n}",
            ring=ring(any_block(chance, 45)),
            height_m=chance.uniform(5, 110),
        )
        for n in range(chance.randrange(1, 7))
    )
    closed = tuple(
        NoFly(
            feature_id=f"N{n}",
            name=f"N{n}",
            ring=ring(any_block(chance, 60)),
            floor_m=chance.choice((0.0, 40.0, 70.0)),
            ceiling_m=chance.choice((75.0, 90.0, 10_000.0)),
        )
        for n in range(chance.randrange(0, 4))
    )
    return Site(
        site_id="any",
        name="any",
        origin=ORIGIN,
        frame=FRAME,
        boundary=((-150, -150), (150, -150), (150, 150), (-150, 150)),
        buildings=buildings,
        no_fly=closed,
    )


def any_task(chance: random.Random) -> tuple[Task, list[Enu]]:
    kind = chance.choice(KINDS)
    centre = (chance.uniform(-120, 120), chance.uniform(-120, 120))
    count = POINTS.get(kind, 1)
    reach = chance.uniform(20, 70) if count > 1 else 0.0
    points = [
        Enu(
            centre[0] + reach * math.cos(math.tau * n / count),
            centre[1] + reach * math.sin(math.tau * n / count),
            0.0,
        )
        for n in range(count)
    ]
    task = Task(
        task_id="t",
        unit_id="u",
        vehicle=Vehicle.DRONE,
        kind=kind,
        points=tuple(FRAME.to_geo(*point) for point in points),
        height_m=chance.uniform(15, 118),
        radius_m=chance.uniform(8, 40),
        distance_m=chance.uniform(8, 30),
        duration_s=chance.uniform(5, 120),
    )
    return task, points


def sampled(track: list[Enu]) -> list[Enu]:
    places = []
    for a, b in itertools.pairwise(track):
        steps = max(1, math.ceil(math.dist(a, b)))
        for n in range(steps + 1):
            share = n / steps
            places.append(Enu(*(p + share * (q - p) for p, q in zip(a, b, strict=True))))
    return places


def wrong_place(site: Site, place: Enu) -> str:
    """By the site's own figures and the clearances that the configuration promises."""
    here = Point(place.east_m, place.north_m)
    inside = Polygon(site.boundary).exterior.distance(here)
    if not Polygon(site.boundary).contains(here) or inside < CONFIG.boundary_margin_m - NEAR_M:
        return "it is outside"
    if place.up_m > CONFIG.max_height_m + NEAR_M:
        return "it is too high"
    for building in site.buildings:
        low = place.up_m < building.height_m + CONFIG.building_over_m - NEAR_M
        near = Polygon(building.ring).distance(here) < CONFIG.building_clearance_m - NEAR_M
        if low and near:
            return f"it is too close to {building.name}"
    for area in site.no_fly:
        margin = CONFIG.no_fly_margin_m - NEAR_M
        near = Polygon(area.ring).distance(here) < margin
        above_floor = area.floor_m <= 0 or place.up_m > area.floor_m - margin
        if near and above_floor and place.up_m < area.ceiling_m + margin:
            return f"it is in {area.name}"
    return ""


def least_energy_wh(plan: FlightPlan, wind: tuple[float, float]) -> float:
    """What the flight takes at the very least: each metre at its speed, by the air's drag."""
    at, speed, joules = plan.start, CONFIG.cruise_mps, 0.0
    drag = CONFIG.cruise_power_w - CONFIG.hover_power_w

    def power(airspeed: float) -> float:
        return CONFIG.hover_power_w + drag * max(0.0, (airspeed / CONFIG.cruise_mps) ** 3 - 1)

    for item in plan.items:
        if item.step is Step.SPEED:
            speed = item.speed_mps
        joules += item.hold_s * power(math.hypot(*wind))
        if item.step in (Step.TAKEOFF, Step.WAYPOINT):
            run = math.dist(at[:2], item.at[:2])
            if run > 1.0:
                along = [(q - p) / run for p, q in zip(at[:2], item.at[:2], strict=True)]
                air = math.dist((along[0] * speed, along[1] * speed), wind)
                if air <= CONFIG.max_airspeed_mps:  # else it is slower, and takes more
                    joules += run / speed * power(air)
            joules += abs(item.at.up_m - at.up_m) / 10.0 * CONFIG.hover_power_w
            at = item.at
    return joules / 3600.0


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_keeps_out_and_comes_home_or_says_why_not(seed: int) -> None:
    chance = random.Random(seed)
    site, (task, points) = any_site(chance), any_task(chance)
    strength, toward = chance.uniform(0, 11), chance.uniform(0, math.tau)
    wind = (strength * math.cos(toward), strength * math.sin(toward))
    planner = Planner(Airspace.of_site(site, CONFIG), CONFIG, wind=lambda: wind)
    home, budget_wh = Enu(0.0, 0.0, 0.0), chance.uniform(5, 60)
    plan, why = None, ""
    try:
        plan = planner.plan(task, points, home, home)
        if task.kind in IN_PARTS:
            plan = fitting(planner, plan, budget_wh)
    except PlanError as error:
        why = str(error)
    if plan is None:
        assert len(why) > 15
        assert len(why.splitlines()) == 1
        return
    track = plan.track()
    assert track[0] == home
    assert math.dist(track[-1], home) < NEAR_M
    places = sampled(track)
    assert {wrong_place(site, place) for place in places} == {""}
    assert least_energy_wh(plan, wind) <= plan.energy_wh
    if plan.notes and "left out from its waypoint" in plan.notes[-1]:
        assert plan.energy_wh <= budget_wh

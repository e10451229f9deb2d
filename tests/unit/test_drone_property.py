"""Whatever the site, the task, the wind and the battery: a plan keeps out, or a sentence says why.

The checker knows nothing of the planner: it walks the track metre by metre, measures distances to
the site's own outlines, and adds up energy by a rule of its own.
"""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from shapely import affinity
from shapely.geometry import Point, Polygon, box

from comms.contracts.geodesy import LocalFrame
from comms.contracts.in_force import Period, periods_of
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site import Building, Ceiling, NoFly, Site
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.estimate import not_enough_energy, usable_wh
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
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ALWAYS: tuple[Period, ...] = ()
SOON = periods_of({"startDateTime": NOW + timedelta(minutes=20)})
NOT_NOW = periods_of({"startDateTime": NOW + timedelta(hours=5)})


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
            applies=chance.choice((ALWAYS, SOON, NOT_NOW)),
        )
        for n in range(chance.randrange(0, 4))
    )
    limits = tuple(
        Ceiling(
            feature_id=f"C{n}",
            name=f"C{n}",
            ring=ring(any_block(chance, 60)),
            ceiling_m=chance.choice((30.0, 60.0)),
            applies=chance.choice((ALWAYS, SOON, NOT_NOW)),
        )
        for n in range(chance.randrange(0, 3))
    )
    return Site(
        site_id="any",
        name="any",
        origin=ORIGIN,
        frame=FRAME,
        boundary=((-150, -150), (150, -150), (150, 150), (-150, 150)),
        buildings=buildings,
        no_fly=closed,
        ceilings=limits,
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
    for limit in site.ceilings:
        near = Polygon(limit.ring).distance(here) < CONFIG.no_fly_margin_m - NEAR_M
        if limit.applies != NOT_NOW and near and place.up_m > limit.ceiling_m + NEAR_M:
            return f"it is over {limit.name}"
    for area in site.no_fly:
        if area.applies == NOT_NOW:
            continue
        margin = CONFIG.no_fly_margin_m - NEAR_M
        near = Polygon(area.ring).distance(here) < margin
        above_floor = area.floor_m <= 0 or place.up_m > area.floor_m - margin
        if near and above_floor and place.up_m < area.ceiling_m + margin:
            return f"it is in {area.name}"
    return ""


def least_energy_wh(plan: FlightPlan, wind: tuple[float, float]) -> float:
    """What the flight takes at the very least: each metre at its speed, by the air's drag; corners
    cost nothing."""
    at, speed, joules = plan.start, CONFIG.cruise_mps, 0.0
    drag = CONFIG.cruise_power_w - CONFIG.hover_power_w

    def power(airspeed: float) -> float:
        return CONFIG.hover_power_w + drag * max(0.0, (airspeed / CONFIG.cruise_mps) ** 3 - 1)

    def leg(a: Enu, b: Enu) -> float:
        run, rise = math.dist(a[:2], b[:2]), b.up_m - a.up_m
        if run > 1.0:
            along = [(q - p) / run for p, q in zip(a[:2], b[:2], strict=True)]
            air = math.dist((along[0] * speed, along[1] * speed), wind)
            if air > CONFIG.max_airspeed_mps:  # it is slower, and takes more
                return run / speed * power(CONFIG.cruise_mps)
            return run / speed * power(air)
        rate = CONFIG.climb_mps if rise > 0 else CONFIG.descend_mps
        watts = CONFIG.climb_power_w if rise > 0 else CONFIG.hover_power_w
        return abs(rise) / rate * watts

    for item in plan.items:
        if item.step is Step.SPEED:
            speed = item.speed_mps
        joules += item.hold_s * power(math.hypot(*wind))
        if item.step in (Step.TAKEOFF, Step.WAYPOINT):
            joules += leg(at, item.at)
            at = item.at
    over = plan.home._replace(up_m=at.up_m)
    return (joules + leg(at, over) + leg(over, plan.home)) / 3600.0


@pytest.mark.parametrize("seed", range(80))
def test_a_plan_keeps_out_and_comes_home_with_its_reserve_or_says_why_not(seed: int) -> None:
    chance = random.Random(seed)
    site, (task, points) = any_site(chance), any_task(chance)
    strength, toward = chance.uniform(0, 11), chance.uniform(0, math.tau)
    wind = (strength * math.cos(toward), strength * math.sin(toward))
    airspace = Airspace.of_site(site, CONFIG, lambda: NOW)
    planner = Planner(airspace, CONFIG, wind=lambda: wind)
    home = Enu(0.0, 0.0, 0.0)
    battery_wh, charged = chance.uniform(40, 100), chance.uniform(0.3, 1.0)
    plan, why = None, ""
    try:
        plan = planner.plan(task, points, home, home)
        if task.kind in IN_PARTS:
            plan = fitting(planner, plan, usable_wh(charged, battery_wh, CONFIG))
    except PlanError as error:
        why = str(error)
    if plan is not None:
        track = plan.track()
        assert track[0] == home
        assert math.dist(track[-1], home) < NEAR_M
        assert {wrong_place(site, place) for place in sampled(track)} == {""}
        least = least_energy_wh(plan, wind)
        corners = len(track) * 1.5 / 3600.0 * CONFIG.climb_power_w
        assert least <= plan.energy_wh <= 1.6 * least + 1.5 * corners
        why = not_enough_energy(plan.energy_wh, charged, battery_wh, CONFIG)
    if why:  # it does not fly
        assert len(why) > 15
        assert len(why.splitlines()) == 1
    else:
        assert plan is not None
        assert battery_wh * charged - least >= battery_wh * CONFIG.reserve_fraction

"""From a task to a flight plan: climb, transit, the work itself, transit back, landing at home.

Every leg is checked against the airspace before the plan is given out; what cannot be flown is
refused with the leg and the reason. A plan may start on the ground or in the air (a change of task
in flight).
"""

from __future__ import annotations

import itertools
import math

from comms.contracts.place import Enu
from comms.contracts.task import Task, TaskKind
from drone.airspace.airspace import Airspace
from drone.airspace.routing import find_transit
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.estimate import hover_cost, track_cost
from drone.missions.orbit import clear_orbit, speed_on
from drone.missions.plan import FlightPlan, Part, PlanItem, Step

_ON_GROUND_M = 1.5
_EYE_HEIGHT_M = 1.0


class Planner:
    """Plans flights over one site."""

    def __init__(self, airspace: Airspace, config: DroneConfig) -> None:
        self.airspace = airspace
        self.config = config

    def plan(self, task: Task, target: Enu | None, start: Enu, home: Enu) -> FlightPlan:
        """A plan for `task` from `start` (map m; low: on the ground), landing at `home`.

        `target` is the task's point in map metres. Raises PlanError.
        """
        if task.kind is TaskKind.RETURN:
            return self.come_home(start, home)
        if target is None:
            raise PlanError(f"a {task.kind} flight needs a point")
        if task.height_m > self.config.max_height_m:
            raise PlanError(
                f"{task.height_m:.0f} m is higher than the {self.config.max_height_m:.0f} m allowed"
            )
        if task.kind is TaskKind.ORBIT:
            return self._orbit(task, target, start, home)
        if task.kind is TaskKind.FLY_TO:
            return self._fly_to(task, target, start, home)
        raise PlanError(f"the drone cannot do a {task.kind} task")

    def come_home(self, start: Enu, home: Enu) -> FlightPlan:
        """From where the vehicle is in the air, home and down."""
        legs = self._back(start, home)
        return self._finish(legs, start, home, None, 0.0, ())

    def _orbit(self, task: Task, target: Enu, start: Enu, home: Enu) -> FlightPlan:
        centre = target._replace(up_m=0.0)
        turn, radius = clear_orbit(self.airspace, centre, task.radius_m, task.height_m, start)
        notes: tuple[str, ...] = ()
        if abs(radius - task.radius_m) > 0.01:
            notes = (f"the radius is {radius:.0f} m instead of {task.radius_m:.0f} m",)
        corners = [turn[0]]
        for _ in range(task.loops):
            corners += [*turn[1:], turn[0]]
        look_at = centre._replace(up_m=_EYE_HEIGHT_M)
        speed = speed_on(radius, self.config.orbit_mps)
        work = [
            PlanItem(Step.LOOK_AT, Part.WORK, look_at),
            PlanItem(Step.SPEED, Part.WORK, speed_mps=speed),
            *(
                PlanItem(Step.WAYPOINT, Part.WORK, at, heading_rad=_towards(at, centre))
                for at in corners[1:]
            ),
        ]
        out = self._out(start, turn[0])
        back = self._back(turn[0], home)
        return self._finish([*out, *work, *back], start, home, look_at, 0.0, notes)

    def _fly_to(self, task: Task, target: Enu, start: Enu, home: Enu) -> FlightPlan:
        over = target._replace(up_m=task.height_m)
        inside = self.airspace.why_not_at(over)
        if inside:
            raise PlanError(f"the place over the point at {task.height_m:.0f} m {inside}")
        look_at = target._replace(up_m=0.0)
        out = self._out(start, over)
        heading = out[-1].heading_rad
        work = [
            PlanItem(Step.LOOK_AT, Part.WORK, look_at),
            PlanItem(Step.WAYPOINT, Part.WORK, over, heading_rad=heading, hold_s=task.duration_s),
        ]
        back = self._back(over, home)
        return self._finish([*out, *work, *back], start, home, look_at, task.duration_s, ())

    def _out(self, start: Enu, end: Enu) -> list[PlanItem]:
        way = find_transit(self.airspace, start, end, "the way there")
        from_ground = start.up_m < _ON_GROUND_M
        items = [PlanItem(Step.SPEED, Part.TRANSIT, speed_mps=self.config.cruise_mps)]
        points = list(way.points[1:])
        heading = _heading_of(way.points)
        if from_ground:
            items.insert(0, PlanItem(Step.TAKEOFF, Part.TAKE_OFF, points.pop(0), heading))
        return items + _waypoints(points, Part.TRANSIT, heading)

    def _back(self, start: Enu, home: Enu) -> list[PlanItem]:
        way = find_transit(self.airspace, start, home, "the way home", end_upright=False)
        over = way.points[-1]
        blocked = self.airspace.obstruction(over, home)
        if blocked is not None:
            raise PlanError(f"the landing at home cannot be flown: {blocked}")
        heading = _heading_of(way.points)
        items = [
            PlanItem(Step.LOOK_AHEAD, Part.RETURN),
            PlanItem(Step.SPEED, Part.RETURN, speed_mps=self.config.cruise_mps),
            *_waypoints(list(way.points[1:]), Part.RETURN, heading),
        ]
        last = Step.LAND if self.config.landing == "land" else Step.RETURN
        return [*items, PlanItem(last, Part.LANDING, home, heading)]

    def _finish(
        self,
        items: list[PlanItem],
        start: Enu,
        home: Enu,
        look_at: Enu | None,
        hover_s: float,
        notes: tuple[str, ...],
    ) -> FlightPlan:
        plan = FlightPlan(tuple(items), home, start, look_at, 0.0, 0.0, notes)
        track = plan.track()
        for number, (a, b) in enumerate(itertools.pairwise(track), start=1):
            blocked = self.airspace.obstruction(a, b)
            if blocked is not None:
                raise PlanError(f"leg {number} of {len(track) - 1} cannot be flown: {blocked}")
        duration, energy = track_cost(track, self.config.cruise_mps, self.config)
        slow = [i.at for i in items if i.part is Part.WORK and i.step is Step.WAYPOINT]
        if len(slow) > 1:  # the orbit is flown slower than a transit
            orbit_speed = next(i.speed_mps for i in items if i.part is Part.WORK and i.speed_mps)
            fast_s, fast_wh = track_cost(slow, self.config.cruise_mps, self.config)
            slow_s, slow_wh = track_cost(slow, orbit_speed, self.config)
            duration, energy = duration + slow_s - fast_s, energy + slow_wh - fast_wh
        duration += hover_s
        energy += hover_cost(hover_s, self.config)
        return FlightPlan(tuple(items), home, start, look_at, duration, energy, notes)


def _waypoints(points: list[Enu], part: Part, heading: float) -> list[PlanItem]:
    """Waypoints that look along their leg; upright legs keep the heading before them."""
    items = []
    before: Enu | None = None
    for point in points:
        if before is not None and math.dist(point[:2], before[:2]) > 0.5:
            heading = _towards(before, point)
        items.append(PlanItem(Step.WAYPOINT, part, point, heading_rad=heading))
        before = point
    return items


def _heading_of(points: tuple[Enu, ...]) -> float:
    """ENU yaw of the first leg that leads anywhere."""
    for a, b in itertools.pairwise(points):
        if math.dist(a[:2], b[:2]) > 0.5:
            return _towards(a, b)
    return 0.0


def _towards(a: Enu, b: Enu) -> float:
    return math.atan2(b.north_m - a.north_m, b.east_m - a.east_m)

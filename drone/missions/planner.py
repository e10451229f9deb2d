"""From a task to a flight plan: climb, transit, the work itself, transit back, landing at home.

Every leg is checked against the airspace before the plan is given out; what cannot be flown is
refused with the leg and the reason. A plan may start on the ground or in the air (a change of task
in flight).
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from comms.contracts.place import Enu
from comms.contracts.task import POINTS_OF_KIND, Task, TaskKind
from drone.airspace.airspace import Airspace
from drone.airspace.routing import find_transit
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.area_work import AreaWork
from drone.missions.estimate import CALM, Air, plan_cost
from drone.missions.plan import FlightPlan, Part, PlanItem, Step
from drone.missions.point_work import orbit, stand_beside, stand_over
from drone.missions.work import Work, towards

_ON_GROUND_M = 1.5
#: So far (m) out of a clearance a vehicle that has got into it may fly unchecked.
_STEP_OUT_M = 8.0


class Planner:
    """Plans flights over one site."""

    def __init__(
        self,
        airspace: Airspace,
        config: DroneConfig,
        camera_fov_rad: float = 1.2,
        camera_along_rad: float = 0.95,
        pads: Sequence[tuple[float, float]] = (),
        wind: Callable[[], Air] = lambda: CALM,
    ) -> None:
        """`camera_fov_rad`: whole angle of view, left to right; `camera_along_rad`: from top to
        bottom. `pads`: where it may land (map
        m). `wind`: what is known of it now.
        """
        self._wind = wind
        self.airspace = airspace
        self.pads = tuple(pads)
        self.config = config
        self._area = AreaWork(airspace, config, camera_fov_rad, camera_along_rad)

    def leaving(self, here: Enu) -> Planner:
        """The same for a vehicle that is `here` (map m), in air that closes at times."""
        airspace = self.airspace.leaving(here)
        if airspace is self.airspace:
            return self
        found = copy.copy(self)
        found.airspace = airspace
        return found

    def plan(self, task: Task, points: Sequence[Enu], start: Enu, home: Enu) -> FlightPlan:
        """A plan for `task` from `start` (map m; low: on the ground), landing at `home`.

        `points` are the task's points in map metres. Raises PlanError.
        """
        if task.kind is TaskKind.RETURN:
            return self.come_home(start, home)
        if task.kind is TaskKind.LAND:
            return self.land_here(start)
        if task.kind is TaskKind.EMERGENCY_LAND:
            return self.land_nearest(start, home)
        if task.height_m > self.config.max_height_m:
            raise PlanError(
                f"{task.height_m:.0f} m is higher than the {self.config.max_height_m:.0f} m allowed"
            )
        points = [self.airspace.ground.under(point) for point in points]
        work = self._work(task, points, start)
        legs = [*self._out(start, work.begin), *work.items, *self.way_back(work.end, home)]
        return self._finish(legs, start, home, work.look_at, work.notes)

    def land_here(self, start: Enu) -> FlightPlan:
        """Straight down from where the vehicle is in the air. Raises PlanError."""
        ground = self.airspace.ground.under(start)
        blocked = self.airspace.obstruction(start, ground)
        if blocked is not None:
            raise PlanError(f"it cannot land here: {blocked}")
        items = [PlanItem(Step.LAND, Part.LANDING, ground)]
        return self._finish(items, start, ground, None, ())

    def land_nearest(self, start: Enu, home: Enu) -> FlightPlan:
        """To the pad that is reached first by a clear way, and down; where no pad can be reached,
        down here. Raises PlanError."""
        plans, why = [], ""
        start, first = self.stepped_out(start)
        for pad in {(home.east_m, home.north_m), *self.pads}:
            place = self.airspace.ground.under(Enu(*pad))
            try:
                legs = [
                    *first,
                    *self.way_back(start, place)[:-1],
                    PlanItem(Step.LAND, Part.LANDING, place),
                ]
                plans.append(self._finish(legs, start, place, None, ()))
            except PlanError as error:
                why = str(error)
        if plans:
            return min(plans, key=lambda plan: plan.duration_s)
        plan = self.land_here(start)
        return replace(plan, notes=(f"it lands where it is: {why}",))

    def _work(self, task: Task, points: Sequence[Enu], start: Enu) -> Work:
        fewest = POINTS_OF_KIND.get(task.kind, (1, 1))[0]
        if len(points) < fewest:
            raise PlanError(f"a {task.kind} flight needs {fewest} points, and has {len(points)}")
        if task.kind is TaskKind.ORBIT:
            return orbit(task, points[0], start, self.airspace, self.config)
        if task.kind is TaskKind.FLY_TO:
            return stand_over(task, points[0], self.airspace, towards(start, points[0]))
        if task.kind in (TaskKind.WATCH, TaskKind.ESCORT):
            return stand_beside(task, points[0], self.airspace)
        if task.kind is TaskKind.SURVEY:
            return self._area.survey(task, points, start)
        if task.kind is TaskKind.CORRIDOR:
            return self._area.corridor(task, points)
        if task.kind is TaskKind.PERIMETER:
            return self._area.perimeter(task, points, start)
        if task.kind is TaskKind.SEARCH:
            return self._area.search(task, points[0])
        raise PlanError(f"the drone cannot do a {task.kind} task")

    def _is_on_ground(self, place: Enu) -> bool:
        return place.up_m - self.airspace.ground.under(place).up_m < _ON_GROUND_M

    def stepped_out(self, start: Enu) -> tuple[Enu, list[PlanItem]]:
        """Where a flight that begins in the air at `start` (map m) really begins, and how it gets
        there: a vehicle that stands inside a clearance first leaves it by the shortest way."""
        if self._is_on_ground(start) or self.airspace.is_clear(start, start):
            return start, []
        out = self.airspace.way_out(start, _STEP_OUT_M)
        if out is None:
            return start, []
        return out, [PlanItem(Step.WAYPOINT, Part.TRANSIT, out, towards(start, out))]

    def come_home(self, start: Enu, home: Enu) -> FlightPlan:
        """From where the vehicle is in the air, home and down."""
        start, first = self.stepped_out(start)
        legs = [*first, *self.way_back(start, home)]
        return self._finish(legs, start, home, None, ())

    def _out(self, start: Enu, end: Enu) -> list[PlanItem]:
        way = find_transit(self.airspace, start, end, "the way there")
        from_ground = self._is_on_ground(start)
        items = [PlanItem(Step.SPEED, Part.TRANSIT, speed_mps=self.config.cruise_mps)]
        points = list(way.points[1:])
        heading = _heading_of(way.points)
        if from_ground:
            items.insert(0, PlanItem(Step.TAKEOFF, Part.TAKE_OFF, points.pop(0), heading))
        return items + waypoints(points, Part.TRANSIT, heading)

    def way_back(self, start: Enu, home: Enu) -> list[PlanItem]:
        """Home from `start` in the air (map m), the landing included; a camera that is triggered
        is so no longer, whatever the way home follows. Raises PlanError."""
        way = find_transit(self.airspace, start, home, "the way home", end_upright=False)
        over = way.points[-1]
        blocked = self.airspace.obstruction(over, home)
        if blocked is not None:
            raise PlanError(f"the landing at home cannot be flown: {blocked}")
        heading = _heading_of(way.points)
        items = [
            *([PlanItem(Step.TRIGGER, Part.RETURN)] if self.config.camera_trigger else []),
            PlanItem(Step.LOOK_AHEAD, Part.RETURN),
            PlanItem(Step.SPEED, Part.RETURN, speed_mps=self.config.cruise_mps),
            *waypoints(list(way.points[1:]), Part.RETURN, heading),
        ]
        last = Step.LAND if self.config.landing == "land" else Step.RETURN
        return [*items, PlanItem(last, Part.LANDING, home, heading)]

    def _finish(
        self,
        items: list[PlanItem],
        start: Enu,
        home: Enu,
        look_at: Enu | None,
        notes: tuple[str, ...],
    ) -> FlightPlan:
        plan = FlightPlan(tuple(items), home, start, look_at, 0.0, 0.0, notes)
        self.check(plan)
        return self.costed(plan)

    def costed(self, plan: FlightPlan) -> FlightPlan:
        """The plan with its time and energy in the wind there is. Raises PlanError."""
        duration, energy = plan_cost(plan, self.config, self._wind())
        return replace(plan, duration_s=duration, energy_wh=energy)

    def check(self, plan: FlightPlan) -> None:
        """Raises PlanError with the leg that cannot be flown and what is in its way."""
        track = plan.track()
        for number, (a, b) in enumerate(itertools.pairwise(track), start=1):
            blocked = self.airspace.obstruction(a, b)
            if blocked is not None:
                raise PlanError(f"leg {number} of {len(track) - 1} cannot be flown: {blocked}")


def waypoints(points: list[Enu], part: Part, heading: float) -> list[PlanItem]:
    """Waypoints (map m) that look along their leg; upright legs keep the heading before them."""
    items = []
    before: Enu | None = None
    for point in points:
        if before is not None and math.dist(point[:2], before[:2]) > 0.5:
            heading = towards(before, point)
        items.append(PlanItem(Step.WAYPOINT, part, point, heading_rad=heading))
        before = point
    return items


def _heading_of(points: tuple[Enu, ...]) -> float:
    """ENU yaw of the first leg that leads anywhere."""
    for a, b in itertools.pairwise(points):
        if math.dist(a[:2], b[:2]) > 0.5:
            return towards(a, b)
    return 0.0

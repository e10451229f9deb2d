"""Work over an area or along a way: the coverage package's ways at a height, checked leg by leg."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from comms.contracts.place import Enu
from comms.contracts.task import Task
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.coverage import along
from drone.missions.coverage.seen import Xy
from drone.missions.coverage.survey import survey
from drone.missions.coverage.swath import swath_of
from drone.missions.plan import Part, PlanItem, Step
from drone.missions.work import Work, towards

_DOWN_RAD = -math.pi / 2
_FURTHEST_M = 40.0
_CORNER_M = 0.25  # closed volumes have round corners; so much of the free air is given up for few
_LEAST_PART_M2 = 25.0
_CLOSEST_PICTURES_M = 1.0


class AreaWork:
    """Surveys, corridors, perimeters and searches over one airspace.

    `fov_rad` is the camera's whole angle of view across its way, `along_rad` the one along it.
    """

    def __init__(
        self, airspace: Airspace, config: DroneConfig, fov_rad: float, along_rad: float
    ) -> None:
        self._airspace, self._config = airspace, config
        self._fov_rad, self._along_rad = fov_rad, along_rad

    def survey(self, task: Task, corners: Sequence[Enu], start: Enu) -> Work:
        """Strips over the area, without what is closed at that height. Raises PlanError."""
        area = Polygon([c[:2] for c in corners])
        if not area.is_valid:
            raise PlanError("the border of the area to survey crosses itself")
        free = self._free(area, task.height_m)
        swath = self._swath(task)
        best = survey(_largest(area.intersection(free)), swath, free)
        left_out = 1.0 - best.bound_m * swath / area.area
        notes = [
            f"{best.strips} strips of {swath:.0f} m, {best.length_m:.0f} m, "
            f"{best.ratio:.2f} times the least, {best.coverage:.1%} seen"
        ]
        if left_out > 0.005:
            notes.append(f"{left_out:.0%} of the area is closed at {task.height_m:.0f} m")
        points = list(best.points)
        if math.dist(points[-1], start[:2]) < math.dist(points[0], start[:2]):
            points.reverse()
        return self._down(task, points, notes)

    def corridor(self, task: Task, line: Sequence[Enu]) -> Work:
        """Along a line, its camera down. Raises PlanError."""
        swath = self._swath(task)
        points = along.corridor([p[:2] for p in line], task.width_m, swath)
        free = self._free(LineString(points), task.height_m)
        points = along.kept_free(points, free, _FURTHEST_M)
        return self._down(task, points, [f"{_length(points):.0f} m along the way"])

    def perimeter(self, task: Task, corners: Sequence[Enu], start: Enu) -> Work:
        """Around an area, its camera on the middle of it. Raises PlanError."""
        ring = [c[:2] for c in corners]
        points = along.perimeter(
            ring, task.distance_m, task.loops, start[:2], clockwise=not task.counter_clockwise
        )
        free = self._free(LineString(points), task.height_m)
        points = along.kept_free(points, free, _FURTHEST_M)
        middle = Polygon(ring).centroid
        look_at = self._airspace.ground.under(Enu(float(middle.x), float(middle.y)))
        notes = [f"{_length(points):.0f} m around the area"]
        return self._work(task, points, PlanItem(Step.LOOK_AT, Part.WORK, look_at), look_at, notes)

    def search(self, task: Task, last_seen: Enu) -> Work:
        """An expanding square from the last place known, its camera down. Raises PlanError."""
        swath = self._swath(task)
        points = along.search(last_seen[:2], task.radius_m, swath)
        free = self._free(LineString(points), task.height_m)
        points = along.kept_free(points, free, math.inf)
        notes = [f"{_length(points):.0f} m of search in strips of {swath:.0f} m"]
        return self._down(task, points, notes)

    def _swath(self, task: Task) -> float:
        swath = task.swath_m or swath_of(task.height_m, self._fov_rad, task.overlap)
        if swath < 2.0:
            raise PlanError(f"strips of {swath:.1f} m are too narrow, at least 2 m are needed")
        return swath

    def _free(self, where: BaseGeometry, height_m: float) -> BaseGeometry:
        """The free air at a height over the ground there, with few corners, none of it closed."""
        free = self._airspace.free_over(where, height_m)
        return free.buffer(-_CORNER_M, join_style="mitre").simplify(_CORNER_M).intersection(free)

    def _down(self, task: Task, points: list[Xy], notes: list[str]) -> Work:
        look = PlanItem(Step.PITCH, Part.WORK, pitch_rad=_DOWN_RAD)
        return self._work(task, points, look, None, notes)

    def _work(
        self,
        task: Task,
        points: list[Xy],
        look: PlanItem,
        look_at: Enu | None,
        notes: list[str],
    ) -> Work:
        places = self._airspace.ground.followed(points, task.height_m)
        for number, (a, b) in enumerate(itertools.pairwise(places), start=1):
            blocked = self._airspace.obstruction(a, b)
            if blocked is not None:
                leg = f"leg {number} of {len(places) - 1} of the {task.kind}"
                raise PlanError(f"{leg} cannot be flown: {blocked}")
        every_m = self._pictures_every_m(task) if look_at is None else 0.0
        pictures = [PlanItem(Step.TRIGGER, Part.WORK, every_m=every_m)] if every_m else []
        headings = [towards(a, b) for a, b in itertools.pairwise(places)]
        headings = [*headings[:1], *headings]  # each looks along the leg to it
        speed = task.speed_mps or self._config.survey_mps
        items = (
            look,
            PlanItem(Step.SPEED, Part.WORK, speed_mps=speed),
            *pictures,
            *(
                PlanItem(
                    Step.WAYPOINT,
                    Part.WORK,
                    at,
                    towards(at, look_at) if look_at is not None else heading,
                )
                for at, heading in zip(places, headings, strict=True)
            ),
        )
        end = (PlanItem(Step.PITCH, Part.WORK, pitch_rad=0.0),) if look_at is None else ()
        return Work(places[0], places[-1], (*items, *end), look_at, tuple(notes))

    def _pictures_every_m(self, task: Task) -> float:
        """Metres between pictures so that neighbours share the task's overlap; 0: none are
        wanted."""
        if not self._config.camera_trigger:
            return 0.0
        return max(_CLOSEST_PICTURES_M, swath_of(task.height_m, self._along_rad, task.overlap))


def _largest(area: BaseGeometry) -> BaseGeometry:
    """The area without slivers; its parts stay together."""
    parts = [p for p in shapely.get_parts(area) if p.area >= _LEAST_PART_M2]
    if not parts:
        raise PlanError("nothing of the area to survey may be flown over at this height")
    return shapely.union_all(parts)


def _length(points: list[Xy]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))

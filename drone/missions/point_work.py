"""Work at one place: circle it, stand over it, stand beside it."""

from __future__ import annotations

from comms.contracts.place import Enu
from comms.contracts.task import Task
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.beside import place_beside
from drone.missions.orbit import clear_orbit, speed_on
from drone.missions.plan import Part, PlanItem, Step
from drone.missions.work import Work, towards

_EYE_HEIGHT_M = 1.0


def orbit(task: Task, target: Enu, start: Enu, airspace: Airspace, config: DroneConfig) -> Work:
    """Turns around the target with the camera on it. Raises PlanError."""
    centre = airspace.ground.under(target)
    turn, radius = clear_orbit(airspace, centre, task.radius_m, task.height_m, start)
    if task.counter_clockwise:
        turn = [turn[0], *turn[:0:-1]]
    notes: tuple[str, ...] = ()
    if abs(radius - task.radius_m) > 0.01:
        notes = (f"the radius is {radius:.0f} m instead of {task.radius_m:.0f} m",)
    corners = [*turn[1:], turn[0]] * task.loops
    look_at = centre._replace(up_m=centre.up_m + _EYE_HEIGHT_M)
    speed = speed_on(radius, task.speed_mps or config.orbit_mps)
    items = (
        PlanItem(Step.LOOK_AT, Part.WORK, look_at),
        PlanItem(Step.SPEED, Part.WORK, speed_mps=speed),
        *(PlanItem(Step.WAYPOINT, Part.WORK, at, towards(at, centre)) for at in corners),
    )
    return Work(turn[0], turn[0], items, look_at, notes)


def stand_over(task: Task, target: Enu, airspace: Airspace, heading_rad: float) -> Work:
    """A hover over the target, which is looked at. Raises PlanError."""
    look_at = airspace.ground.under(target)
    over = target._replace(up_m=look_at.up_m + task.height_m)
    inside = airspace.why_not_at(over)
    if inside:
        raise PlanError(f"the place over the point at {task.height_m:.0f} m {inside}")
    items = (
        PlanItem(Step.LOOK_AT, Part.WORK, look_at),
        PlanItem(Step.WAYPOINT, Part.WORK, over, heading_rad, hold_s=task.duration_s),
    )
    return Work(over, over, items, look_at)


def stand_beside(task: Task, target: Enu, airspace: Airspace) -> Work:
    """A hover beside the target, at the task's distance and bearing, or the nearest free bearing.

    The hold is the mission's own, so that the vehicle comes home by itself when nobody tells it
    to. Raises PlanError.
    """
    at, why = place_beside(target, task.distance_m, task.bearing_rad, task.height_m, airspace)
    look_at = target._replace(up_m=airspace.ground.under(target).up_m + _EYE_HEIGHT_M)
    items = (
        PlanItem(Step.LOOK_AT, Part.WORK, look_at),
        PlanItem(Step.WAYPOINT, Part.WORK, at, towards(at, target), hold_s=task.duration_s),
    )
    notes = ("it stands at another bearing than asked, which is not free",) if why else ()
    return Work(at, at, items, look_at, notes)

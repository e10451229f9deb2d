"""`patrol task ...` for the drone: a flight waits for `patrol approve`, a landing does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from comms.cli.task_order import (
    COORDINATES,
    Follow,
    Height,
    Latitude,
    LinkLoss,
    Longitude,
    Note,
    Priority,
    Unit,
    Within,
    give,
    new_task,
)
from comms.contracts.errors import ContractError
from comms.contracts.plan_text import read_plan_text
from comms.contracts.shape_file import read_shape
from comms.contracts.task import OnLinkLoss, Task, TaskKind, Vehicle

Corners = Annotated[
    list[str] | None, typer.Argument(help="LAT,LON of each corner; degrees, WGS 84. Or --file.")
]
DrawnFile = Annotated[
    Path | None, typer.Option("--file", help="A way or area drawn elsewhere: GeoJSON, KML, GPX.")
]
Distance = Annotated[float, typer.Option(help="Metres over ground from what it looks at.")]
Bearing = Annotated[float, typer.Option(help="Where it stands, seen from there: compass degrees.")]
Seconds = Annotated[float, typer.Option(help="Time at the work.")]
Swath = Annotated[float, typer.Option(help="Width of a strip, m; 0: from the camera.")]
Speed = Annotated[float, typer.Option(help="m/s at the work; 0: as configured.")]
OtherWay = Annotated[bool, typer.Option("--counter-clockwise", help="Seen from above.")]


def orbit(
    latitude: Latitude,
    longitude: Longitude,
    radius: Annotated[float, typer.Option(help="Metres.")] = 20.0,
    height: Height = 30.0,
    turns: Annotated[int, typer.Option(help="Times around.")] = 1,
    counter_clockwise: OtherWay = False,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone circles a point."""
    place = [(latitude, longitude)]
    task = new_task(Vehicle.DRONE, TaskKind.ORBIT, priority, on_link_loss, within, text, place)
    task.radius_m, task.height_m, task.loops = radius, height, turns
    task.counter_clockwise = counter_clockwise
    give(task, unit, follow)


def fly_to(
    latitude: Latitude,
    longitude: Longitude,
    height: Height = 30.0,
    seconds: Annotated[float, typer.Option(help="Time over the point.")] = 20.0,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone hovers over a point and looks."""
    place = [(latitude, longitude)]
    task = new_task(Vehicle.DRONE, TaskKind.FLY_TO, priority, on_link_loss, within, text, place)
    task.height_m, task.duration_s = height, seconds
    give(task, unit, follow)


def watch(
    latitude: Latitude,
    longitude: Longitude,
    height: Height = 30.0,
    distance: Distance = 20.0,
    bearing: Bearing = 180.0,
    seconds: Seconds = 300.0,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone stands beside a point and looks at it."""
    place = [(latitude, longitude)]
    task = new_task(Vehicle.DRONE, TaskKind.WATCH, priority, on_link_loss, within, text, place)
    task.height_m, task.duration_s, task.distance_m = height, seconds, distance
    task.bearing_rad = yaw_of(bearing)
    give(task, unit, follow)


def escort(
    height: Height = 25.0,
    distance: Distance = 15.0,
    bearing: Bearing = 180.0,
    seconds: Seconds = 300.0,
    target: Annotated[str, typer.Option(help="Which vehicle of the unit.")] = "robot",
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone goes with the robot, beside and above it."""
    task = new_task(Vehicle.DRONE, TaskKind.ESCORT, priority, on_link_loss, within, text)
    task.height_m, task.duration_s, task.distance_m = height, seconds, distance
    task.bearing_rad, task.target = yaw_of(bearing), target
    give(task, unit, follow)


def survey(
    corners: Corners = None,
    file: DrawnFile = None,
    height: Height = 40.0,
    swath: Swath = 0.0,
    overlap: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share that neighbouring strips share.")
    ] = Task.model_fields["overlap"].default,
    speed: Speed = 0.0,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone flies strips over an area, its camera down."""
    points = _points(corners, file)
    task = new_task(Vehicle.DRONE, TaskKind.SURVEY, priority, on_link_loss, within, text, points)
    task.height_m, task.swath_m, task.overlap, task.speed_mps = height, swath, overlap, speed
    give(task, unit, follow)


def corridor(
    corners: Annotated[
        list[str] | None, typer.Argument(help="LAT,LON of each point; or give --beat or --file.")
    ] = None,
    file: DrawnFile = None,
    beat: Annotated[str, typer.Option(help="Along this beat.")] = "",
    width: Annotated[float, typer.Option(help="Whole width to see, m; 0: one pass.")] = 0.0,
    height: Height = 30.0,
    swath: Swath = 0.0,
    speed: Speed = 0.0,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone flies along a way or a beat, its camera down."""
    points = _points(corners, file)
    task = new_task(Vehicle.DRONE, TaskKind.CORRIDOR, priority, on_link_loss, within, text, points)
    task.beat_id, task.width_m, task.height_m = beat, width, height
    task.swath_m, task.speed_mps = swath, speed
    give(task, unit, follow)


def perimeter(
    corners: Corners = None,
    file: DrawnFile = None,
    distance: Annotated[float, typer.Option(help="Metres outside the area.")] = 10.0,
    height: Height = 30.0,
    rounds: Annotated[int, typer.Option(help="Times around.")] = 1,
    counter_clockwise: OtherWay = False,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone flies around an area and looks in."""
    points = _points(corners, file)
    task = new_task(Vehicle.DRONE, TaskKind.PERIMETER, priority, on_link_loss, within, text, points)
    task.distance_m, task.height_m, task.loops = distance, height, rounds
    task.counter_clockwise = counter_clockwise
    give(task, unit, follow)


def search(
    latitude: Latitude,
    longitude: Longitude,
    radius: Annotated[float, typer.Option(help="How far from the point, m.")] = 60.0,
    height: Height = 30.0,
    swath: Swath = 0.0,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone searches outwards from the last place known."""
    place = [(latitude, longitude)]
    task = new_task(Vehicle.DRONE, TaskKind.SEARCH, priority, on_link_loss, within, text, place)
    task.radius_m, task.height_m, task.swath_m = radius, height, swath
    give(task, unit, follow)


def plan(
    file: Annotated[Path, typer.Argument(help="QGroundControl's .plan.")],
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone flies a plan made elsewhere; it is checked on board, leg by leg."""
    task = new_task(Vehicle.DRONE, TaskKind.PLAN, priority, on_link_loss, within, text)
    task.plan_json = read_plan_text(file)
    give(task, unit, follow)


def land(unit: Unit = "", priority: Priority = 9, follow: Follow = False) -> None:
    """The drone lands where it is."""
    give(new_task(Vehicle.DRONE, TaskKind.LAND, priority), unit, follow)


def emergency_land(unit: Unit = "", priority: Priority = 9, follow: Follow = False) -> None:
    """The drone lands at the nearest pad or rally point."""
    give(new_task(Vehicle.DRONE, TaskKind.EMERGENCY_LAND, priority), unit, follow)


_COMMANDS: tuple[Callable[..., None], ...] = (
    orbit, fly_to, watch, escort, survey, corridor, perimeter, search, plan, land,
    emergency_land,
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Make them commands of `app`."""
    for command in _COMMANDS:
        name = command.__name__.replace("_", "-")
        app.command(name, context_settings=COORDINATES)(command)


def _points(corners: list[str] | None, file: Path | None) -> list[tuple[float, float]]:
    if file is None:
        return [place_of(corner) for corner in corners or []]
    if corners:
        raise ContractError("give corners or --file, not both")
    return [(p.latitude_deg, p.longitude_deg) for p in read_shape(file)]


def place_of(text: str) -> tuple[float, float]:
    """`LAT,LON` in degrees. Raises ContractError."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ContractError(f"{text!r} should be LAT,LON in degrees, like 29.868,121.615")
    return latitude, longitude


def yaw_of(bearing_deg: float) -> float:
    """A compass bearing (degrees, clockwise from north) as ENU yaw (rad, -pi to pi)."""
    return math.remainder(math.radians(90.0 - bearing_deg), math.tau)

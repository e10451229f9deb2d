"""`patrol task ...`: give a unit a task."""

from __future__ import annotations

from typing import Annotated

import typer

from comms.cli import flight_commands
from comms.cli.task_order import (
    COORDINATES,
    Follow,
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
from comms.contracts.task import OnLinkLoss, TaskKind, Vehicle

app = typer.Typer(no_args_is_help=True, help="Give a unit a task.")


@app.command()
def patrol(
    beat: Annotated[str, typer.Argument(help="Id of the beat.")],
    loops: Annotated[int, typer.Option(help="Rounds.")] = 1,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The robot walks a beat."""
    task = new_task(Vehicle.ROBOT, TaskKind.PATROL, priority, on_link_loss, within, text)
    task.beat_id, task.loops = beat, loops
    give(task, unit, follow)


@app.command("go-to", context_settings=COORDINATES)
def go_to(
    latitude: Latitude,
    longitude: Longitude,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The robot goes to a point and stays there."""
    place = [(latitude, longitude)]
    task = new_task(Vehicle.ROBOT, TaskKind.GO_TO, priority, on_link_loss, within, text, place)
    give(task, unit, follow)


@app.command("return")
def return_home(
    vehicle: Annotated[Vehicle, typer.Argument(help="Who comes home.")] = Vehicle.ROBOT,
    unit: Unit = "",
    priority: Priority = 9,
    follow: Follow = False,
) -> None:
    """The robot goes to the kiosk, or the drone comes home and lands."""
    task = new_task(vehicle, TaskKind.RETURN, priority)
    give(task, unit, follow)


flight_commands.add_to(app)

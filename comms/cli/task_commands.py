"""`patrol task ...`: give a unit a task."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from comms.cli import show
from comms.cli.client import ANSWER_WITHIN_S, centre, only_unit
from comms.contracts.task import FINAL, OnLinkLoss, TaskState, Vehicle
from comms.wire import centre_pb2 as pb
from comms.wire import convert, types_pb2

app = typer.Typer(no_args_is_help=True, help="Give a unit a task.")

Unit = Annotated[str, typer.Option("--unit", "-u", help="The unit; not needed if there is one.")]
Priority = Annotated[int, typer.Option(min=0, max=9, help="Higher goes first.")]
LinkLoss = Annotated[OnLinkLoss, typer.Option(help="What to do when the link is lost.")]
Within = Annotated[float, typer.Option(help="Minutes within which it must begin; 0: any time.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait until the task has ended.")]
Note = Annotated[str, typer.Option("--text", help="A word for the people who see the task.")]
Latitude = Annotated[float, typer.Argument(help="Degrees, WGS 84.", min=-90, max=90)]
Longitude = Annotated[float, typer.Argument(help="Degrees, WGS 84.", min=-180, max=180)]
Height = Annotated[float, typer.Option(help="Metres above the take-off ground.")]


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
    task = _task(Vehicle.ROBOT, types_pb2.TASK_KIND_PATROL, priority, on_link_loss, within, text)
    task.beat_id, task.loops = beat, loops
    _create(task, unit, follow)


@app.command("go-to", context_settings={"ignore_unknown_options": True})
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
    task = _task(Vehicle.ROBOT, types_pb2.TASK_KIND_GO_TO, priority, on_link_loss, within, text)
    task.points.add(latitude_deg=latitude, longitude_deg=longitude)
    _create(task, unit, follow)


@app.command(context_settings={"ignore_unknown_options": True})
def orbit(
    latitude: Latitude,
    longitude: Longitude,
    radius: Annotated[float, typer.Option(help="Metres.")] = 20.0,
    height: Height = 30.0,
    turns: Annotated[int, typer.Option(help="Times around.")] = 1,
    unit: Unit = "",
    priority: Priority = 0,
    on_link_loss: LinkLoss = OnLinkLoss.GO_ON,
    within: Within = 0,
    text: Note = "",
    follow: Follow = False,
) -> None:
    """The drone circles a point. It waits for `patrol approve`."""
    task = _task(Vehicle.DRONE, types_pb2.TASK_KIND_ORBIT, priority, on_link_loss, within, text)
    task.points.add(latitude_deg=latitude, longitude_deg=longitude)
    task.radius_m, task.height_m, task.loops = radius, height, turns
    _create(task, unit, follow)


@app.command("fly-to", context_settings={"ignore_unknown_options": True})
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
    """The drone hovers over a point and looks. It waits for `patrol approve`."""
    task = _task(Vehicle.DRONE, types_pb2.TASK_KIND_FLY_TO, priority, on_link_loss, within, text)
    task.points.add(latitude_deg=latitude, longitude_deg=longitude)
    task.height_m, task.duration_s = height, seconds
    _create(task, unit, follow)


@app.command("return")
def return_home(
    vehicle: Annotated[Vehicle, typer.Argument(help="Who comes home.")] = Vehicle.ROBOT,
    unit: Unit = "",
    priority: Priority = 9,
    follow: Follow = False,
) -> None:
    """The robot goes to the kiosk, or the drone comes home and lands."""
    task = _task(vehicle, types_pb2.TASK_KIND_RETURN, priority, OnLinkLoss.GO_ON, 0, "")
    _create(task, unit, follow)


def _task(
    vehicle: Vehicle, kind: Any, priority: int, on_link_loss: OnLinkLoss, within: float, text: str
) -> types_pb2.Task:
    task = types_pb2.Task(
        vehicle=convert.word_to_wire(vehicle),
        kind=kind,
        priority=priority,
        on_link_loss=convert.word_to_wire(on_link_loss),
        text=text,
    )
    if within > 0:
        until = datetime.now(UTC) + timedelta(minutes=within)
        task.deadline.CopyFrom(convert.time_to_wire(until))
    return task


def _create(task: types_pb2.Task, unit: str, follow: bool) -> None:
    with centre() as stub:
        task.unit_id = only_unit(stub, unit)
        record = stub.CreateTask(pb.CreateTaskRequest(task=task), timeout=ANSWER_WITHIN_S)
        print(show.task_line(record))
        if record.latest.state == types_pb2.TASK_STATE_PROPOSED:
            print(f"it waits for: patrol approve {record.task.task_id[:8]}", file=sys.stderr)
        if follow and not _succeeds(stub, record):
            raise typer.Exit(1)


def _succeeds(stub: Any, record: pb.TaskRecord) -> bool:
    """Print each new state until the task has ended; whether it succeeded."""
    finals = {convert.word_to_wire(state) for state in FINAL}
    last = record.latest.state
    for event in stub.Watch(pb.WatchRequest(unit_id=record.task.unit_id)):
        if event.WhichOneof("body") != "task" or event.task.task.task_id != record.task.task_id:
            continue
        if event.task.latest.state != last:
            last = event.task.latest.state
            print(show.task_line(event.task))
        if last in finals:
            break
    return bool(last == convert.word_to_wire(TaskState.SUCCEEDED))

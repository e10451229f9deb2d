"""From a command line to a task at the centre: what all `patrol task ...` commands share."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from comms.cli import show
from comms.cli.client import ANSWER_WITHIN_S, centre, only_unit
from comms.contracts.task import FINAL, OnLinkLoss, TaskKind, TaskState, Vehicle
from comms.wire import centre_pb2 as pb
from comms.wire import convert, types_pb2

Unit = Annotated[str, typer.Option("--unit", "-u", help="The unit; not needed if there is one.")]
Priority = Annotated[int, typer.Option(min=0, max=9, help="Higher goes first.")]
LinkLoss = Annotated[OnLinkLoss, typer.Option(help="What to do when the link is lost.")]
Within = Annotated[float, typer.Option(help="Minutes within which it must begin; 0: any time.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait until the task has ended.")]
Note = Annotated[str, typer.Option("--text", help="A word for the people who see the task.")]
Latitude = Annotated[float, typer.Argument(help="Degrees, WGS 84.", min=-90, max=90)]
Longitude = Annotated[float, typer.Argument(help="Degrees, WGS 84.", min=-180, max=180)]
Height = Annotated[float, typer.Option(help="Metres above the ground.")]
#: Coordinates may begin with a minus sign.
COORDINATES = {"ignore_unknown_options": True}


def new_task(
    vehicle: Vehicle,
    kind: TaskKind,
    priority: int = 0,
    on_link_loss: OnLinkLoss = OnLinkLoss.GO_ON,
    within: float = 0.0,
    text: str = "",
    points: Sequence[tuple[float, float]] = (),
) -> types_pb2.Task:
    """A task without unit and id. `within` is in minutes, `points` are (latitude, longitude)."""
    task = types_pb2.Task(
        vehicle=convert.word_to_wire(vehicle),
        kind=convert.word_to_wire(kind),
        priority=priority,
        on_link_loss=convert.word_to_wire(on_link_loss),
        text=text,
    )
    for latitude, longitude in points:
        task.points.add(latitude_deg=latitude, longitude_deg=longitude)
    if within > 0:
        until = datetime.now(UTC) + timedelta(minutes=within)
        task.deadline.CopyFrom(convert.time_to_wire(until))
    return task


def give(task: types_pb2.Task, unit: str, follow: bool) -> None:
    """Create the task at the centre and print it; with `follow`, until it has ended."""
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

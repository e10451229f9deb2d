"""The root of `patrol`: ask, approve, stop, follow; `patrol task ...` gives tasks.

Errors are one line on stderr and exit status 1. The rooms' own commands (`patrol drone`,
`patrol perception`, `patrol config`) are loaded only when they are asked for, so that `patrol stop`
starts fast.
"""

from __future__ import annotations

import importlib
import queue
import sys
import threading
import time
from collections.abc import Sequence
from typing import Annotated, Any

import grpc
import typer
from typer.core import TyperGroup

from comms.cli import beat_commands, show, site_commands, task_commands
from comms.cli.client import ANSWER_WITHIN_S, CHANGED_WITHIN_S, centre, full_task_id, sentence
from comms.contracts.errors import ContractError
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

STOP_WITHIN_S = 5.0
_ROOMS = {
    "drone": "drone.cli",
    "perception": "perception.cli",
    "config": "patrol_launch.config_cli",
}


class _WithRooms(TyperGroup):
    """Our own commands and, loaded on demand, those of the rooms."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *_ROOMS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _ROOMS:
            return super().get_command(ctx, cmd_name)
        try:
            module = importlib.import_module(_ROOMS[cmd_name])
        except ImportError as error:
            raise ContractError(f"`patrol {cmd_name}` is not installed here: {error}") from None
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=_WithRooms,
    no_args_is_help=True,
    add_completion=True,
    help="The command centre from the command line.",
)
app.add_typer(task_commands.app, name="task")
app.add_typer(site_commands.app, name="site")
app.add_typer(beat_commands.app, name="beat")

Json = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
OfUnit = Annotated[str, typer.Option("--unit", "-u", help="Only this unit.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")]
TaskId = Annotated[str, typer.Argument(help="The task's id, or how it begins.")]
Reason = Annotated[str, typer.Option(help="Why; everyone sees it.")]
WhichUnit = Annotated[str, typer.Argument(help="The unit; all of them if not given.")]


@app.command()
def units(json: Json = False) -> None:
    """All units and where their vehicles are."""
    with centre() as stub:
        found = stub.ListUnits(pb.ListUnitsRequest(), timeout=ANSWER_WITHIN_S).units
    show.as_json(found) if json else show.units(found)


@app.command()
def tasks(
    unit: OfUnit = "",
    all_tasks: Annotated[bool, typer.Option("--all", help="Ended ones too.")] = False,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """Open tasks, newest first."""
    request = pb.ListTasksRequest(unit_id=unit, open_only=not all_tasks, limit=limit)
    with centre() as stub:
        found = stub.ListTasks(request, timeout=ANSWER_WITHIN_S).tasks
    show.as_json(found) if json else show.tasks(found)


@app.command()
def findings(
    unit: OfUnit = "",
    live: Annotated[bool, typer.Option("--live", help="Only those that have not ended.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Each as it comes.")] = False,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """What the units have seen, last seen first."""
    request = pb.ListFindingsRequest(unit_id=unit, live_only=live, limit=limit)
    with centre() as stub:
        if follow:
            _follow(stub, unit, json)
            return
        answer = stub.ListFindings(request, timeout=ANSWER_WITHIN_S)
    if json:
        show.as_json(answer.findings)
    else:
        show.findings(answer.findings, answer.total)


@app.command()
def visits(
    unit: OfUnit = "",
    task: Annotated[str, typer.Option(help="Only those of this task.")] = "",
    json: Json = False,
) -> None:
    """Visits to checkpoints, in the order of arrival."""
    with centre() as stub:
        task_id = full_task_id(stub, task) if task else ""
        request = pb.ListVisitsRequest(unit_id=unit, task_id=task_id)
        found = stub.ListVisits(request, timeout=ANSWER_WITHIN_S).visits
    show.as_json(found) if json else show.visits(found)


@app.command()
def approve(task: TaskId, by: Annotated[str, typer.Option(help="Your name.")] = "") -> None:
    """Let a proposed task happen."""
    with centre() as stub:
        request = pb.ApproveTaskRequest(task_id=full_task_id(stub, task), by=by)
        print(show.task_line(stub.ApproveTask(request, timeout=ANSWER_WITHIN_S)))


@app.command()
def cancel(task: TaskId, reason: Reason = "") -> None:
    """End a task. Says how it stands; `patrol tasks --all` shows how it ended."""
    _control(task, pb.ControlTaskRequest.CANCEL, reason)


@app.command()
def pause(task: TaskId, reason: Reason = "") -> None:
    """Hold a running task."""
    _control(task, pb.ControlTaskRequest.PAUSE, reason)


@app.command()
def resume(task: TaskId, reason: Reason = "") -> None:
    """Let a paused task go on."""
    _control(task, pb.ControlTaskRequest.RESUME, reason)


@app.command()
def change(
    task: TaskId,
    height: Annotated[float | None, typer.Option(help="m above the ground.")] = None,
    speed: Annotated[float | None, typer.Option(help="m/s at the work.")] = None,
    skip: Annotated[int, typer.Option(min=0, help="Waypoints of its work to leave out.")] = 0,
) -> None:
    """Change the drone's flight in the air; answers once it flies so."""
    with centre() as stub:
        request = pb.ChangeFlightRequest(
            task_id=full_task_id(stub, task), skip=skip, height_m=height, speed_mps=speed
        )
        print(stub.ChangeFlight(request, timeout=CHANGED_WITHIN_S).detail)


@app.command()
def weather(
    unit: Annotated[str, typer.Argument(help="The unit; the only one if not given.")] = "",
    wind: Annotated[float | None, typer.Option(help="m/s, mean.")] = None,
    gust: Annotated[float | None, typer.Option(help="m/s.")] = None,
    origin: Annotated[
        float | None, typer.Option("--from", help="Degrees from north, where it comes from.")
    ] = None,
    visibility: Annotated[float | None, typer.Option(help="m.")] = None,
    rain: Annotated[bool, typer.Option(help="Rain, snow or hail.")] = False,
) -> None:
    """Tell a drone the weather; its pre-flight list and plans heed it for an hour."""
    report = types_pb2.WeatherReport(
        wind_mps=wind, gust_mps=gust, from_deg=origin, visibility_m=visibility, rain=rain
    )
    with centre() as stub:
        request = pb.TellWeatherRequest(unit_id=unit, report=report)
        print(stub.TellWeather(request, timeout=CHANGED_WITHIN_S).detail)


@app.command()
def photo(
    unit: Annotated[str, typer.Argument(help="The unit; the only one if not given.")] = "",
) -> None:
    """Have a drone take a photo; it comes as a finding, faces and plates blurred."""
    with centre() as stub:
        request = pb.TakePhotoRequest(unit_id=unit)
        print(stub.TakePhoto(request, timeout=CHANGED_WITHIN_S).detail)


@app.command()
def stop(unit: WhichUnit = "", reason: Reason = "") -> None:
    """Emergency stop of a unit, or of all. Waits for the vehicles' own confirmation."""
    _stop(unit, reason, release=False)


@app.command()
def release(unit: WhichUnit = "", reason: Reason = "") -> None:
    """Release the emergency stop of a unit, or of all."""
    _stop(unit, reason, release=True)


def _control(task: str, action: Any, reason: str) -> None:
    with centre() as stub:
        request = pb.ControlTaskRequest(
            task_id=full_task_id(stub, task), action=action, reason=reason
        )
        print(show.task_line(stub.ControlTask(request, timeout=ANSWER_WITHIN_S)))


def _follow(stub: Any, unit: str, json: bool) -> None:
    for event in stub.Watch(pb.WatchRequest(unit_id=unit)):
        if event.WhichOneof("body") != "finding":
            continue
        if json:
            show.as_json([event.finding])
        else:
            print(show.finding_line(event.finding), flush=True)


def _stop(unit: str, reason: str, *, release: bool) -> None:
    told: queue.SimpleQueue[pb.Event] = queue.SimpleQueue()
    with centre() as stub:
        watch = stub.Watch(pb.WatchRequest(unit_id=unit))
        watching = threading.Event()

        def listen() -> None:
            try:
                for event in watch:
                    watching.set()
                    told.put(event)
            except grpc.RpcError:
                watching.set()  # the stop itself is what counts; its own call says what is wrong

        threading.Thread(target=listen, daemon=True).start()
        watching.wait(0.3)  # so that no confirmation is missed; a stop waits no longer for it
        request = pb.StopUnitRequest(unit_id=unit, reason=reason, release=release)
        answer = stub.StopUnit(request, timeout=ANSWER_WITHIN_S)
        missing = dict.fromkeys(answer.sent_to, "no confirmation")
        end = time.monotonic() + STOP_WITHIN_S
        while missing and time.monotonic() < end:
            try:
                event = told.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                break
            if event.WhichOneof("body") != "stop" or event.stop.stop_id != answer.stop_id:
                continue
            if event.stop.effective:
                print(f"{event.stop.unit_id}: {event.stop.detail}")
                missing.pop(event.stop.unit_id, None)
            else:
                missing[event.stop.unit_id] = event.stop.detail
        watch.cancel()
    missing.update(dict.fromkeys(answer.not_connected, "no link; it is told when it is back"))
    if missing:
        raise ContractError("; ".join(f"{name}: {why}" for name, why in missing.items()))
    if not answer.sent_to:
        raise ContractError("no unit has ever connected to this command centre")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    try:
        app(args=arguments, prog_name="patrol", standalone_mode=True)
    except ContractError as error:
        print(f"patrol: {error}", file=sys.stderr)
        return 1
    except grpc.RpcError as error:
        print(f"patrol: {sentence(error)}", file=sys.stderr)
        return 1
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0

"""The drone from a terminal, without ROS and without a command centre: `patrol drone --connect URL
…`.

Status, the pre-flight list, and single flights (orbit, fly to, come home) with the same desk,
planner and link as the node. Ctrl-C during a flight calls the drone home; a second one leaves it to
its autopilot.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comms.contracts.errors import ContractError
from comms.contracts.landing_board import LANDING_BOARD
from comms.contracts.place import GeoPoint
from comms.contracts.plan_text import read_plan_text
from comms.contracts.site_reader import read_site
from comms.contracts.task import Approval, Task, TaskKind, TaskState, TaskUpdate, Vehicle
from comms.contracts.unit import PreflightItem
from comms.state_dir import state_dir
from drone import flights_cli, plan_cli
from drone.assembly import make_desk, make_kit, make_vehicle, read_config
from drone.config import DroneConfig
from drone.execution.desk import Desk
from drone.execution.journal import Journal
from drone.link.connection import Vehicle as AutopilotVehicle
from drone.preflight.checks import what_is_wrong
from drone.preflight.records import PreflightRecords

app = typer.Typer(help="The drone, straight over its autopilot link.", no_args_is_help=False)
app.add_typer(plan_cli.app, name="plan")
flights_cli.add_to(app)
_STATE = "drone_terminal"  # of this program, beside the node's
console = Console()

_FIND_S = 15.0
_GREEN_S = 30.0
_SETTLE_S = 3.0
_CAMERA_S = 3.0


class Settings:
    """What the options before the command say."""

    connect = "udpin://0.0.0.0:14540"
    site_file: Path | None = None
    unit_config: Path | None = None


settings = Settings()


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    connect: Annotated[
        str, typer.Option(help="autopilot: udpin://, tcpout://, serial://device:baud …")
    ] = Settings.connect,
    site: Annotated[
        Path | None, typer.Option(help="site GeoJSON; needed for everything that flies")
    ] = None,
    unit_config: Annotated[Path | None, typer.Option(help="the unit's YAML")] = None,
) -> None:
    """Without a command: status."""
    settings.connect, settings.site_file, settings.unit_config = connect, site, unit_config
    if context.invoked_subcommand is None:
        status()


@app.command()
def status() -> None:
    """What the vehicle says of itself."""
    _run(_status())


@app.command()
def preflight(
    records: Annotated[bool, typer.Option(help="the lists kept of earlier flights")] = False,
) -> None:
    """The pre-flight list; exit status 1 when it is not green."""
    if records:
        _show_records()
        return
    _run(_preflight())


@app.command()
def orbit(
    latitude: float,
    longitude: float,
    approved_by: Annotated[str, typer.Option(help="the person who approves this flight")],
    height: Annotated[float, typer.Option(help="m above the ground")] = 30.0,
    radius: Annotated[float, typer.Option(help="m")] = 20.0,
    turns: Annotated[int, typer.Option(help="rounds")] = 1,
) -> None:
    """Fly to a point, circle it with the camera on it, come home and land."""
    _run(
        _fly(
            lambda: _task(
                TaskKind.ORBIT,
                approved_by,
                points=(GeoPoint(latitude_deg=latitude, longitude_deg=longitude),),
                height_m=height,
                radius_m=radius,
                loops=turns,
            )
        )
    )


@app.command("fly-to")
def fly_to(
    latitude: float,
    longitude: float,
    approved_by: Annotated[str, typer.Option(help="the person who approves this flight")],
    height: Annotated[float, typer.Option(help="m above the take-off ground")] = 30.0,
    duration: Annotated[float, typer.Option(help="s over the point")] = 20.0,
) -> None:
    """Fly over a point, look down for a while, come home and land."""
    _run(
        _fly(
            lambda: _task(
                TaskKind.FLY_TO,
                approved_by,
                points=(GeoPoint(latitude_deg=latitude, longitude_deg=longitude),),
                height_m=height,
                duration_s=duration,
            )
        )
    )


@app.command("fly-plan")
def fly_plan(
    file: Annotated[Path, typer.Argument(help="QGroundControl's .plan")],
    approved_by: Annotated[str, typer.Option(help="the person who approves this flight")],
) -> None:
    """Fly a plan made elsewhere: `plan check FILE` says beforehand whether that can be."""
    _run(_fly(lambda: _task(TaskKind.PLAN, approved_by, plan_json=read_plan_text(file))))


@app.command("come-home")
def come_home() -> None:
    """Bring a drone that is in the air home, around what stands in the way."""
    _run(_fly(lambda: _task(TaskKind.RETURN, "")))


@app.command("landing-board")
def landing_board(
    file: Annotated[Path, typer.Argument(help="to be written: .svg (true size) or .png")],
    side: Annotated[float, typer.Option(help="m, the whole white board")] = LANDING_BOARD.side_m,
) -> None:
    """Write the board that lies on the pad for `landing: precision`, ready to be printed."""
    from drone.landing.sheet import write_sheet  # OpenCV, which nothing else here needs

    try:
        board = LANDING_BOARD.scaled(side)
        write_sheet(board, file)
    except (ContractError, ValueError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    console.print(
        f"{file}: {board.side_m:g} m wide, the large marker {board.markers[0].side_m:.3f} m; "
        f"set precision.board_side_m to {board.side_m:g}"
    )


def _task(kind: TaskKind, approved_by: str, **given: object) -> Task:
    approval = Approval(by=approved_by, at=datetime.now(UTC)) if approved_by else None
    return Task.model_validate(
        {
            "task_id": str(uuid.uuid4()),
            "unit_id": "terminal",
            "vehicle": Vehicle.DRONE,
            "kind": kind,
            "approval": approval,
            **given,
        }
    )


def _run(work: Coroutine[Any, Any, bool]) -> None:
    try:
        ok = asyncio.run(work)
    except ContractError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not ok:
        raise typer.Exit(1)


@asynccontextmanager
async def _desk(on_update: Callable[[TaskUpdate], None]) -> AsyncIterator[Desk]:
    if settings.site_file is None:
        raise ContractError("this needs --site, the GeoJSON of the site over which it flies")
    site = read_site(settings.site_file)
    config, body = read_config(settings.unit_config)
    async with _vehicle(config) as vehicle:
        journal = Journal(state_dir() / _STATE)
        kit = make_kit(vehicle, site, config, body, journal, lambda: datetime.now(UTC))
        desk = make_desk(kit, on_update)
        yield desk
        if desk.recorder is not None:
            await desk.recorder.written()


@asynccontextmanager
async def _vehicle(config: DroneConfig | None = None) -> AsyncIterator[AutopilotVehicle]:
    """`config`: for what flies; without it the vehicle is only listened to."""
    if config is None:
        vehicle = AutopilotVehicle(settings.connect, 0.0)
    else:
        vehicle = make_vehicle(config, settings.connect)
    running = asyncio.create_task(vehicle.run())
    try:
        await _until(lambda: vehicle.view.connected, _FIND_S)
        if not vehicle.view.connected:
            why = vehicle.view.wrong_vehicle or "no autopilot answers"
            raise ContractError(f"{settings.connect}: {why}")
        await _until(lambda: vehicle.view.knows_itself, _SETTLE_S)
        if config is not None and not vehicle.view.is_armed:
            await _until(lambda: vehicle.view.failsafes.last is not None, _SETTLE_S)
        yield vehicle
    finally:
        running.cancel()
        await asyncio.wait([running])


async def _until(what: Callable[[], bool], timeout_s: float) -> None:
    end = asyncio.get_running_loop().time() + timeout_s
    while not what() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.1)


async def _status() -> bool:
    async with _vehicle() as vehicle:
        await _until(lambda: vehicle.view.battery.fresh() is not None, _SETTLE_S)
        view = vehicle.view
        table = Table(show_header=False)
        table.add_row("autopilot", str(view.firmware))
        table.add_row("mode", str(view.mode.fresh() or "not known"))
        table.add_row("armed", {True: "yes", False: "no", None: "?"}[view.armed.fresh()])
        table.add_row("landed", str(view.landed.fresh() or "not known"))
        position, battery = view.position.fresh(), view.battery.fresh()
        if position is not None:
            where = f"{position.latitude_deg:.7f}, {position.longitude_deg:.7f}"
            table.add_row("position", where)
            table.add_row("height above home", f"{position.above_home_m:.1f} m")
        table.add_row("battery", f"{battery.fraction:.0%}" if battery is not None else "not known")
        await _until(lambda: view.camera is not None and bool(view.camera.stream), _CAMERA_S)
        camera = view.camera
        table.add_row("camera", camera.model if camera is not None else "no MAVLink camera")
        if camera is not None:
            table.add_row("camera's stream", camera.stream or "it tells none")
        console.print(table)
    return True


async def _preflight() -> bool:
    async with _desk(lambda update: None) as desk:
        await _until(lambda: all(i.ok for i in desk.preflight()), _SETTLE_S)
        items = desk.preflight()
        _show(items)
        return all(item.ok for item in items)


def _show_records() -> None:
    table = Table("UTC", "task", "kind", "approved by", "", "what was not right")
    kept = [
        record
        for folder in (state_dir(), state_dir() / _STATE)
        for record in PreflightRecords(folder).all()
    ]
    for record in sorted(kept, key=lambda record: record.at):
        verdict = "[green]green[/green]" if record.green else "[red]not green[/red]"
        facts = (f"{record.at:%Y-%m-%d %H:%M:%S}", record.task_id, record.kind, record.approved_by)
        table.add_row(*facts, verdict, what_is_wrong(record.items))
    console.print(table)


def _show(items: tuple[PreflightItem, ...]) -> None:
    table = Table("pre-flight", "", "")
    for item in items:
        state = "[green]ok[/green]" if item.ok else "[red]no[/red]"
        table.add_row(item.name, "[yellow]ok, but[/yellow]" if item.caution else state, item.detail)
    console.print(table)


async def _fly(make_task: Callable[[], Task]) -> bool:
    async with _desk(_say) as desk:
        task = make_task()
        if task.needs_approval:
            await _until(lambda: all(i.ok for i in desk.preflight()), _GREEN_S)
            _show(desk.preflight())
        flying = asyncio.create_task(desk.execute(task))
        try:
            final = await asyncio.shield(flying)
        except asyncio.CancelledError:
            console.print("coming home; Ctrl-C again leaves the drone to its autopilot")
            desk.cancel(task.task_id, "Ctrl-C at the terminal")
            current = asyncio.current_task()
            if current is not None:
                current.uncancel()
            final = await flying
        return final.state is TaskState.SUCCEEDED


def _say(update: TaskUpdate) -> None:
    left = f", {update.remaining_s:.0f} s left" if update.remaining_s is not None else ""
    console.print(f"{update.state} {update.progress:4.0%}{left} {update.reason}")


if __name__ == "__main__":
    app()

"""`patrol drone flights` and `patrol drone flight show`: what was flown, from the logs on this
computer."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table

from comms.contracts.errors import ContractError
from drone.record.folders import find, flights_in, flights_root
from drone.record.story import story_of
from drone.record.summary import write_page

console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)
flight_app = typer.Typer(no_args_is_help=True, help="One flight's log.")


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


def flights() -> None:
    """The flights that were written down, oldest first."""
    table = Table("begun, UTC", "task", "", "result", "flown", "MB", "parts")
    for flight in flights_in(flights_root()):
        story = story_of(flight)
        result = story.result
        table.add_row(
            f"{flight.begun.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            flight.task_id,
            str(story.order.get("kind", "")),
            result.state if result is not None else "",
            f"{story.flown_m:.0f} m",
            f"{flight.size_bytes / 1e6:.1f}",
            str(len(flight.parts)),
        )
    console.print(table)


@flight_app.command()
def show(
    flight: Annotated[str, typer.Argument(help="how its task's id or its folder's name begins")],
    page: Annotated[Path, typer.Option("--html", help="to be written")],
    language: Annotated[Language, typer.Option("--lang", help="of the page")] = Language.EN,
    zone: Annotated[str, typer.Option(help="local time, as Asia/Shanghai; else this one's")] = "",
) -> None:
    """Write a page of one flight: map, height, speed, battery, events. It needs nothing else."""
    try:
        local = ZoneInfo(zone) if zone else None
        write_page(find(flights_root(), flight), page, language, local)
    except (ContractError, OSError, ZoneInfoNotFoundError, ValueError) as error:
        errors.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    console.print(f"{page}", markup=False)


def add_to(app: typer.Typer) -> None:
    """Make them commands of `app`."""
    app.command()(flights)
    app.add_typer(flight_app, name="flight")

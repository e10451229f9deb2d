"""`patrol drone plan ...`: QGroundControl's plan files, without a vehicle."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from comms.contracts.errors import ContractError
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.site_reader import read_site
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.assembly import make_planner, read_config
from drone.formats.plan_check import check_plan
from drone.formats.plan_file import parse_plan, plan_document, read_plan
from drone.formats.plan_flight import how_it_ends
from drone.formats.plan_items import Home
from drone.missions.encoding import Firmware, encode_plan, encode_rally
from drone.missions.estimate import not_enough_energy
from drone.missions.fence import site_fence

app = typer.Typer(no_args_is_help=True, help="QGroundControl's plan files (.plan).")
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)

SiteFile = Annotated[Path, typer.Option("--site", help="site GeoJSON over which it is flown")]
UnitFile = Annotated[Path | None, typer.Option("--unit-config", help="the unit's YAML")]


@contextmanager
def _one_sentence() -> Iterator[None]:
    try:
        yield
    except (ContractError, OSError, ValueError) as error:
        errors.print(" ".join(str(error).split()), style="red", markup=False)
        raise typer.Exit(1) from None


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="the .plan")],
    site: SiteFile,
    unit_config: UnitFile = None,
) -> None:
    """Whether a plan may be flown here, leg by leg; exit status 1 and why where it may not."""
    with _one_sentence():
        plan = read_plan(file)
        place = read_site(site)
        config, body = read_config(unit_config)
        way = check_plan(plan, Airspace.of_site(place, config), place.frame)
        why = not_enough_energy(way.energy_wh, 1.0, body.battery_wh, config)
        if why:
            raise ContractError(f"{file}: with a full battery, {why}")
        length = sum(math.dist(a, b) for a, b in itertools.pairwise(way.track))
        console.print(
            f"{file}: {len(plan.mission)} items, {length:.0f} m, {way.duration_s / 60:.1f} min, "
            f"{way.energy_wh:.0f} Wh, {max(p.up_m for p in way.track):.0f} m high at most; every "
            f"leg is clear and inside the plan's own fence (of {len(plan.fence)} corners and "
            f"circles). Rally points: {len(plan.rally)}."
        )
        for note in (*how_it_ends(plan, place.frame), *plan.notes):
            console.print(f"  {note}", markup=False)


@app.command("export", context_settings={"ignore_unknown_options": True})
def export(
    file: Annotated[Path, typer.Argument(help="to be written; over nothing that is there")],
    kind: Annotated[TaskKind, typer.Argument(help="survey, corridor, perimeter, search, orbit …")],
    points: Annotated[list[str], typer.Argument(help="LAT,LON of each point; degrees, WGS 84")],
    site: SiteFile,
    height: Annotated[float, typer.Option(help="m above the take-off ground")] = 30.0,
    radius: Annotated[float, typer.Option(help="m: orbit, search")] = 20.0,
    swath: Annotated[float, typer.Option(help="m, width of a strip; 0: from the camera")] = 0.0,
    autopilot: Annotated[Firmware, typer.Option(help="whose items")] = Firmware.PX4,
    unit_config: UnitFile = None,
) -> None:
    """Plan a task from the first pad of the site, and write it with fence and rally points."""
    with _one_sentence():
        if file.exists():
            raise ContractError(f"{file} is there already; choose another name")
        place = read_site(site)
        config, body = read_config(unit_config)
        if not place.kiosks:
            raise ContractError(f"{site} has no kiosk, from whose pad it would start")
        task = Task(
            task_id="plan", unit_id="unit", vehicle=Vehicle.DRONE, kind=kind, height_m=height,
            radius_m=radius, swath_m=swath, points=tuple(_point(p) for p in points),
        )  # fmt: skip
        task.check()
        pads = [kiosk.pad for kiosk in place.kiosks]
        planner = make_planner(place, config, body)
        home = Enu(*pads[0], 0.0)
        flight = planner.plan(task, [place.frame.to_enu(p) for p in task.points], home, home)
        items = encode_plan(flight, place.frame, autopilot).items
        items = items[autopilot.first_item :]  # QGroundControl adds the home itself
        pad = place.frame.to_geo(*home[:2])
        document = plan_document(
            items,
            site_fence(place, planner.airspace, place.frame),
            encode_rally(pads, planner.airspace.return_height_m, place.frame),
            Home(pad.latitude_deg, pad.longitude_deg, pad.altitude_m or 0.0),
            autopilot,
            config.cruise_mps,
        )
        text = _text(document)
        parse_plan(text, str(file))  # what is written can be read
        file.write_text(text, encoding="utf-8")
        notes = f" ({'; '.join(flight.notes)})" if flight.notes else ""
        console.print(f"{file}: {len(items)} items, {flight.length_m:.0f} m of flight{notes}")


def _text(document: dict[str, object]) -> str:
    return json.dumps(document, indent=4, ensure_ascii=False) + "\n"


def _point(text: str) -> GeoPoint:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
        return GeoPoint(latitude_deg=latitude, longitude_deg=longitude)
    except ValueError:
        raise ContractError(f"{text!r} should be LAT,LON in degrees, like 29.868,121.615") from None

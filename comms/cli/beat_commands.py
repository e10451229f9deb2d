"""`patrol beat ...`: look at a beat's file, and carry it to other programs and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from comms.contracts.errors import ContractError, FileError

app = typer.Typer(no_args_is_help=True, help="Beat files: GeoJSON, GPX, KML.")
_ENDINGS = {"geojson": ".beat.geojson", "gpx": ".gpx", "kml": ".kml"}


@app.command()
def check(
    file: Path,
    site: Annotated[Path, typer.Option("--site", help="The site's GeoJSON.")],
) -> None:
    """Read a beat against its site, and say what is in it or what is wrong with it."""
    from comms.contracts.beat_reader import read_beat
    from comms.contracts.site_reader import read_site

    beat = read_beat(file, read_site(site))
    actions = sum(len(checkpoint.actions) for checkpoint in beat.checkpoints)
    counts = f"{len(beat.checkpoints)} checkpoints, {actions} actions"
    print(f"{file}: beat {beat.beat_id!r} is good: {counts}")


@app.command()
def export(
    file: Path,
    to: Annotated[str, typer.Option("--to", help="geojson, gpx or kml.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The new file; else in this folder.")
    ] = None,
    datum: Annotated[
        str, typer.Option(help="What a GPX or KML file is really in, like GCJ02.")
    ] = "WGS84",
) -> None:
    """Write a beat as GeoJSON, GPX or KML, in WGS 84; reading it gives the same beat."""
    from comms.contracts.beat_reader import load_beat
    from comms.contracts.beat_writer import FORMATS, in_wgs84, write_beat

    if to not in FORMATS:
        raise ContractError(f"the format {to!r} is not known; use {', '.join(FORMATS)}")
    draft = load_beat(file)
    if datum != "WGS84" and draft.datum_goes:
        raise ContractError(f"a GeoJSON file says its datum itself: write it in {draft.datum_goes}")
    beat = in_wgs84(draft.beat, datum)
    # Not beside the original: two files of one beat in a folder of beats are an error there.
    target = output or Path(file.name.split(".")[0] + _ENDINGS[to])
    if target.resolve() == file.resolve() or (output is None and target.exists()):
        raise ContractError(f"{target} would be overwritten; give another with -o")
    try:
        target.write_text(write_beat(beat, to), encoding="utf-8")
    except OSError as error:
        raise FileError(str(target), f"it cannot be written: {error.strerror}") from None
    print(f"{target}: {len(beat.checkpoints)} checkpoints")

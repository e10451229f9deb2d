"""`patrol site ...`: look at a site's file before anything is started with it."""

from __future__ import annotations

from pathlib import Path

import typer

app = typer.Typer(no_args_is_help=True, help="Site files.")


@app.callback()
def _site() -> None:
    """Site files."""


@app.command()
def check(file: Path) -> None:
    """Read a site's GeoJSON and say what is in it, or what is wrong with it."""
    from comms.contracts.site_reader import read_site

    site = read_site(file)
    counts = {
        "buildings": site.buildings, "walkways": site.walkways, "roads": site.roads,
        "plazas": site.plazas, "keep-outs": site.keep_outs, "no-fly areas": site.no_fly,
        "height limits": site.ceilings,
        "heights of the ground": site.heights, "trees": site.trees,
        "cars": site.cars, "kiosks": site.kiosks,
    }  # fmt: skip
    parts = ", ".join(f"{len(found)} {name}" for name, found in counts.items() if found)
    print(f"{file}: site {site.site_id!r} is good: {parts}")
    if site.left_out:
        named = ", ".join(f"{count} {tag}" for tag, count in site.left_out.items())
        print(f"left out, because they mean nothing to the unit: {named}")

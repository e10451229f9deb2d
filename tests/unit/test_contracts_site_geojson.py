"""A site as it is given out: our own kinds, whatever the file said, and the same site when read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from comms.centre.site_files import read_site_files
from comms.contracts.site import Site
from comms.contracts.site_geojson import site_as_geojson
from comms.contracts.site_kinds import NEEDS
from comms.contracts.site_reader import read_site

TESTS = Path(__file__).parents[1]
SITES = [
    TESTS.parent / "launch" / "sites" / "ningbo_east.site.geojson",
    TESTS / "data" / "sites" / "osm_export.site.geojson",
]
AREAS = ("buildings", "plazas", "keep_outs", "no_fly", "lawns")


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.name)
def test_every_feature_has_one_of_our_kinds(file: Path) -> None:
    given = site_as_geojson(read_site(file))
    kinds = [feature["properties"]["kind"] for feature in given["features"]]
    assert set(kinds) <= set(NEEDS)
    assert {"boundary", "building", "walkway", "kiosk", "pad"} <= set(kinds)


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.name)
def test_read_again_it_is_the_same_site(file: Path, tmp_path: Path) -> None:
    site = read_site(file)
    written = tmp_path / "again.site.geojson"
    written.write_text(json.dumps(site_as_geojson(site)))
    again = read_site(written)
    assert (again.site_id, again.name, again.name_zh) == (site.site_id, site.name, site.name_zh)
    for kind in (
        "buildings",
        "walkways",
        "roads",
        "plazas",
        "keep_outs",
        "no_fly",
        "trees",
        "cars",
    ):
        here, there = getattr(site, kind), getattr(again, kind)
        assert [_plain(x) for x in there] == [_plain(x) for x in here], kind
    assert _places(again) == pytest.approx(_places(site), abs=0.003)
    assert again.kiosks[0].heading_rad == pytest.approx(site.kiosks[0].heading_rad, abs=1e-4)


def _plain(thing: object) -> dict[str, object]:
    """All but the coordinates and angles."""
    fields = dict(thing)  # type: ignore[call-overload]
    return {k: v for k, v in fields.items() if k not in ("ring", "line", "at", "heading_rad")}


def _places(site: Site) -> np.ndarray:
    points = [*site.boundary]
    for kind in AREAS:
        for area in getattr(site, kind):
            points += area.ring
    for way in (*site.walkways, *site.roads):
        points += way.line
    points += [thing.at for thing in (*site.trees, *site.cars, *site.kiosks)]
    points += [place for kiosk in site.kiosks for place in (kiosk.dock, kiosk.pad)]
    return np.array(points)


def test_the_command_centre_gives_out_an_export_of_openstreetmap_with_our_kinds() -> None:
    given = json.loads(read_site_files(SITES[1], None).geojson)
    assert any(f["properties"]["kind"] == "building" for f in given["features"])

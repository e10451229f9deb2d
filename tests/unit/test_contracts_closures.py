"""Keep-outs that are closed at times only."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comms.contracts.closures import Closures
from comms.contracts.errors import FileError
from comms.contracts.site import Site
from comms.contracts.site_geojson import site_as_geojson
from comms.contracts.site_ground import SiteGround
from comms.contracts.site_reader import read_site
from tests.navigation_course import small_site, write_site

SCHOOL = [
    {
        "permanent": "NO",
        "schedule": [{"day": ["MON", "TUE"], "startTime": "07:30+08:00", "endTime": "08:30+08:00"}],
    }
]


def site_with(folder: Path, applicability: Any) -> Site:
    file = write_site(small_site(), folder / "a.site.geojson")
    document = json.loads(file.read_text())
    for feature in document["features"]:
        if feature["properties"]["kind"] == "keep_out":
            feature["properties"]["applicability"] = applicability
    file.write_text(json.dumps(document))
    return read_site(file)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        ("2026-11-23T07:29:00+08:00", False),
        ("2026-11-23T07:31:00+08:00", True),
        ("2026-11-24T08:29:00+08:00", True),
        ("2026-11-24T08:31:00+08:00", False),
        ("2026-11-25T08:00:00+08:00", False),  # a Wednesday
        ("1970-01-01T00:00:00+00:00", True),  # the clock has not begun
    ],
)
def test_an_area_counts_in_its_hours(tmp_path: Path, moment: str, closed: bool) -> None:
    site = site_with(tmp_path, SCHOOL)
    closures = Closures(site, lambda: at(moment))
    assert closures.has_times
    assert bool(closures.closed()) is closed
    assert bool(closures.site_with(closures.closed()).keep_outs) is closed


def test_it_counts_before_it_closes(tmp_path: Path) -> None:
    site = site_with(tmp_path, SCHOOL)
    early = lambda: at("2026-11-23T07:28:30+08:00")  # noqa: E731
    assert Closures(site, early, timedelta(seconds=120)).closed()
    assert not Closures(site, early, timedelta(seconds=60)).closed()


def test_without_times_it_always_counts(tmp_path: Path) -> None:
    closures = Closures(site_with(tmp_path, []), lambda: at("2026-11-25T08:00:00+08:00"))
    assert not closures.has_times
    assert len(closures.closed()) == 1


def test_a_checkpoint_may_lie_where_it_is_open_at_times(tmp_path: Path) -> None:
    inside = (49.0, 8.0)
    assert SiteGround(site_with(tmp_path, [])).problem_at(inside) is not None
    assert SiteGround(site_with(tmp_path, SCHOOL)).problem_at(inside) is None


def test_times_survive_a_round_trip_and_broken_ones_are_refused(tmp_path: Path) -> None:
    site = site_with(tmp_path, SCHOOL)
    areas = [
        f["properties"]
        for f in site_as_geojson(site)["features"]
        if f["properties"]["kind"] == "keep_out"
    ]
    assert areas[0]["hours"] == "Mon, Tue 07:30–08:30 UTC+08:00"
    with pytest.raises(FileError, match="applicability"):
        site_with(tmp_path, [{"schedule": [{"day": "MON", "startTime": "7", "endTime": "8"}]}])

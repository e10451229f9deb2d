"""OpenStreetMap exports as people have them: full of things that mean nothing to a patrol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from comms.contracts.errors import FileError
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site

EAST, NORTH = 121.47, 31.23


def near(east: float, north: float) -> list[float]:
    """A place `east`, `north` ten-thousandths of a degree from the corner (about 10 m each)."""
    return [EAST + east * 1e-4, NORTH + north * 1e-4]


def thing(number: int, shape: str, places: list[Any], **tags: Any) -> dict[str, Any]:
    coordinates: Any = places
    if shape == "Point":
        coordinates = places[0]
    elif shape == "Polygon":
        coordinates = [[*places, places[0]]]
    return {
        "type": "Feature",
        "id": f"way/{number}",
        "properties": {"version": "4", "user": "somebody", **tags},
        "geometry": {"type": shape, "coordinates": coordinates},
    }


EXPORT = [
    thing(1, "LineString", [near(0, 0), near(10, 0)], highway="footway", surface="concrete"),
    thing(2, "Polygon", [near(2, 2), near(4, 2), near(4, 4), near(2, 4)], building="yes"),
    thing(3, "Polygon", [near(6, 2), near(8, 2), near(8, 3)], leisure="swimming_pool"),
    thing(4, "Point", [near(5, 0)], barrier="gate", name="Gate 5"),
    thing(5, "Point", [near(9, 5)], amenity="clinic"),
    thing(6, "Polygon", [near(0, -1), near(10, -1), near(10, 6), near(0, 6)], amenity="university"),
    thing(7, "Polygon", [near(1, 5), near(2, 5), near(2, 6)], area="yes", name="Flag pole"),
    thing(8, "Point", [near(3, 0)], highway="crossing"),
    thing(9, "Point", [near(3, 5)], building="entrance"),
    {
        "type": "Feature",
        "properties": {"kind": "kiosk", "bearing_deg": 180},
        "geometry": {"type": "Point", "coordinates": near(1, 0.5)},
    },
]


def read(folder: Path, features: list[dict[str, Any]]) -> Site:
    file = folder / "campus.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read_site(file)


def test_what_the_unit_can_use_is_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    site = read(tmp_path, EXPORT)
    assert len(site.walkways) == 1
    assert len(site.buildings) == 1
    assert site.left_out == {
        "barrier=gate": 1,
        "amenity=clinic": 1,
        "amenity=university": 1,
        "untagged": 1,
        "highway=crossing": 1,
        "building=entrance": 1,
    }


def test_a_pool_is_a_place_where_the_robot_must_not_go(tmp_path: Path) -> None:
    assert len(read(tmp_path, EXPORT).keep_outs) == 1


def test_a_map_without_ways_for_walkers_says_what_to_draw(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no walkway and no plaza.*draw a LineString"):
        read(tmp_path, EXPORT[1:])


def test_a_feature_of_ones_own_without_a_kind_is_still_an_error(tmp_path: Path) -> None:
    mine = {
        "type": "Feature",
        "properties": {"name": "a wall"},
        "geometry": {"type": "LineString", "coordinates": [near(0, 1), near(1, 1)]},
    }
    with pytest.raises(FileError, match=r'feature 11 \("a wall"\): it does not say its kind'):
        read(tmp_path, [*EXPORT, mine])

"""Ways and areas that somebody drew elsewhere, as a task's points."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comms.contracts.errors import FileError
from comms.contracts.shape_file import read_shape

RING = [[121.615, 29.868], [121.616, 29.868], [121.616, 29.869], [121.615, 29.868]]
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
GPX = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">{}</gpx>'


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def geojson(*geometries: dict[str, object], **more: object) -> str:
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


POLYGON = {"type": "Polygon", "coordinates": [RING, RING]}
LINE = {"type": "LineString", "coordinates": RING[:3]}
POINTS = [{"type": "Point", "coordinates": corner} for corner in RING[:3]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", geojson(POLYGON)),
        ("a.json", geojson(LINE)),
        ("a.geojson", geojson(*POINTS)),
        ("a.geojson", json.dumps(POLYGON)),
        (
            "a.kml",
            KML.format(
                "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>\n"
                + "\n".join(f"{x},{y},0" for x, y in RING)
                + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
            ),
        ),
        (
            "a.kml",
            KML.format(
                "<Placemark><LineString><coordinates>"
                + " ".join(f"{x},{y}" for x, y in RING[:3])
                + "</coordinates></LineString></Placemark>"
            ),
        ),
        (
            "a.gpx",
            GPX.format(
                "<rte>" + "".join(f'<rtept lat="{y}" lon="{x}"/>' for x, y in RING[:3]) + "</rte>"
            ),
        ),
        (
            "a.gpx",
            GPX.format(
                "<trk><trkseg>"
                + "".join(f'<trkpt lat="{y}" lon="{x}"/>' for x, y in RING[:3])
                + "</trkseg></trk>"
            ),
        ),
        ("a.gpx", GPX.format("".join(f'<wpt lat="{y}" lon="{x}"/>' for x, y in RING[:3]))),
    ],
)
def test_a_way_or_an_area_is_its_corners(tmp_path: Path, name: str, text: str) -> None:
    found = read_shape(written(tmp_path, name, text))
    assert [(p.longitude_deg, p.latitude_deg) for p in found] == [tuple(c) for c in RING[:3]]


def test_another_datum_is_turned_into_wgs84(tmp_path: Path) -> None:
    text = geojson(LINE, patrol={"kind": "beat", "datum": "GCJ02"})
    first = read_shape(written(tmp_path, "a.geojson", text))[0]
    assert abs(first.longitude_deg - RING[0][0]) > 0.002


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.shp", "x", "is read from .geojson, .json, .kml or .gpx"),
        ("a.geojson", geojson(LINE, POLYGON), "it has 2 lines and areas; keep the one"),
        ("a.geojson", geojson(LINE, POINTS[0]), "it has a line or an area, and points beside it"),
        ("a.kml", KML.format(""), "it has no line, no area and no point"),
        ("a.gpx", GPX.format('<wpt lat="x" lon="3"/>'), "point 1: it needs lat and lon"),
        (
            "a.kml",
            KML.format("<Point><coordinates>nan,3</coordinates></Point>"),
            "is not a place like",
        ),
        (
            "a.kml",
            KML.format("<Point><coordinates>29,121</coordinates></Point>"),
            "is not longitude, latitude in degrees",
        ),
        (
            "a.geojson",
            geojson({"type": "LineString", "coordinates": [[0.001 * k, 1] for k in range(200)]}),
            "it has 200 corners; a task takes 100",
        ),
    ],
)
def test_what_is_no_single_shape_is_one_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    file = written(tmp_path, name, text)
    with pytest.raises(FileError) as error:
        read_shape(file)
    assert sentence in str(error.value)
    assert str(error.value).startswith(str(file))

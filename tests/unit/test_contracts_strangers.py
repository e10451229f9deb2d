"""Site files that nobody here designed for: each loads, or gets one clear sentence."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comms.contracts.datums import from_wgs84, gcj02_to_wgs84, wgs84_to_gcj02
from comms.contracts.errors import FileError
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site

Document = dict[str, Any]
LON, LAT = 121.615, 29.868
M_LON, M_LAT = 1 / 96_600.0, 1 / 110_850.0  # degrees in a metre here


def at(east: float, north: float) -> list[float]:
    return [LON + east * M_LON, LAT + north * M_LAT]


def box(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[at(*corner) for corner in corners]]


def feature(shape: str, coordinates: Any, **properties: Any) -> Document:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def site() -> Document:
    """A hall, a lawn of trees, a path past them, a kiosk. 0: path, 1: hall, 2: kiosk."""
    return {
        "type": "FeatureCollection",
        "features": [
            feature("LineString", [at(0, 0), at(100, 0)], kind="walkway"),
            feature("Polygon", box(10, 10, 60, 40), kind="building", name="Hall", height_m=12),
            feature("Point", at(5, 5), kind="kiosk", name="Kiosk 1", bearing_deg=180),
            feature("Point", at(80, 20), kind="tree"),
        ],
    }


def put(folder: Path, document: Any, encoding: str = "utf-8") -> Path:
    path = folder / "x.site.geojson"
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    return path


def read(folder: Path, document: Any, encoding: str = "utf-8") -> Site:
    return read_site(put(folder, document, encoding))


def moved(document: Document, turn: Callable[[float, float], Any]) -> Document:
    def walk(node: Any) -> Any:
        return list(turn(*node)) if isinstance(node[0], float) else [walk(item) for item in node]

    there = copy.deepcopy(document)
    for one in there["features"]:
        one["geometry"]["coordinates"] = walk(one["geometry"]["coordinates"])
    return there


def hall(document: Document) -> Document:
    return document["features"][1]


# --- what is unusual and right ---


def clockwise(d: Document) -> None:
    hall(d)["geometry"]["coordinates"][0].reverse()


def three_d(d: Document) -> None:
    hall(d)["geometry"]["coordinates"][0] = [[*p, 4.5] for p in box(10, 10, 60, 40)[0]]


def collection_of_geometries(d: Document) -> None:
    parts = [
        {"type": "Polygon", "coordinates": box(*b)} for b in ((10, 10, 30, 40), (32, 9, 60, 40))
    ]
    hall(d)["geometry"] = {"type": "GeometryCollection", "geometries": parts}


def relation(d: Document) -> None:
    outer, inner = box(10, 10, 60, 40)[0], box(20, 20, 40, 30)[0]
    hall(d).update(
        id="relation/5",
        properties={"@id": "relation/5", "type": "multipolygon", "building": "yes"},
        geometry={
            "type": "MultiPolygon",
            "coordinates": [[outer, inner[::-1]], box(70, 30, 80, 40)],
        },
    )


def qgis(d: Document) -> None:
    d["name"] = "my layer"
    d["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    columns = ("kind", "name", "id", "height_m", "width_m", "bearing_deg", "highway", "type")
    for fid, one in enumerate(d["features"]):
        one["properties"] = {**dict.fromkeys(columns), **one["properties"], "fid": fid}


def geojson_io(d: Document) -> None:
    for number, one in enumerate(d["features"]):
        one["id"] = number
        one["properties"].update({"stroke": "#555", "fill-opacity": 0.5})


def nested_tags(d: Document) -> None:
    hall(d)["properties"] = {"type": "way", "id": 7, "tags": {"building": "yes", "height": "12 m"}}


def hstore(d: Document) -> None:
    tags = '"building:levels"=>"3","height"=>"12,0"'
    hall(d)["properties"] = {"osm_way_id": "7", "building": "yes", "other_tags": tags}


def spelled_otherwise(d: Document) -> None:
    d["features"].append(feature("Polygon", box(70, 10, 75, 15), kind="Keep-Out"))


def null_crs(d: Document) -> None:
    d["crs"] = None


def ids_like_numbers(d: Document) -> None:
    d["features"][0]["id"] = "4"  # the number of a feature that has no id


@pytest.mark.parametrize(
    "change",
    [
        clockwise, three_d, collection_of_geometries, relation, qgis, geojson_io, nested_tags,
        hstore, spelled_otherwise, null_crs, ids_like_numbers,
    ],
)  # fmt: skip
def test_a_site_that_is_unusual_and_right_is_read(
    tmp_path: Path, change: Callable[[Document], None]
) -> None:
    document = site()
    change(document)
    found = read(tmp_path, document)
    assert found.buildings
    assert found.buildings[0].height_m in (12.0, 10.0)
    assert len({one.feature_id for one in (*found.buildings, *found.trees, *found.walkways)}) == (
        len(found.buildings) + 2
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "gbk", "gb18030"])
def test_a_file_of_any_chinese_editor_is_read(tmp_path: Path, encoding: str) -> None:
    document = site()
    hall(document)["properties"]["name_zh"] = "滨江商场（东区）"
    found = read(tmp_path, document, encoding)
    assert found.buildings[0].name_zh == "滨江商场（东区）"


@pytest.mark.parametrize(
    ("raw", "height"),
    [
        (12, 12), ("12", 12), ("12 m", 12), ("12,5", 12.5), ("12.5m", 12.5), ("12 米", 12),
        ("40 ft", 12.192), ("40'", 12.192), ("39'6\"", 12.0396), ("8;12", 12), ("8-12 m", 12),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["height_m", "height"])
def test_a_height_is_understood_as_people_write_it(
    tmp_path: Path, raw: Any, height: float, key: str
) -> None:
    document = site()
    hall(document)["properties"] = {"kind": "building", key: raw}
    assert read(tmp_path, document).buildings[0].height_m == pytest.approx(height)


CRS = {
    "urn:ogc:def:crs:EPSG::4490": "EPSG:4490",
    "urn:ogc:def:crs:EPSG::4549": "EPSG:4549",
    "urn:ogc:def:crs:EPSG:6.18:3:3857": "EPSG:3857",
    "EPSG:32651": "EPSG:32651",
    "http://www.opengis.net/def/crs/EPSG/0/4549": "EPSG:4549",
}


@pytest.mark.parametrize("said", CRS)
def test_the_crs_of_older_geojson_is_honoured(tmp_path: Path, said: str) -> None:
    ours = read(tmp_path, site())
    document = moved(site(), lambda x, y: from_wgs84(x, y, CRS[said]))
    document["crs"] = {"type": "name", "properties": {"name": said}}
    theirs = read(tmp_path, document)
    for a, b in zip(ours.buildings[0].ring, theirs.buildings[0].ring, strict=True):
        here, there = ours.frame.to_geo(*a), theirs.frame.to_geo(*b)
        assert there.latitude_deg == pytest.approx(here.latitude_deg, abs=2e-8)
        assert there.longitude_deg == pytest.approx(here.longitude_deg, abs=2e-8)


def test_the_header_says_gcj02_where_crs_can_only_say_wgs84(tmp_path: Path) -> None:
    document = moved(site(), wgs84_to_gcj02)
    document["patrol"] = {"datum": "GCJ02"}
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:4326"}}
    origin = read(tmp_path, document).origin
    assert origin.longitude_deg == pytest.approx(at(50, 0)[0], abs=1e-5)


def test_one_feature_may_be_in_a_datum_of_its_own(tmp_path: Path) -> None:
    document = site()
    kiosk = document["features"][2]
    kiosk["geometry"]["coordinates"] = list(wgs84_to_gcj02(*at(5, 5)))
    kiosk["properties"]["datum"] = "GCJ02"
    found = read(tmp_path, document)
    there = found.frame.to_geo(*found.kiosks[0].at)
    assert (there.longitude_deg, there.latitude_deg) == pytest.approx(tuple(at(5, 5)), abs=1e-8)


def test_a_plaza_with_a_hole_says_what_to_draw(tmp_path: Path) -> None:
    document = site()
    rings = [box(60, -40, 100, -5)[0], box(70, -30, 80, -20)[0]]
    document["features"].append(feature("Polygon", rings, kind="plaza"))
    with pytest.raises(FileError, match="draw the hole as a keep_out"):
        read(tmp_path, document)


# --- what is wrong ---


def no_geometry(d: Document) -> None:
    del hall(d)["geometry"]


def null_geometry(d: Document) -> None:
    hall(d)["geometry"] = None


def text_geometry(d: Document) -> None:
    hall(d)["geometry"] = "POLYGON((0 0, 1 0, 1 1, 0 0))"


def empty_collection(d: Document) -> None:
    hall(d)["geometry"] = {"type": "GeometryCollection", "geometries": []}


def mixed_collection(d: Document) -> None:
    parts = [hall(d)["geometry"], {"type": "Point", "coordinates": at(1, 1)}]
    hall(d)["geometry"] = {"type": "GeometryCollection", "geometries": parts}


def empty_coordinates(d: Document) -> None:
    hall(d)["geometry"]["coordinates"] = []


def words_for_numbers(d: Document) -> None:
    hall(d)["geometry"]["coordinates"][0][1] = ["121.6", "29.8"]


def huge_number(d: Document) -> None:
    hall(d)["geometry"]["coordinates"][0][1] = [10**400, 29.8]


def unclosed(d: Document) -> None:
    hall(d)["geometry"]["coordinates"][0].pop()


def bow_tie(d: Document) -> None:
    ring = hall(d)["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


def flat_ring(d: Document) -> None:
    hall(d)["geometry"]["coordinates"] = [[at(0, 9), at(9, 9), at(5, 9), at(0, 9)]]


def one_swapped(d: Document) -> None:
    d["features"][3]["geometry"]["coordinates"].reverse()


def kiosk_from_a_gcj02_map(d: Document) -> None:
    """The buildings are drawn so that the kiosk's wrong place lies in one of them."""
    wrong = list(wgs84_to_gcj02(*at(5, 5)))
    d["features"][2]["geometry"]["coordinates"] = wrong
    ring = [[wrong[0] + i * 2e-4, wrong[1] + j * 2e-4] for i, j in CORNERS]
    d["features"].append(feature("Polygon", [ring], kind="building", name="Wrong place"))


CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))


def kiosk_from_a_wgs84_map(d: Document) -> None:
    """The file says GCJ-02 and is in it, all but the kiosk."""
    d.update(moved(d, wgs84_to_gcj02))
    d["patrol"] = {"datum": "GCJ02"}
    d["features"][2]["geometry"]["coordinates"] = at(5, 5)
    wrong = gcj02_to_wgs84(*at(5, 5))
    ring = [list(wgs84_to_gcj02(wrong[0] + i * 2e-4, wrong[1] + j * 2e-4)) for i, j in CORNERS]
    d["features"].append(feature("Polygon", [ring], kind="building", name="Wrong place"))


def two_datums(d: Document) -> None:
    d["patrol"] = {"datum": "WGS84"}
    d["crs"] = {"type": "name", "properties": {"name": "EPSG:4549"}}


def linked_crs(d: Document) -> None:
    d["crs"] = {"type": "link", "properties": {"href": "there"}}


def unknown_crs(d: Document) -> None:
    d["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::987654"}}


def degrees_said_metres(d: Document) -> None:
    d["patrol"] = {"datum": "EPSG:4549"}


def same_ids(d: Document) -> None:
    for one in d["features"][1:3]:
        one["id"] = "a"


def continent(d: Document) -> None:
    d["features"][3]["geometry"]["coordinates"] = [LON + 10, LAT]


def no_size(d: Document) -> None:
    d.update(moved(d, lambda x, y: [LON + (x - LON) * 1e-4, LAT + (y - LAT) * 1e-4]))


def tall_words(d: Document) -> None:
    hall(d)["properties"]["height_m"] = "tall"


def osm_words(d: Document) -> None:
    hall(d)["properties"] = {"building": "yes", "height": "two storeys", "name": "Hall"}


def two_ways_to_read(d: Document) -> None:
    hall(d)["properties"]["height_m"] = "12,500"


def huge_height(d: Document) -> None:
    hall(d)["properties"]["height_m"] = 1e999


def list_of_properties(d: Document) -> None:
    hall(d)["properties"] = ["building"]


def bearing_word(d: Document) -> None:
    d["features"][2]["properties"]["bearing_deg"] = "south"


def checkpoint_in_a_site(d: Document) -> None:
    d["features"].append(feature("Point", at(1, 1), kind="checkpoint"))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (no_geometry, r'feature 2 \(building "Hall"\): it has no geometry; draw it'),
        (null_geometry, r'feature 2 \(building "Hall"\): it has no geometry; draw it'),
        (text_geometry, "its geometry is not an object"),
        (empty_collection, "its geometry collection is empty"),
        (mixed_collection, "a building must be a Polygon, this is a Point"),
        (empty_coordinates, "its polygon has no ring"),
        (words_for_numbers, r'\["121.6", "29.8"\] is not a position like \[121.615, 29.868\]'),
        (huge_number, r"is not a position like"),
        (unclosed, r'"Hall"\): a ring is not closed; repeat its first point as its last'),
        (bow_tie, "its ring is not a simple polygon"),
        (flat_ring, "its ring"),
        (one_swapped, r"feature 4 \(tree\): \[29\.\d+, 121\.\d+\] is not .* these look swapped"),
        (
            kiosk_from_a_gcj02_map,
            r"lies inside the building 'Wrong place'; taken as GCJ-02 it would be right: "
            r'add "datum": "GCJ02" to its properties',
        ),
        (
            kiosk_from_a_wgs84_map,
            r"lies inside the building 'Wrong place'; taken as WGS 84 it would be right: "
            r'write "datum": "WGS84" in its properties',
        ),
        (two_datums, r'"patrol" says the datum WGS84 and "crs" says EPSG:4549'),
        (linked_crs, r'"crs" names no coordinate system'),
        (unknown_crs, "EPSG:987654 is not a coordinate system that PROJ knows"),
        (degrees_said_metres, "looks like degrees, but the file says EPSG:4549"),
        (same_ids, r"feature 3 \(kiosk .*its id 'a' is that of feature 2; give each an id"),
        (continent, r"it is 96\d\.\d km across, .* feature 4 \(tree\) lies 96\d\.\d km from"),
        (no_size, r"all of it lies within 1 m; is the datum WGS84 right\?"),
        (tall_words, r"\"Hall\"\): height_m: 'tall' is not a length, like 12.5"),
        (osm_words, r"\"Hall\"\): height: 'two storeys' is not a length"),
        (two_ways_to_read, "height_m: '12,500' can be read in two ways"),
        (huge_height, "height_m: inf is not a length|Infinity is not a number"),
        (list_of_properties, '"properties" must be an object'),
        (bearing_word, "bearing_deg must be degrees clockwise from north, it says 'south'"),
        (checkpoint_in_a_site, "a checkpoint belongs in a beat's file"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_feature(
    tmp_path: Path, harm: Callable[[Document], None], sentence: str
) -> None:
    document = site()
    harm(document)
    path = put(tmp_path, document)
    with pytest.raises(FileError, match=sentence) as caught:
        read_site(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_swapped_feature_outside_china_is_found_by_its_distance(tmp_path: Path) -> None:
    """In Zurich both orders are places on earth."""
    document = moved(site(), lambda x, y: [8.54 + x - LON, 47.37 + y - LAT])
    document["features"][3]["geometry"]["coordinates"].reverse()
    with pytest.raises(FileError, match=r"feature 4 \(tree\) lies .* look swapped"):
        read(tmp_path, document)


WRONG_TEXTS = [
    ("", "the file is empty"),
    (
        '{"type": "FeatureCollection",\n "features": [1,]}',
        r"line 2, column 1\d: .*comma .* \]",
    ),
    ('{"type": "FeatureCollection",}', r"a comma stands before the closing \}"),
    ('{"type": "FeatureCollection",\n "features": [', "the file ends too early; is it whole"),
    ('{"type":\n {"a": [1, NaN]}}', "line 2, column 12: this is not JSON: NaN is not a number"),
    ('{"name": "NaN", "a": -Infinity}', "column 22: this is not JSON: -Infinity is not a number"),
    ("<kml></kml>", "begins like XML"),
    ("[" * 100_000, "nested too deeply"),
    ('{"a": ' + "1" * 5000 + "}", "this is not JSON"),
    ('{"type": "Topology", "objects": {}}', "this is TopoJSON; export it as GeoJSON"),
    ('{"version": 0.6, "elements": []}', "this is Overpass JSON; export it as GeoJSON"),
    ('{"type": "Point", "coordinates": [121, 29]}', "this is one Point alone; a site is a"),
    ('{"type": "Feature", "geometry": null}', "this is one Feature alone; a site is a"),
    ('{"type": "FeatureCollection"}', 'it has no "features"'),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG_TEXTS)
def test_a_text_that_is_no_site_is_refused_with_its_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(FileError, match=sentence) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    document = site()
    hall(document)["properties"]["name"] = "Müllerstraße Café"
    with pytest.raises(FileError, match="is not UTF-8 text; save the file as UTF-8"):
        read(tmp_path, document, "latin-1")


def test_no_harm_that_is_done_to_a_file_ends_in_anything_but_a_sentence(
    tmp_path: Path, repository: Path
) -> None:
    """Whatever value stands wherever, the answer is a site or a FileError."""
    whole = json.loads((repository / "launch/sites/ningbo_east.site.geojson").read_text("utf-8"))
    odd = [
        None,
        True,
        -1,
        0,
        1e308,
        "",
        "x",
        [],
        {},
        [[]],
        [None],
        {"type": "Point"},
        "12,5",
        10**400,
    ]
    dice = random.Random(4)

    def harm(node: Any) -> None:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = dice.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.85:
            harm(node[key])
        elif dice.random() < 0.2:
            del node[key]
        else:
            node[key] = dice.choice(odd)

    said = []
    for _ in range(250):
        document = copy.deepcopy(whole)
        harm(document)
        try:
            read(tmp_path, document)
        except FileError as error:
            said.append(str(error))
    assert not any("\n" in sentence for sentence in said)
    assert 60 < len(said) < 250


@pytest.mark.parametrize("datum", ["EPSG:4549"])
def test_twenty_thousand_features_are_read_in_a_few_seconds(tmp_path: Path, datum: str) -> None:
    document = site()
    for number in range(20_000):
        west, south = 10 * (number % 200) + 100, 10 * (number // 200) + 50
        document["features"].append(
            feature("Polygon", box(west, south, west + 6, south + 6), building="yes", height="9")
        )
    if datum != "WGS84":
        document = moved(document, lambda x, y: from_wgs84(x, y, datum))
        document["patrol"] = {"datum": datum}
    path = put(tmp_path, document)
    begin = time.process_time()
    found = read_site(path)
    took_s = time.process_time() - begin
    print(f"\n20 000 buildings in {datum}: {took_s:.1f} s of a core")
    assert len(found.buildings) == 20_001
    assert took_s < 12  # 3 to 4 s on an idle machine

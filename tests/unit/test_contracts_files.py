"""Sites and beats of other people are read; broken ones get one sentence with file and feature."""

import copy
import json
from pathlib import Path

import pytest

from comms.contracts.beat_reader import read_beat, read_beats
from comms.contracts.datums import from_wgs84
from comms.contracts.errors import FileError
from comms.contracts.site_reader import read_site

ROOT = Path(__file__).parents[2]
SITE = ROOT / "launch/sites/ningbo_east.site.geojson"
BEAT = ROOT / "launch/beats/plaza.beat.geojson"


@pytest.fixture
def document():
    return json.loads(SITE.read_text(encoding="utf-8"))


@pytest.fixture
def beat_document():
    return json.loads(BEAT.read_text(encoding="utf-8"))


def write(folder, document, name="x.site.geojson"):
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def first(document, kind):
    return next(f for f in document["features"] if f["properties"]["kind"] == kind)


def convert(document, datum):
    """The same document with its coordinates in another datum."""

    def walk(node):
        if isinstance(node[0], list):
            return [walk(item) for item in node]
        return list(from_wgs84(node[0], node[1], datum))

    converted = copy.deepcopy(document)
    converted["patrol"]["datum"] = datum
    converted["patrol"].pop("origin", None)
    for feature in converted["features"]:
        feature["geometry"]["coordinates"] = walk(feature["geometry"]["coordinates"])
    return converted


def test_the_sample_site_and_both_its_beats_are_read():
    site = read_site(SITE)
    beats = read_beats(ROOT / "launch/beats", site)
    assert {b.name_zh for b in site.buildings} >= {"甲座", "滨江商场"}
    assert sorted(beats) == ["block", "plaza"]
    assert [c.name for c in beats["plaza"].checkpoints] == ["Bus stop", "Plaza gate", "Fountain"]


@pytest.mark.parametrize("datum", ["CGCS2000", "GCJ-02", "EPSG:4549", "EPSG:32651"])
def test_the_same_site_in_another_datum_lies_at_the_same_place(tmp_path, document, datum):
    ours, theirs = read_site(SITE), read_site(write(tmp_path, convert(document, datum)))
    for a, b in zip(ours.buildings, theirs.buildings, strict=True):
        here, there = (s.frame.to_geo(*r[0]) for s, r in ((ours, a.ring), (theirs, b.ring)))
        assert here.latitude_deg == pytest.approx(there.latitude_deg, abs=1e-7)
        assert here.longitude_deg == pytest.approx(there.longitude_deg, abs=1e-7)


def test_an_export_of_openstreetmap_with_a_kiosk_is_a_site():
    site = read_site(ROOT / "tests/data/sites/osm_export.site.geojson")
    assert {round(b.height_m, 1) for b in site.buildings} == {12.0, 19.2, 10.0}
    assert sum(w.is_crossing for w in site.walkways) == 1
    assert len(site.roads) == 1


def break_geometry(d):
    first(d, "building")["geometry"] = None


def break_ring(d):
    first(d, "building")["geometry"]["coordinates"][0].pop()


def cross_ring(d):
    ring = first(d, "building")["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


def swap_axes(d):
    first(d, "kiosk")["geometry"]["coordinates"].reverse()


def use_metres(d):
    first(d, "kiosk")["geometry"]["coordinates"] = [656041.6, 3306576.4]


def misspell(d):
    first(d, "keep_out")["properties"]["kind"] = "keepout"


def wrong_type(d):
    first(d, "walkway")["geometry"] = {"type": "Point", "coordinates": [121.615, 29.868]}


def negative_height(d):
    first(d, "building")["properties"]["height_m"] = -3


def no_kiosk(d):
    d["features"] = [f for f in d["features"] if f["properties"]["kind"] != "kiosk"]


def far_feature(d):
    first(d, "tree")["geometry"]["coordinates"] = [120.615, 29.868]


def kiosk_in_building(d):
    first(d, "kiosk")["geometry"]["coordinates"] = [121.6153, 29.86905]


def repeat_id(d):
    d["features"][5]["id"] = d["features"][4]["id"]


def unknown_datum(d):
    d["patrol"]["datum"] = "BD09"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (break_geometry, r'feature \d+ \(building "Tower A"\): it has no geometry'),
        (break_ring, r'building "Tower A"\): a ring is not closed; repeat its first point'),
        (cross_ring, r'building "Tower A"\): its ring is not a simple polygon \(self-intersection'),
        (swap_axes, r'kiosk "Kiosk 1"\): \[29\.8\d+, 121\.\d+\] is not .* look swapped'),
        (use_metres, r'kiosk "Kiosk 1"\): .* these look like metres; say which projection'),
        (misspell, r"the kind 'keepout' is not known; did you mean 'keep_out'\?"),
        (wrong_type, r"a walkway must be a LineString, this is a Point"),
        (negative_height, r'"Tower A"\): height_m: Input should be greater than 0 \(it says -3\)'),
        (no_kiosk, r"it has no kiosk; add a Point"),
        (far_feature, r"it is 9\d\.\d km across"),
        (
            kiosk_in_building,
            r"the dock of the kiosk \"Kiosk 1\" lies inside the building 'Tower A'",
        ),
        (repeat_id, r"its id '.*' is that of feature 5"),
        (unknown_datum, r"the datum 'BD09' is not known; use WGS84"),
    ],
)
def test_a_broken_site_is_refused_with_one_sentence(tmp_path, document, harm, sentence):
    harm(document)
    path = write(tmp_path, document)
    with pytest.raises(FileError, match=sentence) as caught:
        read_site(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "line 1, column 2: this is not JSON"),
        ("[]", "this is not GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', 'it has no "features"'),
        ('{"type": "FeatureCollection", "features": [1]}', 'feature 1: it is not a {"type"'),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is not a number"),
    ],
)
def test_a_file_that_is_no_site_at_all_is_refused(tmp_path, text, sentence):
    path = tmp_path / "x.site.geojson"
    path.write_text(text)
    with pytest.raises(FileError, match=sentence):
        read_site(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileError, match="there is no such file"):
        read_site(tmp_path / "none.geojson")


def leave_site(d):
    d["features"][1]["geometry"]["coordinates"] = [121.6181, 29.868]


def into_tower(d):
    d["features"][1]["geometry"]["coordinates"] = [121.6153, 29.86905]


def off_walkways(d):
    d["features"][1]["geometry"]["coordinates"] = [121.6152898, 29.8687668]


def into_keep_out(d):
    d["features"][1]["geometry"]["coordinates"] = [121.6142, 29.86905]


def as_line(d):
    d["features"][1]["geometry"] = {
        "type": "LineString",
        "coordinates": [[121.615, 29.868], [121.616, 29.868]],
    }


def unknown_action(d):
    d["features"][1]["properties"]["actions"] = ["dance"]


def other_site(d):
    d["patrol"]["site"] = "hangzhou"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (leave_site, r'"Plaza gate"\): the checkpoint is \d+ m outside the site \'ningbo_east\''),
        (into_tower, r'"Plaza gate"\): the checkpoint lies inside the building \'Tower A\''),
        (into_keep_out, r"the checkpoint lies inside the keep-out 'Construction site'"),
        (off_walkways, r"the checkpoint is \d+ m away from every walkway and plaza"),
        (as_line, r"a checkpoint must be one Point, this is a LineString"),
        (unknown_action, r"the action 'dance' is not known; use look_around, wait"),
        (other_site, r"it belongs to the site 'hangzhou', not to 'ningbo_east'"),
    ],
)
def test_a_broken_beat_is_refused_with_one_sentence(tmp_path, beat_document, harm, sentence):
    harm(beat_document)
    path = write(tmp_path, beat_document, "x.beat.geojson")
    with pytest.raises(FileError, match=sentence):
        read_beat(path, read_site(SITE))


def test_a_beat_in_gcj02_that_says_wgs84_gets_the_hint(tmp_path, beat_document):
    converted = convert(beat_document, "GCJ-02")
    converted["patrol"]["datum"] = "WGS84"
    path = write(tmp_path, converted, "x.beat.geojson")
    with pytest.raises(FileError, match=r'taken as GCJ-02 it would be right: add "datum": "GCJ02"'):
        read_beat(path, read_site(SITE))


def test_a_beat_in_gcj02_that_says_so_is_read_at_the_right_place(tmp_path, beat_document):
    site = read_site(SITE)
    path = write(tmp_path, convert(beat_document, "GCJ-02"), "x.beat.geojson")
    for ours, theirs in zip(
        read_beat(BEAT, site).checkpoints, read_beat(path, site).checkpoints, strict=True
    ):
        assert theirs.position.latitude_deg == pytest.approx(ours.position.latitude_deg, abs=1e-7)

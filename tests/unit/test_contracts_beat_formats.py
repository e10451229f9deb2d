"""Beats as GeoJSON, GPX and KML: other people's files, the way there and back, and mistakes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comms.centre.site_files import read_site_files
from comms.cli.app import main
from comms.contracts.beat import Beat, Checkpoint, CheckpointAction
from comms.contracts.beat_reader import load_beat, read_beat, read_beats
from comms.contracts.beat_writer import FORMATS, write_beat
from comms.contracts.datums import wgs84_to_gcj02
from comms.contracts.errors import FileError
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site

ROOT = Path(__file__).parents[2]
SITE_FILE = ROOT / "launch/sites/ningbo_east.site.geojson"
BEATS = ROOT / "launch/beats"
GATE, FOUNTAIN, STOP = (
    (121.61562103, 29.86827063),
    (121.61566243, 29.86837889),
    (121.61547612, 29.86809021),
)


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(SITE_FILE)


def gpx(inside: str, version: str = "1.1") -> str:
    space = f"http://www.topografix.com/GPX/{version.replace('.', '/')}"
    return f'<?xml version="1.0"?>\n<gpx version="{version}" xmlns="{space}">{inside}</gpx>'


def wpt(place: tuple[float, float], name: str = "", tag: str = "wpt", inside: str = "") -> str:
    named = f"<name>{name}</name>" if name else ""
    return f'<{tag} lat="{place[1]}" lon="{place[0]}">{named}{inside}</{tag}>'


def kml(inside: str) -> str:
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'


def mark(place: str, name: str = "") -> str:
    point = f"<Point><coordinates>{place}</coordinates></Point>"
    return f"<Placemark><name>{name}</name>{point}</Placemark>"


def text(place: tuple[float, float]) -> str:
    return f"{place[0]},{place[1]}"


def put(folder: Path, name: str, content: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def names(beat: Beat) -> list[str]:
    return [checkpoint.name for checkpoint in beat.checkpoints]


# --- read ---


def test_waypoints_of_a_gpx_file_are_checkpoints_in_its_order(tmp_path: Path, site: Site) -> None:
    inside = "<metadata><name>Evening</name></metadata>" + wpt(
        GATE, "Gate", inside="<desc>look</desc>"
    )
    path = put(tmp_path, "evening.gpx", gpx(inside + wpt(STOP, "Bus stop")))
    beat = read_beat(path, site)
    assert (beat.beat_id, beat.name, beat.site_id) == ("evening", "Evening", "ningbo_east")
    assert names(beat) == ["Gate", "Bus stop"]
    assert beat.checkpoints[0].description == "look"
    assert beat.checkpoints[0].position.longitude_deg == GATE[0]


def test_a_route_gives_the_order_where_it_passes_all_the_waypoints(
    tmp_path: Path, site: Site
) -> None:
    route = [wpt(place, tag="rtept") for place in (STOP, GATE, FOUNTAIN, STOP)]
    inside = wpt(GATE, "Gate") + wpt(STOP, "Bus stop") + f"<rte>{''.join(route)}</rte>"
    beat = read_beat(put(tmp_path, "a.gpx", gpx(inside, "1.0")), site)
    assert names(beat) == ["Bus stop", "Gate", "", "Bus stop"]


def test_waypoints_beside_a_route_come_before_it_and_none_is_lost(
    tmp_path: Path, site: Site
) -> None:
    inside = wpt(GATE, "Gate") + wpt(STOP, "Bus stop")
    inside += f"<rte>{wpt(STOP, 'x', 'rtept')}{wpt(FOUNTAIN, 'Fountain', 'rtept')}</rte>"
    assert names(read_beat(put(tmp_path, "a.gpx", gpx(inside)), site)) == [
        "Gate", "Bus stop", "Fountain",
    ]  # fmt: skip


def test_placemarks_of_a_kml_file_are_checkpoints_and_its_lines_are_for_people(
    tmp_path: Path, site: Site
) -> None:
    line = f"<LineString><coordinates>{text(GATE)} {text(STOP)}</coordinates></LineString>"
    inside = (
        f"<name>夜巡</name><Placemark><name>way</name>{line}</Placemark>"
        f"<Folder>{mark(text(GATE) + ',4.5', '广场入口')}</Folder>{mark(text(STOP), 'Bus stop')}"
    )
    beat = read_beat(put(tmp_path, "a.kml", kml(inside)), site)
    assert beat.name == "夜巡"
    assert names(beat) == ["广场入口", "Bus stop"]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("gbk", "GBK"), ("utf-16", "UTF-16"), ("utf-8-sig", "UTF-8")]
)
def test_xml_in_any_chinese_encoding_is_read(
    tmp_path: Path, site: Site, encoding: str, declared: str
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    path = put(tmp_path, "a.kml", head + kml(mark(text(GATE), "广场入口")), encoding)
    assert names(read_beat(path, site)) == ["广场入口"]


def test_words_of_other_programs_in_gpx_are_left_alone(tmp_path: Path, site: Site) -> None:
    other = '<extensions xmlns:o="urn:o"><o:actions>dance</o:actions><o:id>1</o:id></extensions>'
    inside = wpt(GATE, "A", inside=other) + wpt(STOP, "B", inside=other)
    beat = read_beat(put(tmp_path, "a.gpx", gpx(inside)), site)
    assert [c.actions for c in beat.checkpoints] == [(), ()]


def test_one_point_alone_is_a_beat_of_one_checkpoint(tmp_path: Path, site: Site) -> None:
    point = {"type": "Point", "coordinates": list(GATE)}
    for document in (point, {"type": "Feature", "properties": None, "geometry": point}):
        path = put(tmp_path, "one.beat.geojson", json.dumps(document))
        assert len(read_beat(path, site).checkpoints) == 1


def test_a_table_of_qgis_with_empty_cells_is_a_beat(tmp_path: Path, site: Site) -> None:
    empty = dict.fromkeys(("kind", "id", "name_zh", "wait_s", "announcement", "language", "order"))
    points = [
        {
            "type": "Feature",
            "properties": {**empty, "fid": fid, "actions": "picture, wait", "wait_s": "2,5"},
            "geometry": {"type": "MultiPoint", "coordinates": [list(place)]},
        }
        for fid, place in enumerate((GATE, STOP))
    ]
    document = {"type": "FeatureCollection", "features": points}
    beat = read_beat(put(tmp_path, "a.beat.geojson", json.dumps(document)), site)
    assert beat.checkpoints[0].actions == (CheckpointAction.PICTURE, CheckpointAction.WAIT)
    assert beat.checkpoints[0].wait_s == 2.5


# --- mistakes ---

LAUGHS = (
    '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><gpx><wpt lat="1" lon="2">'
    "<name>&b;</name></wpt></gpx>"
)
FAR = (121.7, 29.9)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.gpx", "", "the file is empty"),
        ("a.gpx", "{}", r"line 1, column 1: this is not XML"),
        ("a.gpx", "<gpx><wpt></gpx>", r"line 1, column \d+: this is not XML: mismatched tag"),
        ("a.gpx", LAUGHS, "it has a DOCTYPE, which is refused"),
        ("a.gpx", kml(""), "its root is <kml>, a <gpx> is needed"),
        ("a.gpx", gpx(""), "it has no waypoint; a beat needs waypoints"),
        ("a.gpx", gpx("<trk><trkseg/></trk>"), "it has 1 tracks and no waypoint"),
        (
            "a.gpx",
            gpx('<wpt lat="29.8"><name>A</name></wpt>'),
            r'waypoint 1 \("A"\): it has no "lon"',
        ),
        ("a.gpx", gpx(wpt((29.8, 121.6), "A")), r"lat='121.6' is not degrees .* look swapped"),
        ("a.gpx", gpx('<wpt lat="nan" lon="1"/>'), "waypoint 1: lat='nan' is not degrees"),
        ("a.gpx", gpx('<wpt lat="29,8" lon="1"/>'), "lat='29,8' is not degrees"),
        (
            "a.gpx",
            gpx(wpt(FAR, "A")),
            r'waypoint 1 \("A"\): the checkpoint is \d+ m outside the site',
        ),
        (
            "a.gpx",
            gpx(wpt(wgs84_to_gcj02(*GATE), "A")),
            r"taken as GCJ-02 it would be right: turn the file into GeoJSON with `patrol beat exp",
        ),
        ("a.kml", kml(""), "it has no placemark with a Point"),
        (
            "a.kml",
            kml("<Placemark><name>A</name></Placemark>"),
            r'placemark 1 \("A"\): it has no place',
        ),
        ("a.kml", kml(mark("121.6, 29.8", "A")), "has spaces in it; write longitude,latitude"),
        ("a.kml", kml(mark("121.6", "A")), "'121.6' is not a place like"),
        ("a.kml", kml(mark("29.8,121.6", "A")), "longitude comes first in KML, these look swapped"),
        ("a.kml", kml(mark("nan,29.8", "A")), r'placemark 1 \("A"\): .* is not longitude,latitude'),
        ("a.kml", "PK\x03\x04....", "this is a ZIP archive"),
    ],
)
def test_a_mistake_in_gpx_or_kml_is_one_sentence_with_its_place(
    tmp_path: Path, site: Site, name: str, content: str, sentence: str
) -> None:
    path = put(tmp_path, name, content)
    with pytest.raises(FileError, match=sentence) as caught:
        read_beat(path, site)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def beat_of(places: list[tuple[float, float]], **header: str) -> str:
    points = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": list(at)},
        }
        for at in places
    ]
    return json.dumps({"type": "FeatureCollection", "patrol": header, "features": points})


@pytest.mark.parametrize(
    ("places", "header", "sentence"),
    [
        ([GATE, FAR], {}, r"feature 2 \(id 2\): the checkpoint is \d+ m outside the site"),
        ([wgs84_to_gcj02(*GATE)], {}, 'taken as GCJ-02 it would be right: add "datum": "GCJ02" to'),
        (
            [GATE],
            {"datum": "GCJ02"},
            'taken as WGS 84 it would be right: write "datum": "WGS84"',
        ),
        ([(29.868, 121.615)], {}, "these look swapped"),
    ],
)
def test_a_beat_that_lies_elsewhere_says_what_would_be_right(
    tmp_path: Path, site: Site, places: list[tuple[float, float]], header: dict[str, str],
    sentence: str,
) -> None:  # fmt: skip
    path = put(tmp_path, "a.beat.geojson", beat_of(places, **header))
    with pytest.raises(FileError, match=sentence):
        read_beat(path, site)


def test_a_right_beat_on_a_site_that_hides_its_gcj02_points_at_the_site(tmp_path: Path) -> None:
    document = json.loads(SITE_FILE.read_text("utf-8"))
    for one in document["features"]:
        one["geometry"]["coordinates"] = turned(one["geometry"]["coordinates"])
    document["patrol"].pop("origin")
    wrong = read_site(put(tmp_path, "x.site.geojson", json.dumps(document)))
    path = put(tmp_path, "a.beat.geojson", beat_of([GATE]))
    with pytest.raises(FileError, match="if the site's coordinates were GCJ-02 unsaid"):
        read_beat(path, wrong)


def turned(node):  # type: ignore[no-untyped-def]
    return list(wgs84_to_gcj02(*node)) if isinstance(node[0], float) else [turned(n) for n in node]


# --- there and back ---

WORDS = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=30)
POINTS = st.builds(
    Checkpoint,
    checkpoint_id=st.uuids().map(str),
    name=WORDS,
    name_zh=WORDS,
    description=WORDS,
    position=st.builds(
        GeoPoint,
        latitude_deg=st.floats(-89, 89).map(lambda v: round(v, 8)),
        longitude_deg=st.floats(-179, 179).map(lambda v: round(v, 8)),
    ),
    actions=st.lists(st.sampled_from(CheckpointAction), max_size=4).map(tuple),
    wait_s=st.sampled_from([0, 5.0, 12.5, 3600]),
    announcement=WORDS,
    language=st.sampled_from(["zh-CN", "en"]),
)


@pytest.mark.parametrize("form", FORMATS)
@given(points=st.lists(POINTS, min_size=1, max_size=5, unique_by=lambda c: c.checkpoint_id))
def test_a_beat_that_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, form: str, points: list[Checkpoint]
) -> None:
    beat = Beat(beat_id="b", name="Beat", name_zh="巡逻", site_id="s", checkpoints=tuple(points))
    path = tmp_path_factory.getbasetemp() / f"there.{form}"
    path.write_text(write_beat(beat, form), encoding="utf-8")
    assert load_beat(path).beat.model_copy(update={"source": ""}) == beat


def test_a_folder_of_all_three_formats_is_read_and_given_out_by_the_centre(tmp_path: Path) -> None:
    beats = tmp_path / "beats"
    beats.mkdir()
    shutil.copy(BEATS / "block.beat.geojson", beats)
    put(beats, "north.gpx", gpx(wpt(GATE, "Gate")))
    put(beats, "south.kml", kml(mark(text(STOP), "Bus stop")))
    (beats / "notes.txt").write_text("not a beat")
    assert sorted(read_beats(beats, read_site(SITE_FILE))) == ["block", "north", "south"]
    given = read_site_files(SITE_FILE, beats).beats
    assert [f["properties"]["name"] for f in json.loads(given["south"])["features"]] == ["Bus stop"]


# --- the command line ---


def test_check_prints_a_summary_or_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["site", "check", str(SITE_FILE)]) == 0
    assert "site 'ningbo_east' is good: 11 buildings, 20 walkways" in capsys.readouterr().out
    good = put(tmp_path, "good.gpx", gpx(wpt(GATE, "Gate")))
    assert main(["beat", "check", str(good), "--site", str(SITE_FILE)]) == 0
    assert capsys.readouterr().out == f"{good}: beat 'good' is good: 1 checkpoints, 0 actions\n"
    bad = put(tmp_path, "bad.site.geojson", '{"type": "FeatureCollection", "features": []}')
    assert main(["site", "check", str(bad)]) == 1
    assert capsys.readouterr().err.startswith(f"patrol: {bad}: it has no")
    far = put(tmp_path, "far.kml", kml(mark(text(FAR), "A")))
    assert main(["beat", "check", str(far), "--site", str(SITE_FILE)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f'patrol: {far}, placemark 1 ("A"): the checkpoint is')
    assert said.count("\n") == 1


@pytest.mark.parametrize("form", FORMATS)
def test_export_writes_a_file_that_is_the_same_beat(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    target = tmp_path / f"out.{form}"
    source = BEATS / "plaza.beat.geojson"
    assert main(["beat", "export", str(source), "--to", form, "-o", str(target)]) == 0
    assert "3 checkpoints" in capsys.readouterr().out
    there, here = read_beat(target, site), read_beat(source, site)
    assert there.model_copy(update={"source": here.source}) == here


def test_export_mends_a_gpx_file_that_was_in_gcj02(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = put(tmp_path, "a.gpx", gpx(wpt(wgs84_to_gcj02(*GATE), "Gate")))
    assert main(["beat", "export", str(path), "--to", "geojson", "--datum", "GCJ02"]) == 0
    there = read_beat(tmp_path / "a.beat.geojson", site).checkpoints[0].position
    assert (there.longitude_deg, there.latitude_deg) == pytest.approx(GATE, abs=1e-8)


def test_export_says_what_it_cannot_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = str(BEATS / "plaza.beat.geojson")
    assert main(["beat", "export", source, "--to", "shp"]) == 1
    assert "the format 'shp' is not known; use geojson, gpx, kml" in capsys.readouterr().err
    mine = put(tmp_path, "a.gpx", gpx(wpt(GATE)))
    assert main(["beat", "export", str(mine), "--to", "gpx"]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    (tmp_path / "plaza.kml").write_text("somebody's")
    assert main(["beat", "export", source, "--to", "kml"]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert (tmp_path / "plaza.kml").read_text() == "somebody's"

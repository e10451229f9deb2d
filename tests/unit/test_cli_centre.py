"""The command line against a real command centre: what it prints, and its one-line errors."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from comms.centre.site_files import read_site_files
from comms.cli.app import main
from comms.cli.flight_commands import yaw_of
from comms.wire import link_pb2, types_pb2
from tests.unit.centre_rig import UNIT, HandUnit, RunningCentre, finding, until

HERE = ("29.868", "121.615")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def centre(state: Path, repository: Path) -> Iterator[RunningCentre]:
    launch = repository / "launch"
    site = read_site_files(launch / "sites/ningbo_east.site.geojson", launch / "beats")
    running = RunningCentre(state, site)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def unit(centre: RunningCentre) -> Iterator[HandUnit]:
    unit = centre.unit()
    unit.wait("welcome")
    yield unit
    unit.close()


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch, state: Path, centre: RunningCentre, unit: HandUnit
) -> None:
    monkeypatch.setenv("PATROL_STATE_DIR", str(state))
    monkeypatch.setenv("PATROL_CENTRE", f"localhost:{centre.port}")


def patrol(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_a_go_to_is_sent_to_the_one_unit(
    capsys: pytest.CaptureFixture[str], unit: HandUnit
) -> None:
    status, out, _ = patrol(capsys, "task", "go-to", *HERE, "--text", "look at the gate")
    assert status == 0
    task_id = out.split()[0]
    task = until(lambda: [t for t in unit.all_of("task") if t.task_id == task_id])[0]
    assert (task.unit_id, task.text) == (UNIT, "look at the gate")
    assert task.points[0].longitude_deg == 121.615


def test_an_orbit_waits_for_approval_by_the_begin_of_its_id(
    capsys: pytest.CaptureFixture[str], unit: HandUnit
) -> None:
    status, out, err = patrol(capsys, "task", "orbit", *HERE, "--height", "40")
    assert status == 0
    assert "proposed" in out
    assert "patrol approve" in err
    task_id = out.split()[0]
    status, out, _ = patrol(capsys, "approve", task_id[:8], "--by", "Wang")
    assert (status, out.split()[:2]) == (0, [task_id, "sent"])
    task = until(lambda: [t for t in unit.all_of("task") if t.task_id == task_id])[0]
    assert (task.height_m, task.approval.by) == (40.0, "Wang")


def test_lists_are_tables_or_json(capsys: pytest.CaptureFixture[str], unit: HandUnit) -> None:
    unit.record(1, finding=finding(1, reason="a person lies on the ground"))
    until(lambda: unit.acked(1))
    status, out, _ = patrol(capsys, "findings")
    assert status == 0
    assert "a person lies on the ground" in out
    assert "1 of 1" in out
    _, out, _ = patrol(capsys, "findings", "--json")
    assert json.loads(out)["finding_id"] == "finding-1"
    _, out, _ = patrol(capsys, "units", "--json")
    assert json.loads(out)["unit_id"] == UNIT
    assert patrol(capsys, "units")[0] == 0
    assert patrol(capsys, "tasks")[0] == 0
    assert patrol(capsys, "visits")[0] == 0


def test_a_stop_waits_for_the_unit_s_confirmation(
    capsys: pytest.CaptureFixture[str], unit: HandUnit
) -> None:
    def confirm() -> None:
        stop = unit.wait("stop")[-1]
        unit.send(
            stop_receipt=link_pb2.StopReceipt(
                stop_id=stop.stop_id, effective=True, detail="robot stopped"
            )
        )

    thread = threading.Thread(target=confirm)
    thread.start()
    status, out, _ = patrol(capsys, "stop")
    thread.join()
    assert (status, out.strip()) == (0, f"{UNIT}: robot stopped")


def test_an_unconfirmed_stop_is_an_error(
    capsys: pytest.CaptureFixture[str], unit: HandUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comms.cli.app.STOP_WITHIN_S", 0.3)
    status, _, err = patrol(capsys, "stop", UNIT)
    assert (status, err.strip()) == (1, f"patrol: {UNIT}: no confirmation")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("task", "go-to", "29.9", "121.615"), "m outside the site"),
        (("task", "patrol", "nowhere"), "there is no beat 'nowhere'; there is"),
        (("approve", "zzz"), "there is no task 'zzz'"),
        (("stop", "nobody"), "there is no unit 'nobody'"),
        (("site", "check", "no.geojson"), "no.geojson: there is no such file"),
    ],
)
def test_an_error_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    status, out, err = patrol(capsys, *arguments)
    assert (status, out) == (1, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_centre_that_does_not_answer_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATROL_CENTRE", "localhost:9")
    status, _, err = patrol(capsys, "units")
    assert status == 1
    assert "nobody answers at localhost:9: is the command centre running?" in err
    assert err.count("\n") == 1


def test_a_missing_certificate_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATROL_STATE_DIR", str(tmp_path))
    status, _, err = patrol(capsys, "units")
    assert status == 1
    assert "ca.crt is missing" in err
    assert err.count("\n") == 1


def test_site_and_beat_files_are_checked(
    capsys: pytest.CaptureFixture[str], repository: Path
) -> None:
    site = str(repository / "launch/sites/ningbo_east.site.geojson")
    status, out, _ = patrol(capsys, "site", "check", site)
    assert (status, "is good" in out) == (0, True)
    beat = str(repository / "launch/beats/plaza.beat.geojson")
    status, out, _ = patrol(capsys, "beat", "check", beat, "--site", site)
    assert (status, "is good: 3 checkpoints" in out) == (0, True)


def test_following_a_task_ends_with_it(capsys: pytest.CaptureFixture[str], unit: HandUnit) -> None:
    def do() -> None:
        before = len(unit.all_of("task"))
        task = unit.wait("task", before + 1)[-1]
        for seq, state in ((100, "RUNNING"), (101, "FAILED")):
            step = types_pb2.TaskUpdate(
                task_id=task.task_id, vehicle=types_pb2.VEHICLE_ROBOT,
                state=types_pb2.TaskState.Value(f"TASK_STATE_{state}"), reason="wheel lost",
            )  # fmt: skip
            unit.record(seq, task_update=step)

    thread = threading.Thread(target=do)
    thread.start()
    status, out, _ = patrol(capsys, "task", "return", "--follow")
    thread.join()
    assert status == 1
    assert out.splitlines()[-1].endswith("failed: wheel lost")


FLIGHTS = [
    (["watch", *HERE, "--bearing", "90"], "TASK_KIND_WATCH", 1),
    (["escort", "--distance", "12"], "TASK_KIND_ESCORT", 0),
    (["survey", "29.868,121.615", "29.868,121.616", "29.869,121.616"], "TASK_KIND_SURVEY", 3),
    (["corridor", "29.868,121.615", "29.868,121.616", "--width", "30"], "TASK_KIND_CORRIDOR", 2),
    (["corridor", "--beat", "plaza"], "TASK_KIND_CORRIDOR", 0),
    (["perimeter", "29.868,121.615", "29.868,121.616", "29.869,121.616"], "TASK_KIND_PERIMETER", 3),
    (["search", *HERE, "--radius", "50"], "TASK_KIND_SEARCH", 1),
]


@pytest.mark.parametrize(("arguments", "kind", "points"), FLIGHTS, ids=lambda v: str(v))
def test_every_flight_can_be_ordered_and_waits_for_a_person(
    capsys: pytest.CaptureFixture[str],
    centre: RunningCentre,
    arguments: list[str],
    kind: str,
    points: int,
) -> None:
    status, out, err = patrol(capsys, "task", *arguments)
    assert (status, "proposed" in out, "patrol approve" in err) == (0, True, True)
    record = json.loads(patrol(capsys, "tasks", "--json", "--limit", "1")[1])
    assert (record["task"]["kind"], len(record["task"].get("points", []))) == (kind, points)


def test_an_area_drawn_elsewhere_is_surveyed(
    capsys: pytest.CaptureFixture[str], centre: RunningCentre, tmp_path: Path
) -> None:
    ring = "121.615,29.868 121.616,29.868 121.616,29.869 121.615,29.868"
    kml = tmp_path / "area.kml"
    kml.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs>'
        f"<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></kml>"
    )
    status, out, _ = patrol(capsys, "task", "survey", "--file", str(kml))
    assert (status, "proposed" in out) == (0, True)
    record = json.loads(patrol(capsys, "tasks", "--json", "--limit", "1")[1])
    assert len(record["task"]["points"]) == 3
    status, _, err = patrol(capsys, "task", "survey", "29.8,121.6", "--file", str(kml))
    assert (status, "not both" in err) == (1, True)


def test_a_plan_made_elsewhere_travels_inside_its_task(
    capsys: pytest.CaptureFixture[str], unit: HandUnit, tmp_path: Path
) -> None:
    file = tmp_path / "my.plan"
    file.write_text('{"fileType": "Plan",\n "version": 1}', "utf-8-sig")
    status, out, _ = patrol(capsys, "task", "plan", str(file))
    assert (status, "proposed" in out) == (0, True)
    task_id = out.split()[0]
    assert patrol(capsys, "approve", task_id, "--by", "Wang")[0] == 0
    sent = until(lambda: [t for t in unit.all_of("task") if t.task_id.startswith(task_id)])[0]
    assert json.loads(sent.plan_json) == {"fileType": "Plan", "version": 1}
    file.write_text("{}")
    status, _, err = patrol(capsys, "task", "plan", str(file))
    assert (status, 'it needs "fileType": "Plan"' in err) == (1, True)


def test_a_landing_is_sent_at_once(capsys: pytest.CaptureFixture[str], unit: HandUnit) -> None:
    status, out, _ = patrol(capsys, "task", "emergency-land")
    assert (status, "sent" in out) == (0, True)
    task_id = out.split()[0]
    task = until(lambda: [t for t in unit.all_of("task") if t.task_id == task_id])[0]
    assert (task.kind, task.priority) == (types_pb2.TASK_KIND_EMERGENCY_LAND, 9)


@pytest.mark.parametrize(
    ("corners", "sentence"),
    [
        (["29.868;121.615"] * 3, "should be LAT,LON in degrees"),
        (["121.615,29.868"] * 3, "should be LAT,LON in degrees"),
        (["nan,29.868"] * 3, "should be LAT,LON in degrees"),
        (["29.868,121.615"] * 2, "a survey task needs 3 to 100 points, and has 2 points"),
    ],
)
def test_a_wrong_corner_is_one_sentence_and_no_task(
    capsys: pytest.CaptureFixture[str], corners: list[str], sentence: str
) -> None:
    before = patrol(capsys, "tasks", "--json")[1]
    status, _, err = patrol(capsys, "task", "survey", *corners)
    assert status == 1
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert patrol(capsys, "tasks", "--json")[1] == before


def test_a_bearing_is_compass_degrees_and_a_yaw_is_counted_from_east() -> None:
    assert yaw_of(90.0) == pytest.approx(0.0)
    assert yaw_of(0.0) == pytest.approx(math.pi / 2)
    assert abs(yaw_of(270.0)) == pytest.approx(math.pi)

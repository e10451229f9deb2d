"""A flight's log outlives its writer, keeps to its size, and makes one page that needs nothing."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from comms.contracts.errors import ContractError
from drone.cli import app
from drone.record.folders import (
    FlightFolder,
    find,
    flights_in,
    flights_root,
    make_room,
    open_folder,
)
from drone.record.mcap_file import McapWriter, mend_mcap, read_mcap
from drone.record.story import story_of
from drone.record.summary import page_of

BEGAN = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
TRACK = [[0, 0, 0], [0, 0, 20], [100, 0, 20]]
ORDER = {"task_id": "abc-1", "kind": "plan", "approval": {"by": "Wang <b>"}}


def ns(seconds: float) -> int:
    return round((BEGAN.timestamp() + seconds) * 1e9)


def test_what_was_written_is_read_in_order(tmp_path: Path) -> None:
    writer = McapWriter(tmp_path / "a.mcap")
    for number in range(300):
        writer.add(f"/topic{number % 3}", number, {"n": number, "words": "降落"})
    writer.close()
    entries = list(read_mcap(tmp_path / "a.mcap"))
    assert [e.body["n"] for e in entries] == list(range(300))
    assert [e.topic for e in entries[:4]] == ["/topic0", "/topic1", "/topic2", "/topic0"]
    assert entries[7].at_ns == 7
    with pytest.raises(FileExistsError):
        McapWriter(tmp_path / "a.mcap")


def test_a_killed_writer_leaves_all_that_it_had_added(tmp_path: Path) -> None:
    file = tmp_path / "killed.mcap"
    code = (
        "import sys, time; from pathlib import Path\n"
        "from drone.record.mcap_file import McapWriter\n"
        "w = McapWriter(Path(sys.argv[1]))\n"
        "for n in range(10**9):\n"
        "    w.add('/n', n, {'n': n}); print(n, flush=True); time.sleep(0.001)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.wait(5)
    entries = [e.body["n"] for e in read_mcap(file)]
    assert entries[: len(said)] == [int(line) for line in said]
    assert len(entries) <= len(said) + 1


@pytest.mark.parametrize("torn", [1, 5, 9, 20, 40])
def test_a_torn_last_record_costs_only_itself(tmp_path: Path, torn: int) -> None:
    file = tmp_path / "torn.mcap"
    writer = McapWriter(file)
    for number in range(10):
        writer.add("/n", number, {"n": number, "filling": "x" * 40})
    data = file.read_bytes()
    file.write_bytes(data[:-torn])
    assert [e.body["n"] for e in read_mcap(file)] == list(range(9))
    mend_mcap(file)
    mended = file.read_bytes()
    assert mended.endswith(b"\x89MCAP0\r\n")
    mend_mcap(file)
    assert file.read_bytes() == mended
    assert [e.body["n"] for e in read_mcap(file)] == list(range(9))


def test_a_disk_that_is_full_is_an_error_and_not_silence(tmp_path: Path) -> None:
    writer = McapWriter(tmp_path / "a.mcap")
    with open("/dev/full", "wb", buffering=0) as full:
        writer._file = full
        with pytest.raises(OSError, match="No space"):
            writer.add("/n", 0, {})


def flight_of(root: Path, task_id: str, at: datetime, size: int = 0) -> FlightFolder:
    folder = open_folder(root, task_id, at)
    (folder.path / "part_01.mcap").write_bytes(b"x" * size)
    return folder


def test_the_oldest_flights_go_first_and_the_one_being_flown_never(tmp_path: Path) -> None:
    made = [flight_of(tmp_path, f"t{n}", BEGAN + timedelta(hours=n), 1000) for n in range(4)]
    gone = make_room(tmp_path, 2500, made[0].path)
    assert gone == [made[1].path.name, made[2].path.name]
    assert [f.task_id for f in flights_in(tmp_path)] == ["t0", "t3"]
    assert make_room(tmp_path, 0, made[0].path) == [made[3].path.name]


def test_a_task_goes_on_in_its_own_folder_and_a_strange_id_stays_inside(tmp_path: Path) -> None:
    first = open_folder(tmp_path, "a/../../b", BEGAN)
    assert first.path.parent == tmp_path
    again = open_folder(tmp_path, "a/../../b", BEGAN + timedelta(hours=1))
    assert again.path == first.path
    with pytest.raises(ContractError, match="there is no flight 'zz'"):
        find(tmp_path, "zz")


@pytest.fixture
def flown(tmp_path: Path) -> FlightFolder:
    """A flight whose first part breaks off; height 0 to 20 m over 100 m to the east and back."""
    folder = open_folder(tmp_path, "abc-1", BEGAN)
    for part, (first, last) in enumerate(((0, 50), (60, 100)), start=1):
        writer = McapWriter(folder.path / f"part_{part:02}.mcap")
        writer.add("/order", ns(first), ORDER)
        writer.add("/site", ns(first), {"boundary": [[-10, -10], [120, -10], [120, 50]]})
        items = [
            {"name": "battery", "ok": True, "detail": "90 % </td>"},
            {"name": "weather", "ok": True, "detail": "the wind is not known", "caution": True},
        ]
        writer.add("/preflight", ns(first), {"items": items})
        writer.add(
            "/plan", ns(first), {"track": [[0, 0, 0], [0, 0, 20], [100, 0, 20]], "notes": []}
        )
        for s in range(first, last):
            body = {"map_m": [float(s), 0.0, 20.0], "speed_mps": 1.0}
            writer.add("/motion", ns(s), body)
            writer.add("/battery", ns(s), {"fraction": 0.9 - s / 1000})
            writer.add("/vehicle", ns(s), {"mode": "mission" if s < 90 else "return"})
            state = {"state": "running", "reason": "flies"}
            writer.add("/task", ns(s), state)
        if part == 2:
            writer.add("/text", ns(95), {"text": "Low <battery>", "severity": 4})
            writer.add("/task", ns(100), {"state": "succeeded", "reason": "landed 0.2 m from home"})
            writer.close()
    return folder


def test_a_story_is_told_from_all_its_parts(flown: FlightFolder) -> None:
    story = story_of(flown)
    assert (story.parts, len(story.track), len(story.plans)) == (2, 90, 2)
    assert story.flown_m == pytest.approx(99.0)
    assert [(e.kind, e.state or e.words) for e in story.events] == [
        ("mode", "mission"), ("task", "running"), ("part", "joined after a restart"),
        ("mode", "mission"), ("mode", "return"), ("text", "Low <battery>"), ("task", "succeeded"),
    ]  # fmt: skip


WORDS = [("en", "Events", "Weather"), ("zh", "事件", "天气")]


@pytest.mark.parametrize(("language", "word", "line"), WORDS)
def test_the_page_needs_nothing_else_and_escapes_what_others_wrote(
    flown, language, word, line
) -> None:
    page = page_of(story_of(flown), flown, language, ZoneInfo("Asia/Shanghai"))
    assert not re.search(r"https?:|src=|href=|url\(|@import|<script", page)
    assert word in page
    assert f'<tr class="caution"><td>{line}</td><td>the wind is not known</td>' in page
    assert page.count('class="bad"') == 0
    assert "Low &lt;battery&gt;" in page
    assert "Wang &lt;b&gt;" in page
    assert "90 % &lt;/td&gt;" in page
    assert "succeeded: landed 0.2 m from home" in page
    assert "2026-03-01 16:31:40" in page
    assert "00:31:40 CST" in page
    assert page.count("<svg") == 4
    assert page.count("<polyline") == 3 + 2 + 1 + 1


def test_the_flights_are_listed_and_shown(monkeypatch, flown: FlightFolder, tmp_path: Path) -> None:
    monkeypatch.setenv("PATROL_STATE_DIR", str(tmp_path / "state"))
    flights_root().parent.mkdir(parents=True)
    flights_root().symlink_to(flown.path.parent)
    done = CliRunner().invoke(app, ["flights"], env={"COLUMNS": "200"})
    assert "abc-1" in done.output
    assert "succeeded" in done.output
    page = tmp_path / "a.html"
    done = CliRunner().invoke(app, ["flight", "show", "abc", "--html", str(page), "--lang", "zh"])
    assert (done.exit_code, page.read_text("utf-8")[:15]) == (0, "<!doctype html>")
    done = CliRunner().invoke(app, ["flight", "show", "nothing", "--html", str(page)])
    assert done.exit_code == 1
    assert "there is no flight 'nothing'" in done.output

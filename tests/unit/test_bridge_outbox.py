"""The outbox keeps what it was given, in order, over any crash, and says when it cannot."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from comms.bridge.outbox import Outbox
from comms.wire import link_pb2, types_pb2
from tests.unit.centre_rig import finding


def record(number: int, size: int = 100, **fields: object) -> link_pb2.Record:
    return link_pb2.Record(finding=finding(number, size=size, **fields))


def fill(outbox: Outbox, count: int, size: int = 100) -> None:
    for number in range(1, count + 1):
        outbox.put(f"f/{number}/0", record(number, size))
    assert outbox.flush()


def numbers(outbox: Outbox, after: int = 0) -> list[int]:
    return [found.seq for found in outbox.after(after, 10_000, 10**9)]


def test_records_come_out_in_order_until_they_are_dropped(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "o.sqlite")) as outbox:
        fill(outbox, 10)
        assert numbers(outbox) == list(range(1, 11))
        outbox.drop_through(4)
        outbox.flush()
        assert numbers(outbox) == [5, 6, 7, 8, 9, 10]
        assert [r.finding.finding_id for r in outbox.after(8, 1, 10**9)] == ["finding-9"]


def test_a_key_that_was_ever_put_is_not_put_again(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "o.sqlite")) as outbox:
        fill(outbox, 3)
        outbox.drop_through(3)
        identity = outbox.outbox_id
    with closing(Outbox(tmp_path / "o.sqlite")) as again:
        fill(again, 4)  # a topic delivers its last messages again
        assert numbers(again) == [4]
        assert again.outbox_id == identity
        assert again.last_seq() == 4


def test_numbers_go_on_when_the_outbox_was_empty(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "o.sqlite")) as outbox:
        fill(outbox, 3)
        outbox.drop_through(3)
        outbox.flush()
        assert outbox.count() == 0
    with closing(Outbox(tmp_path / "o.sqlite")) as again:
        assert again.last_seq() == 3
        again.put("f/9/0", record(9))
        again.flush()
        assert numbers(again) == [4]


def test_what_is_written_survives_kill_9(tmp_path: Path) -> None:
    program = (
        "import sys, os\n"
        "from pathlib import Path\n"
        "from comms.bridge.outbox import Outbox\n"
        "from comms.wire import link_pb2\n"
        "outbox = Outbox(Path(sys.argv[1]))\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    outbox.put(f'k{n}', link_pb2.Record(), lambda n=n: os.write(1, b'%d\\n' % n))\n"
        "    n % 50 or outbox.flush()\n"
    )
    path = tmp_path / "o.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = 0
    for line in process.stdout:
        said = int(line)
        if said >= 300:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    process.wait()
    with closing(Outbox(path)) as outbox:
        kept = numbers(outbox)
    assert len(kept) >= said
    assert kept == list(range(1, len(kept) + 1))


def test_a_torn_file_is_put_aside_and_a_new_outbox_begun(tmp_path: Path) -> None:
    path = tmp_path / "o.sqlite"
    with closing(Outbox(path)) as outbox:
        fill(outbox, 5)
        identity = outbox.outbox_id
    path.write_bytes(b"this is no database" * 1000)
    with closing(Outbox(path)) as again:
        fill(again, 1)
        assert again.outbox_id != identity
        assert numbers(again) == [1]
    assert list(tmp_path.glob("o.sqlite.torn-*"))


def test_a_full_outbox_gives_up_pictures_first_then_old_updates_and_never_task_steps(
    tmp_path: Path,
) -> None:
    with closing(Outbox(tmp_path / "o.sqlite", max_bytes=200_000)) as outbox:
        step = types_pb2.TaskUpdate(task_id="t", reason="x" * 1000)
        outbox.put("t/t", link_pb2.Record(task_update=step))
        fill(outbox, 50, size=10_000)
        kept = outbox.after(0, 1000, 10**9)
        assert len(kept) == 51  # every finding is still there
        pictures = [bool(r.finding.snapshot_jpeg) for r in kept[1:]]
        assert pictures[-1]
        assert not pictures[0]
        assert sum(r.ByteSize() for r in kept) <= 210_000
        for number in range(100, 400):
            update = record(number, size=0, reason="y" * 1000)
            update.finding.phase = types_pb2.FINDING_PHASE_UPDATED
            outbox.put(f"f/{number}/1", update)
        outbox.flush()
        kept = outbox.after(0, 10_000, 10**9)
        assert sum(r.ByteSize() for r in kept) <= 210_000
        assert kept[0].task_update.task_id == "t"
        assert kept[-1].finding.finding_id == "finding-399"


def test_a_locked_disk_delays_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "o.sqlite"
    with closing(Outbox(path)) as outbox:
        outbox._writer.execute("PRAGMA busy_timeout=50")
        monkeypatch.setattr("comms.bridge.outbox.RETRY_S", 0.05)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            outbox.put("f/1/0", record(1))
            assert not outbox.flush(timeout_s=0.3)
            other.execute("ROLLBACK")
        assert outbox.flush()
        assert numbers(outbox) == [1]


def test_an_outbox_that_the_centre_knows_better_takes_a_new_name(tmp_path: Path) -> None:
    with closing(Outbox(tmp_path / "o.sqlite")) as outbox:
        before = outbox.outbox_id
        outbox.renew_identity()
        assert outbox.outbox_id != before
        renewed = outbox.outbox_id
    with closing(Outbox(tmp_path / "o.sqlite")) as again:
        assert again.outbox_id == renewed

"""The cache of set-up: a piece is whole or it is not there."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patrol_setup.cache import content_key, is_complete, make_piece, prune
from patrol_setup.checks import check_disk, check_subordinate_ids
from patrol_setup.console import run
from patrol_setup.errors import SetupError


def test_a_piece_is_built_once(tmp_path: Path) -> None:
    built = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "content").write_text("x")

    for _ in range(2):
        make_piece(tmp_path / "piece", "a piece", "1 s", build)
    assert built == [tmp_path / "piece"]
    assert is_complete(tmp_path / "piece")


def test_an_interrupted_piece_does_not_count_and_is_made_anew(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise SetupError("the network is gone")

    with pytest.raises(SetupError, match="the network is gone"):
        make_piece(tmp_path / "piece", "a piece", "1 s", fails)
    assert not is_complete(tmp_path / "piece")
    make_piece(tmp_path / "piece", "a piece", "1 s", lambda folder: None)
    assert is_complete(tmp_path / "piece")
    assert not (tmp_path / "piece" / "half").exists()


def test_a_piece_that_was_moved_does_not_count(tmp_path: Path) -> None:
    make_piece(tmp_path / "a", "a piece", "1 s", lambda folder: None)
    (tmp_path / "a").rename(tmp_path / "b")
    assert not is_complete(tmp_path / "b")


def test_a_piece_that_nobody_has_used_for_a_month_goes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("env-old", "env-used", "env-new")]
    for folder in folders:
        make_piece(folder, "a piece", "1 s", lambda folder: None)
    month_ago = time.time() - 31 * 86_400
    for folder in folders[:2]:
        os.utime(folder / ".complete", (month_ago, month_ago))
    make_piece(folders[1], "a piece", "1 s", lambda folder: None)  # another set-up uses it
    assert prune(tmp_path) == [folders[0]]
    assert [folder.exists() for folder in folders] == [False, True, True]


def test_a_key_changes_with_any_content_or_name_and_with_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    (folder / "msg").mkdir(parents=True)
    (folder / "msg" / "A.msg").write_text("int32 x")
    keys = [content_key([folder, "1"])]
    os.utime(folder / "msg" / "A.msg", (0, 0))
    assert content_key([folder, "1"]) == keys[0]
    keys.append(content_key([folder, "2"]))
    (folder / "msg" / "A.msg").write_text("int64 x")
    keys.append(content_key([folder, "1"]))
    (folder / "msg" / "A.msg").rename(folder / "msg" / "B.msg")
    keys.append(content_key([folder, "1"]))
    assert len(set(keys)) == 4


def test_too_little_room_is_said_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"needs 9999999 GiB free .* there are .* PATROL_CACHE"):
        check_disk(tmp_path / "not" / "there" / "yet", 9_999_999)


def test_a_user_without_subordinate_ids_is_told_what_to_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = pwd.getpwuid(65534).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(SetupError, match=f"usermod --add-subuids .* {user}$"):
        check_subordinate_ids(tmp_path / "none")
    (tmp_path / "subuid").write_text(f"other:100000:65536\n{user}:200000:65536\n")
    check_subordinate_ids(tmp_path / "subuid")


def test_a_failed_command_is_told_with_its_last_lines_and_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SetupError) as caught:
        run(["bash", "-c", "echo the reason; exit 3"], log, "making tea")
    assert "making tea failed (exit status 3)" in str(caught.value)
    assert "the reason" in str(caught.value)
    assert str(log) in str(caught.value)


def test_two_set_ups_of_one_user_take_turns(tmp_path: Path, repository: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from patrol_setup.cache import locked\n"
        "with locked(Path(sys.argv[1])):\n"
        "    begin = time.monotonic(); time.sleep(0.3)\n"
        "    print('held', begin, time.monotonic(), flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(repository / "launch" / "setup")}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=10.0)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    first, second = sorted(
        tuple(map(float, line.split()[1:]))
        for text in said
        for line in text.splitlines()
        if line.startswith("held")
    )
    assert first[1] <= second[0]  # one clock for all processes of a machine
    assert "".join(said).count("another set-up is running") == 1

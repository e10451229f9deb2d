"""A running launch: starting, restarting, ending; and that nothing is ever left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from patrol_launch import LaunchError, LaunchSession

# A program that waits for ever, and leaves a child behind that does the same if it is killed.
WAITS = 'bash -c "sleep 1234 & echo child $!; wait"'
IGNORES_SIGNALS = "bash -c \"trap '' INT TERM; while :; do sleep 1234; done\""


def until(true: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def shown() -> list[str]:
    """What the runner has shown to the person: "name|line", the runner's own without a name."""
    return []


@pytest.fixture
def launch(tmp_path: Path, shown: list[str]) -> Iterator[Callable[..., LaunchSession]]:
    """Starts a session of one process from YAML lines; ends it after the test."""
    sessions: list[LaunchSession] = []

    def start(actions: str, **arguments: str) -> LaunchSession:
        file = tmp_path / "x.launch.yaml"
        file.write_text(f"launch:\n{actions}", encoding="utf-8")
        session = LaunchSession(file, arguments, run_dir=tmp_path / "run", show=show)
        sessions.append(session)
        return session.start()

    def show(name: str, line: str) -> None:
        shown.append(f"{name}|{line}")

    yield start
    for session in sessions:
        session.stop()


def executable(command: str, more: str = "") -> str:
    return f"- executable:\n    cmd: {json.dumps(command)}\n    name: it\n{more}"


RESPAWN = "    respawn: 'true'\n    respawn_delay: 0.1\n"


def test_a_killed_process_comes_back_where_the_file_says_so(
    launch: Callable[..., LaunchSession], shown: list[str]
) -> None:
    session = launch(executable(WAITS, RESPAWN))
    process = session.processes["it"]
    first = process.pid
    process.kill()
    until(lambda: process.restarts == 1 and process.running)
    assert process.pid != first
    assert any("it was ended by SIGKILL; it is restarted" in line for line in shown)


def test_a_process_stays_away_where_the_file_does_not_ask_for_it(
    launch: Callable[..., LaunchSession],
) -> None:
    session = launch(executable(WAITS) + executable(WAITS))
    session.processes["it"].kill()
    until(lambda: not session.processes["it"].running)
    assert session.processes["it-2"].running
    assert session.processes["it"].restarts == 0


def test_restarts_end_after_the_given_number(launch: Callable[..., LaunchSession]) -> None:
    session = launch(executable("false", RESPAWN + "    respawn_max_retries: 2\n"))
    assert session.wait(5.0)
    assert session.processes["it"].restarts == 2
    assert session.exit_status == 1


def test_what_dies_at_once_again_and_again_is_restarted_ever_more_slowly(
    launch: Callable[..., LaunchSession],
) -> None:
    session = launch(executable("false", RESPAWN))
    time.sleep(2.5)  # without slowing down there would be about twenty by now
    assert 2 <= session.processes["it"].restarts <= 3


def test_a_crash_shows_the_name_the_status_and_the_last_lines(
    launch: Callable[..., LaunchSession], shown: list[str]
) -> None:
    session = launch(executable("bash -c 'for i in 1 2 3 4 5 6 7; do echo line $i; done; exit 3'"))
    assert session.wait(5.0)
    assert "|it exited: 3; it is not restarted" in shown
    assert [line for line in shown if line.startswith("it|")] == [
        f"it|line {number}" for number in (3, 4, 5, 6, 7)
    ]


def test_what_leaves_children_behind_has_them_taken_away(
    launch: Callable[..., LaunchSession],
) -> None:
    session = launch(executable(WAITS))
    process = session.processes["it"]
    until(lambda: process.last_lines())
    child = int(process.last_lines()[0].removeprefix("child "))
    assert alive(child)
    process.kill()
    until(lambda: not alive(child))


def test_the_end_of_a_process_that_ends_the_run_ends_the_run(
    launch: Callable[..., LaunchSession],
) -> None:
    session = launch(executable(WAITS) + executable("sleep 0.2", "    on_exit: shutdown\n"))
    assert session.wait(5.0)
    assert not session.processes["it"].running
    assert session.reason == "it-2 ended, which ends the run"
    assert session.exit_status == 0


def test_stopping_ends_even_what_ignores_signals_within_ten_seconds(
    launch: Callable[..., LaunchSession],
) -> None:
    session = launch(executable(IGNORES_SIGNALS))
    until(lambda: psutil.Process(session.processes["it"].pid).children())
    pids = [child.pid for child in psutil.Process(session.processes["it"].pid).children()]
    pids.append(session.processes["it"].pid or 0)
    begin = time.monotonic()
    session.stop()
    assert time.monotonic() - begin < 10.0
    assert not [pid for pid in pids if alive(pid)]


def test_what_ends_on_sigint_is_not_waited_for(launch: Callable[..., LaunchSession]) -> None:
    session = launch(executable("sleep 1234"))
    name = Path(f"/proc/{session.processes['it'].pid}/comm")
    until(lambda: name.read_text() == "sleep\n")  # what starts it may still ignore the signal
    begin = time.monotonic()
    session.stop()
    assert time.monotonic() - begin < 1.0
    assert session.processes["it"].returncode == -signal.SIGINT


def test_a_program_that_is_not_there_stops_the_start_with_its_place(
    launch: Callable[..., LaunchSession],
) -> None:
    waiting = executable(WAITS)
    with pytest.raises(LaunchError, match=r"x\.launch\.yaml, line"):
        launch(waiting + "- executable: {cmd: /no/such/program, cwd: /no/such/folder}\n")


def test_output_goes_to_one_log_and_to_the_screen_where_asked(
    launch: Callable[..., LaunchSession], shown: list[str]
) -> None:
    session = launch(
        executable("bash -c 'echo out; echo err >&2'", "    output: screen\n")
        + executable("bash -c 'echo quiet'")
    )
    assert session.wait(5.0)
    assert session.processes["it"].last_lines() == ["out", "err"]
    assert session.processes["it-2"].last_lines() == ["quiet"]
    assert [line for line in shown if not line.startswith("|")] == ["it|out", "it|err"]


def test_processes_know_the_folder_of_the_run_and_people_find_the_pids(
    launch: Callable[..., LaunchSession], tmp_path: Path
) -> None:
    session = launch(executable("bash -c 'echo $PATROL_RUN_DIR; sleep 1234'"))
    until(lambda: session.processes["it"].last_lines() == [str(tmp_path / "run")])
    status = json.loads((tmp_path / "run" / "processes.json").read_text())
    assert status["it"]["pid"] == session.processes["it"].pid


class TestCommandLine:
    """`python -m patrol_launch` as a person uses it."""

    @pytest.fixture
    def start(self, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
        started: list[subprocess.Popen[str]] = []

        def run(actions: str, *arguments: str) -> subprocess.Popen[str]:
            file = tmp_path / "x.launch.yaml"
            file.write_text(f"launch:\n{actions}", encoding="utf-8")
            environment = {**os.environ, "PATROL_RUN_DIR": str(tmp_path / "run")}
            process = subprocess.Popen(
                [sys.executable, "-m", "patrol_launch", str(file), *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment,
            )
            started.append(process)
            return process

        yield run
        for process in started:
            process.kill()
            process.wait()

    def children(self, tmp_path: Path) -> list[int]:
        """The pids of the launched program and of its child, once both are there."""
        file = tmp_path / "run" / "processes.json"
        until(lambda: file.exists() and json.loads(file.read_text())["it"]["pid"])
        pid = json.loads(file.read_text())["it"]["pid"]
        until(lambda: psutil.Process(pid).children())
        return [pid, *(child.pid for child in psutil.Process(pid).children())]

    def test_ctrl_c_leaves_no_process_behind(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        runner = start(executable(WAITS, RESPAWN))
        pids = self.children(tmp_path)
        runner.send_signal(signal.SIGINT)
        output, _ = runner.communicate(timeout=10.0)
        assert runner.returncode == 0
        assert "ended: SIGINT received" in output
        assert not [pid for pid in pids if alive(pid)]

    def test_a_killed_runner_leaves_no_process_behind(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        runner = start(executable(IGNORES_SIGNALS, RESPAWN))
        pids = self.children(tmp_path)
        pids += [child.pid for child in psutil.Process(runner.pid).children(recursive=True)]
        runner.kill()
        until(lambda: not [pid for pid in pids if alive(pid)])

    def test_a_reader_that_goes_away_ends_the_run(
        self, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
    ) -> None:
        talks = executable("bash -c 'while :; do echo x; sleep 0.1; done'", "    output: screen\n")
        runner = start(talks + executable(WAITS))
        assert runner.stdout is not None
        runner.stdout.readline()
        runner.stdout.close()
        assert runner.wait(timeout=10.0) == 0

    def test_a_bad_file_is_one_sentence_and_status_2(
        self, start: Callable[..., subprocess.Popen[str]]
    ) -> None:
        runner = start("- nodes: {}\n", "a:=b")
        output, _ = runner.communicate(timeout=10.0)
        assert runner.returncode == 2
        assert output.startswith("patrol: ")
        assert len(output.splitlines()) == 1

    def test_an_argument_without_its_sign_is_refused(
        self, start: Callable[..., subprocess.Popen[str]]
    ) -> None:
        runner = start("- executable: {cmd: sleep 1}\n", "speed=3")
        output, _ = runner.communicate(timeout=10.0)
        assert runner.returncode == 2
        assert "write name:=value" in output


def test_it_ends_at_once_where_a_shell_started_the_runner_in_its_background(
    launch: Callable[..., LaunchSession],
) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what `command &` in a script does
    try:
        session = launch(executable("sleep 1234"))
        pid = session.processes["it"].pid
        while b"sleep" not in Path(f"/proc/{pid}/comm").read_bytes():
            time.sleep(0.01)
        begin = time.monotonic()
        session.stop()
        assert time.monotonic() - begin < 1.0
    finally:
        signal.signal(signal.SIGINT, before)

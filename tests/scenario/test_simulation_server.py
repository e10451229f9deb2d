"""The simulation's processes live and die together: a dead Gazebo is told, and nothing is left."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import pytest

from simulation.gazebo.run_file import FILE_NAME
from tests.gazebo_run import GazeboRun


@pytest.fixture
def site(repository: Path) -> Path:
    return repository / "launch/sites/ningbo_east.site.geojson"


def gazebo_of(run: GazeboRun) -> psutil.Process:
    children = psutil.Process(run.processes["gazebo_server"].pid).children(recursive=True)
    return next(child for child in children if child.name() == "gzserver")


def gone(process: psutil.Process, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_dying_gazebo_ends_the_server_and_the_bridge_with_an_error(
    tmp_path: Path, site: Path
) -> None:
    with GazeboRun(tmp_path, site, "--walkers", "0", "--no-drone") as run:
        run.wait_for_log("gazebo_bridge", "connected to Gazebo")
        gazebo_of(run).kill()
        assert run.processes["gazebo_server"].wait(timeout=10) == 1
        assert run.processes["gazebo_bridge"].wait(timeout=10) != 0
        assert "Gazebo ended. Its last words" in run.log_of("gazebo_server")
        assert "Gazebo has gone" in run.log_of("gazebo_bridge")
        assert not (tmp_path / FILE_NAME).exists()


def test_a_killed_server_leaves_no_gazebo_behind(tmp_path: Path, site: Path) -> None:
    with GazeboRun(tmp_path, site, "--walkers", "0", "--no-drone") as run:
        gazebo = gazebo_of(run)
        run.processes["gazebo_server"].kill()
        run.processes["gazebo_server"].wait()
        assert gone(gazebo, 5.0)


def test_a_missing_gazebo_is_one_sentence(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATROL_GAZEBO_ROOT", str(tmp_path))
    run = GazeboRun(tmp_path, site, "--no-drone")
    process = run.start(
        "gazebo_server",
        *("-m", "simulation.gazebo.server", "--site", str(site), "--no-drone"),
    )
    try:
        assert process.wait(timeout=20) == 2
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    words = run.log_of("gazebo_server").splitlines()
    assert "there is no Gazebo in PATROL_GAZEBO_ROOT" in words[-1]
    assert "Traceback" not in run.log_of("gazebo_server")

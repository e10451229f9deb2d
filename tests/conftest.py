"""What every test needs before it imports anything: its own ROS domain, state and run folder.

Set at import, because code reads these variables when it starts. Two test runs on one machine (or
two workers of one run) never share a ROS domain: each holds a lock on its number while it lives.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TextIO

import pytest

from comms.ros.transport import use_transport_profile

TESTS = Path(__file__).parent
LAYERS = ("unit", "node", "scenario", "browser")
FIRST_DOMAIN, LAST_DOMAIN = 60, 100  # above the defaults people use, below the ephemeral ports


def _take_ros_domain() -> tuple[int, TextIO]:
    """The first free ROS domain from 60 + the xdist worker's number, and the lock that holds it."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    folder = Path(tempfile.gettempdir()) / f"patrol-test-domains-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    count = LAST_DOMAIN - FIRST_DOMAIN + 1
    for step in range(count):
        domain = FIRST_DOMAIN + (worker + step) % count
        lock = (folder / str(domain)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return domain, lock
    raise pytest.UsageError(f"all ROS domains {FIRST_DOMAIN}-{LAST_DOMAIN} are taken by test runs")


_domain, _domain_lock = _take_ros_domain()
_session = Path(tempfile.mkdtemp(prefix="patrol-test-"))
os.environ["ROS_DOMAIN_ID"] = str(_domain)
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
os.environ["PATROL_STATE_DIR"] = str(_session / "state")
os.environ["PATROL_RUN_DIR"] = str(_session / "run")
# Before the first participant of this process, as in every node: pictures get lost without it.
use_transport_profile()
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
for _name in ("state", "run"):
    (_session / _name).mkdir()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder, so that `-m unit` runs one layer."""
    for item in items:
        layer = item.path.relative_to(TESTS).parts[0]
        if layer in LAYERS:
            item.add_marker(layer)


def pytest_unconfigure() -> None:
    """Remove this process's folders; PATROL_TEST_KEEP=1 keeps them to look into."""
    if os.environ.get("PATROL_TEST_KEEP") != "1":
        shutil.rmtree(_session, ignore_errors=True)
    _domain_lock.close()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the clone."""
    return TESTS.parent


@pytest.fixture(scope="session")
def ros_domain() -> int:
    """The ROS domain of this test process, for child processes that set their own environment."""
    return _domain

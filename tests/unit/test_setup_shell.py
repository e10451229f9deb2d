"""What set-up leaves in a clone: env.sh, the clone as a ROS 2 package; and what takes it back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from patrol_launch.packages import find_executable, own_executables, package_prefix
from patrol_setup.prefix import make_prefix
from patrol_setup.ros import SystemRos
from patrol_setup.shell import Pieces, environment_file


def pieces(root: Path, ros: SystemRos | None) -> Pieces:
    env = root / "the env"
    (env / "lib" / "python3.11" / "site-packages" / "ros_rcl.libs").mkdir(parents=True)
    return Pieces(
        root / "clone", env, root / "overlay", root / "gz", root / "pb", root / "models", ros
    )


def source(text: str, root: Path, times: int = 1, **before: str) -> dict[str, str]:
    """The environment after a shell has sourced the text."""
    file = root / "env.sh"
    file.write_text(text)
    command = "set -eu; " + f". {file}; " * times + "env -0"
    shown = subprocess.run(
        ["bash", "-c", command], env={"PATH": os.environ["PATH"], **before}, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip
    return dict(line.split("=", 1) for line in shown.split("\0") if line)


def test_the_wheels_find_their_libraries_without_starting_python_twice(tmp_path: Path) -> None:
    made = pieces(tmp_path, None)
    seen = source(environment_file(made, "python3.11"), tmp_path)
    libraries = seen["LD_LIBRARY_PATH"].split(":")
    assert libraries == [
        str(tmp_path / "overlay" / "lib"),
        str(made.env / "lib"),
        str(made.env / "lib" / "python3.11" / "site-packages" / "ros_rcl.libs"),
    ]
    assert seen["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] == "1"
    assert seen["AMENT_PREFIX_PATH"].split(":")[-1] == str(made.env)


def test_another_environments_modules_do_not_come_along(tmp_path: Path) -> None:
    text = environment_file(pieces(tmp_path, None), "python3.11")
    seen = source(text, tmp_path, PYTHONPATH="/elsewhere")
    assert seen["PYTHONPATH"].split(":") == [
        str(tmp_path / "clone"),
        str(tmp_path / "clone" / "launch"),
        str(tmp_path / "overlay" / "lib" / "python3.11" / "site-packages"),
    ]


def test_an_installed_ros_is_sourced_and_kept_behind_our_own(tmp_path: Path) -> None:
    prefix = tmp_path / "ros"
    prefix.mkdir()
    (prefix / "setup.bash").write_text(
        "export ROS_DISTRO=jazzy AMENT_PREFIX_PATH=/ros PYTHONPATH=/ros/py\necho $UNSET_HERE\n"
    )
    made = pieces(tmp_path, SystemRos(prefix, Path("/usr/bin/python3")))
    seen = source(environment_file(made, "python3.12"), tmp_path)
    assert seen["ROS_DISTRO"] == "jazzy"
    assert seen["AMENT_PREFIX_PATH"].endswith(f"{tmp_path / 'overlay'}:/ros")
    assert seen["PYTHONPATH"].endswith(":/ros/py")
    assert "_ROS_WHEELS_BOOTSTRAP_COMPLETE" not in seen
    assert "RMW_IMPLEMENTATION" not in seen


def test_sourcing_twice_changes_nothing(tmp_path: Path) -> None:
    text = environment_file(pieces(tmp_path, None), "python3.11")
    assert source(text, tmp_path, times=2) == source(text, tmp_path)


def test_the_graph_stays_on_the_machine_unless_the_user_says_otherwise(tmp_path: Path) -> None:
    text = environment_file(pieces(tmp_path, None), "python3.11")
    assert source(text, tmp_path)["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    seen = source(text, tmp_path, ROS_AUTOMATIC_DISCOVERY_RANGE="SUBNET")
    assert seen["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"


@pytest.mark.parametrize("link", [True, False])
def test_the_clone_is_a_ros_package_with_its_launch_files_and_executables(
    repository: Path, tmp_path: Path, link: bool
) -> None:
    for _ in range(2):  # the second time over the first
        make_prefix(repository / "launch", tmp_path, "/usr/bin/env python3", link=link)
    environment = {"AMENT_PREFIX_PATH": f"/nowhere:{tmp_path}"}
    prefix = package_prefix("patrol", environment)
    assert prefix == tmp_path
    assert (prefix / "share" / "patrol" / "launch" / "all.launch.yaml").is_file()
    for name in own_executables():
        assert find_executable("patrol", name, environment)


@pytest.mark.parametrize(("kind", "expected"), [("nodes", "--ros-args"), ("programs", "[]")])
def test_a_starter_runs_its_module_and_programs_do_not_see_ros_arguments(
    tmp_path: Path, kind: str, expected: str
) -> None:
    launch = tmp_path / "launch"
    (launch / "patrol_launch").mkdir(parents=True)
    other = "programs" if kind == "nodes" else "nodes"
    (launch / "patrol_launch" / "executables.toml").write_text(
        f'[{kind}]\nit = "shows_arguments"\n[{other}]\n'
    )
    (tmp_path / "shows_arguments.py").write_text("import sys\nprint(sys.argv[1:])\n")
    make_prefix(launch, tmp_path / "prefix", "/usr/bin/env python3", link=True)
    shown = subprocess.run(
        [tmp_path / "prefix" / "lib" / "patrol" / "it", "--ros-args", "-r", "a:=b"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert expected in shown


class TestTakingItBack:
    """`make clean` and `make uninstall`."""

    @pytest.fixture
    def clone(self, repository: Path, tmp_path: Path) -> Path:
        folder = tmp_path / "clone"
        (folder / "launch" / "setup").mkdir(parents=True)
        shutil.copy(repository / "launch" / "setup" / "remove.sh", folder / "launch" / "setup")
        for name in (".patrol", "robot/__pycache__", "build"):
            (folder / name).mkdir(parents=True)
        (folder / "robot" / "node.py").write_text("")
        for name in ("cache/patrol/env-1", "state/patrol", "state/other"):
            (tmp_path / name).mkdir(parents=True)
        return folder

    def remove(self, clone: Path, what: str, answer: str) -> int:
        root = clone.parent
        return subprocess.run(
            ["bash", clone / "launch" / "setup" / "remove.sh", what], input=answer, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(root),
                 "XDG_CACHE_HOME": str(root / "cache"), "XDG_STATE_HOME": str(root / "state")},
            check=False, capture_output=True,
        ).returncode  # fmt: skip

    def test_clean_takes_what_was_made_in_the_clone_only(self, clone: Path) -> None:
        assert self.remove(clone, "clone", "") == 0
        assert sorted(path.name for path in clone.iterdir()) == ["launch", "robot"]
        assert [path.name for path in (clone / "robot").iterdir()] == ["node.py"]
        assert (clone.parent / "cache" / "patrol").exists()

    def test_uninstall_asks_and_takes_nothing_on_no(self, clone: Path) -> None:
        assert self.remove(clone, "everything", "n\n") == 1
        assert self.remove(clone, "everything", "") == 1
        assert (clone.parent / "cache" / "patrol").exists()
        assert (clone / ".patrol").exists()

    def test_uninstall_takes_cache_and_state_and_nothing_beside_them(self, clone: Path) -> None:
        assert self.remove(clone, "everything", "y\n") == 0
        assert not (clone.parent / "cache" / "patrol").exists()
        assert not (clone.parent / "state" / "patrol").exists()
        assert (clone.parent / "state" / "other").exists()

    def test_uninstall_leaves_what_others_keep_in_a_shared_folder(self, clone: Path) -> None:
        (clone.parent / "cache" / "patrol" / "letters").write_text("mine")
        assert self.remove(clone, "everything", "y\n") == 0
        assert [path.name for path in (clone.parent / "cache" / "patrol").iterdir()] == ["letters"]

"""Where set-up looks for things on a machine: Debian's mirror, an installed ROS 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from patrol_setup.errors import SetupError
from patrol_setup.ros import find_system_ros
from patrol_setup.sources import debian_mirror

DEB822 = """\
# a comment
Types: deb
URIs: https://mirror.example/security/debian
Suites: bookworm-security
Components: main

Types: deb deb-src
# another
URIs: https://mirror.example/debian/
Suites: bookworm
 bookworm-updates
Components: main
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian machine without package sources."""
    monkeypatch.delenv("PATROL_DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "os-release").write_text('NAME="Debian GNU/Linux"\nID=debian\n')
    return tmp_path


def mirror(machine: Path) -> str:
    return debian_mirror(machine, machine / "os-release")


def test_the_mirror_is_read_from_deb822_sources(machine: Path) -> None:
    (machine / "sources.list.d" / "debian.sources").write_text(DEB822)
    assert mirror(machine) == "https://mirror.example/debian"


@pytest.mark.parametrize("options", ["", "[signed-by=/usr/share/x.gpg arch=amd64] "])
def test_the_mirror_is_read_from_one_line_sources(machine: Path, options: str) -> None:
    (machine / "sources.list").write_text(
        "# deb http://old.example/debian bookworm main\n"
        "deb http://vendor.example/apt stable main\n"
        f"deb {options}http://mirror.example/debian bookworm main contrib\n"
    )
    assert mirror(machine) == "http://mirror.example/debian"


def test_a_disabled_source_is_not_taken(machine: Path) -> None:
    (machine / "sources.list.d" / "debian.sources").write_text("Enabled: no\n" + DEB822[12:])
    with pytest.raises(SetupError, match="PATROL_DEBIAN_MIRROR"):
        mirror(
            _with_text(
                machine, "Enabled: no\nTypes: deb\nURIs: http://x.example/debian\nSuites: a\n"
            )
        )


def _with_text(machine: Path, text: str) -> Path:
    (machine / "sources.list.d" / "debian.sources").write_text(text)
    return machine


def test_ubuntu_has_no_debian_mirror_and_is_told_what_to_do(machine: Path) -> None:
    (machine / "os-release").write_text("ID=ubuntu\nID_LIKE=debian\n")
    (machine / "sources.list.d" / "debian.sources").write_text(DEB822)
    with pytest.raises(SetupError, match="set PATROL_DEBIAN_MIRROR to one"):
        mirror(machine)


def test_the_variable_wins(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATROL_DEBIAN_MIRROR", "http://named.example/debian")
    assert mirror(machine) == "http://named.example/debian"


def make_ros(prefix: Path, python: str) -> Path:
    (prefix / "lib" / python / "site-packages" / "rclpy").mkdir(parents=True)
    (prefix / "share" / "rclpy").mkdir(parents=True)
    (prefix / "share" / "rclpy" / "package.xml").write_text("<version>9.9.9</version>")
    (prefix / "setup.bash").write_text("export FROM_ROS=1\n")
    return prefix


def test_an_installed_ros_is_used_with_its_own_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3.99").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PATROL_ROS_PREFIX", str(make_ros(tmp_path / "ros", "python3.99")))
    ros = find_system_ros()
    assert ros is not None
    assert ros.python == tmp_path / "bin" / "python3.99"
    assert ros.identity == f"{tmp_path / 'ros'} rclpy 9.9.9"


def test_an_installed_ros_without_its_python_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATROL_ROS_PREFIX", str(make_ros(tmp_path / "ros", "python3.99")))
    with pytest.raises(SetupError, match=r"is for python3\.99, which is not here"):
        find_system_ros()


def test_a_prefix_without_ros_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATROL_ROS_PREFIX", str(tmp_path))
    with pytest.raises(SetupError, match=r"no setup\.bash in it"):
        find_system_ros()


def test_the_wheels_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATROL_ROS_PREFIX", "none")
    assert find_system_ros() is None

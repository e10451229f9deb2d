"""The drone's plugin gets this run's ports, or a clear refusal."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from simulation.gazebo.errors import SimulationError
from simulation.gazebo.flight_plugin import FILE_NAME, PLUGINS, write_flight_plugin


def address(port: int) -> bytes:
    return struct.pack("<H", 2) + struct.pack(">H", port)


def rootfs(folder: Path, code: bytes) -> Path:
    (folder / PLUGINS).mkdir(parents=True)
    (folder / PLUGINS / FILE_NAME).write_bytes(code)
    return folder


def test_both_ports_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    code = b"head" + address(9002) + b"middle" + address(9003) + b"tail"
    write_flight_plugin(rootfs(tmp_path, code), tmp_path / "copy.so", 11500)
    expected = b"head" + address(11500) + b"middle" + address(11501) + b"tail"
    assert (tmp_path / "copy.so").read_bytes() == expected


@pytest.mark.parametrize("code", [b"nothing", address(9002) * 2 + address(9003)])
def test_another_build_is_refused(tmp_path: Path, code: bytes) -> None:
    with pytest.raises(SimulationError, match="not once"):
        write_flight_plugin(rootfs(tmp_path, code), tmp_path / "copy.so", 11500)
    assert not (tmp_path / "copy.so").exists()


def test_a_missing_plugin_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="cannot be read"):
        write_flight_plugin(tmp_path, tmp_path / "copy.so", 11500)

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


def flags(value: int) -> bytes:
    """An entry of an ELF file's dynamic section: DT_FLAGS with the value."""
    return struct.pack("<QQ", 30, value)


def test_both_ports_and_the_flags_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    code = b"head" + address(9002) + b"middle" + address(9003) + b"tail" + flags(8) + b"end"
    write_flight_plugin(rootfs(tmp_path, code), tmp_path / "copy.so", 11500)
    ports = b"head" + address(11500) + b"middle" + address(11501) + b"tail"
    expected = ports + flags(8 | 2) + b"end"  # BIND_NOW, SYMBOLIC
    assert (tmp_path / "copy.so").read_bytes() == expected


@pytest.mark.parametrize("code", [b"nothing", address(9002) * 2 + address(9003)])
def test_another_build_is_refused(tmp_path: Path, code: bytes) -> None:
    with pytest.raises(SimulationError, match="not once"):
        write_flight_plugin(rootfs(tmp_path, code + flags(8)), tmp_path / "copy.so", 11500)
    assert not (tmp_path / "copy.so").exists()


def test_other_flags_are_refused(tmp_path: Path) -> None:
    code = address(9002) + address(9003) + flags(0)
    with pytest.raises(SimulationError, match="flags"):
        write_flight_plugin(rootfs(tmp_path, code), tmp_path / "copy.so", 11500)
    assert not (tmp_path / "copy.so").exists()


def test_a_missing_plugin_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="cannot be read"):
        write_flight_plugin(tmp_path, tmp_path / "copy.so", 11500)

"""A copy of Gazebo's ArduCopter plugin that uses this run's own UDP ports.

The two ports, 9002 for commands and 9003 for the state, are compiled into Debian's build of the
plugin, so that only one simulation could run per machine. This patches them in a copy: each stands
exactly once as the first half of a `sockaddr_in` (family 2, port in network order). Several copies
in one world must each run their own code, so each is told to look into itself first (DF_SYMBOLIC
among the flags of its dynamic section). Any other count means another build, and is an error rather
than a guess.
"""

from __future__ import annotations

import struct
from pathlib import Path

from simulation.gazebo.errors import SimulationError

DT_FLAGS, DF_SYMBOLIC, DF_BIND_NOW = 30, 0x2, 0x8
COMMAND_PORT, STATE_PORT = 9002, 9003
FILE_NAME = "libArduCopterPlugin.so"
PLUGINS = "usr/lib/x86_64-linux-gnu/gazebo-11/plugins"


def _address(port: int) -> bytes:
    return struct.pack("<H", 2) + struct.pack(">H", port)


def write_flight_plugin(rootfs: Path, target: Path, command_port: int) -> None:
    """Write the copy that takes commands on `command_port` and sends states to the port after it.

    Raises SimulationError when the plugin is missing or is not the build that is known.
    """
    source = rootfs / PLUGINS / FILE_NAME
    try:
        code = source.read_bytes()
    except OSError as error:
        raise SimulationError(f"Gazebo's flight plugin cannot be read: {error}") from None
    for old, new in ((COMMAND_PORT, command_port), (STATE_PORT, command_port + 1)):
        count = code.count(_address(old))
        if count != 1:
            raise SimulationError(
                f"{source}: port {old} was found {count} times, not once: this is not the build of "
                "the plugin whose ports can be set"
            )
        code = code.replace(_address(old), _address(new))
    flags = struct.pack("<QQ", DT_FLAGS, DF_BIND_NOW)
    if code.count(flags) != 1:
        raise SimulationError(f"{source}: the flags of its dynamic section are not those known")
    code = code.replace(flags, struct.pack("<QQ", DT_FLAGS, DF_BIND_NOW | DF_SYMBOLIC))
    target.write_bytes(code)

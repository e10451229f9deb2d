"""The ports that a launch needs are tried once before anything starts: one that another program
holds is one sentence, not a process that ends and is restarted for ever.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import NamedTuple

from comms.contracts.errors import ContractError


class Port(NamedTuple):
    """A launch argument that names a port, and what listens there."""

    argument: str
    what: str
    kind: socket.SocketKind
    anywhere: bool  # on the launch's `host`, else on this machine alone


PORTS = (
    Port("screens_port", "the screens", socket.SOCK_STREAM, True),
    Port("grpc_port", "the command centre", socket.SOCK_STREAM, True),
    Port("mavlink_port", "the drone's autopilot link", socket.SOCK_DGRAM, False),
)


def check_ports(values: Mapping[str, str]) -> None:
    """Try the ports that the launch arguments `values` name. Raises ContractError for the first
    that is no port or is taken. Without a drone its port is not tried; 0 means none.
    """
    host = values.get("host") or "127.0.0.1"
    for port in PORTS:
        said = values.get(port.argument, "")
        without_drone = port.kind is socket.SOCK_DGRAM and values.get("drone") == "false"
        if said in ("", "0") or without_drone:
            continue
        if not said.isdigit() or int(said) > 65535:
            raise ContractError(f"{port.argument}:={said} is not a port (1 to 65535)")
        _try(port, host if port.anywhere else "127.0.0.1", int(said))


def _try(port: Port, host: str, number: int) -> None:
    with socket.socket(socket.AF_INET, port.kind) as probe:
        if port.kind is socket.SOCK_STREAM:  # a connection of an earlier run may linger
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            raise ContractError(
                f"{port.what} cannot have port {number} on {host} ({error.strerror}): another "
                f"program, or another run, holds it; choose another: {port.argument}:={number + 1}"
            ) from None

"""Free local ports for one run of the simulation."""

from __future__ import annotations

import itertools
import socket

from simulation.gazebo.errors import SimulationError

HOST = "127.0.0.1"
FIRST, LAST = 11400, 11999


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # a port that an ended run has left behind is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_tcp_port(preferred: int = 0) -> int:
    """`preferred` if given, else the first free port from FIRST on.

    Raises SimulationError when `preferred` is taken.
    """
    if preferred:
        if not _is_free(preferred, socket.SOCK_STREAM):
            raise SimulationError(f"port {preferred} is taken; leave out --port to take a free one")
        return preferred
    for port in range(FIRST, LAST):
        if _is_free(port, socket.SOCK_STREAM):
            return port
    raise SimulationError(f"no TCP port between {FIRST} and {LAST} is free")


def free_udp_pairs(count: int) -> list[int]:
    """The first ports of so many pairs of free UDP ports that follow each other.

    Raises SimulationError when there are not so many.
    """
    free = (
        port
        for port in range(FIRST, LAST, 2)
        if _is_free(port, socket.SOCK_DGRAM) and _is_free(port + 1, socket.SOCK_DGRAM)
    )
    found = list(itertools.islice(free, count))
    if len(found) < count:
        raise SimulationError(
            f"{count} pairs of UDP ports are needed and between {FIRST} and {LAST} "
            f"{len(found)} are free"
        )
    return found

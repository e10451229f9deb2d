"""The cable between the base driver and the motor controller: wheel speeds in small UDP datagrams.

A datagram carries who sends (a session's random number), a sequence number and the simulated time,
so that an old or repeated one is known as such.
"""

from __future__ import annotations

import secrets
import socket
import struct
from dataclasses import dataclass

HOST = "127.0.0.1"
_FORMAT = struct.Struct("<4sIIQdd")
_MAGIC = b"WHL1"


@dataclass(frozen=True)
class WheelCommand:
    """Wanted wheel speeds in rad/s, forward positive; `stamp_ns`: simulated time."""

    session: int
    sequence: int
    stamp_ns: int
    left_radps: float
    right_radps: float

    def encode(self) -> bytes:
        return _FORMAT.pack(
            _MAGIC, self.session, self.sequence, self.stamp_ns, self.left_radps, self.right_radps
        )

    @classmethod
    def decode(cls, datagram: bytes) -> WheelCommand | None:
        """None for anything that is not such a datagram."""
        if len(datagram) != _FORMAT.size:
            return None
        magic, *values = _FORMAT.unpack(datagram)
        return cls(*values) if magic == _MAGIC else None


class MotorLink:
    """The base driver's end of the cable."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._address = (HOST, port)
        self._session = secrets.randbits(32)
        self._sequence = 0

    def send(self, stamp_ns: int, left_radps: float, right_radps: float) -> None:
        self._sequence += 1
        command = WheelCommand(self._session, self._sequence, stamp_ns, left_radps, right_radps)
        self._socket.sendto(command.encode(), self._address)

    def close(self) -> None:
        self._socket.close()

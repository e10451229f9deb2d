"""One TCP connection of Gazebo's transport: frames of eight hexadecimal digits of length and that
many bytes.

The wire format was taken from what Gazebo 11 sends; a frame to or from the master holds a `Packet`
(type + serialised message), a frame between peers holds the bare message.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from simulation.gazebo.messages import message_class

_HEADER_BYTES = 8


class Connection:
    """A framed socket. `send` may be called from several threads, `receive` from one."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._sending = threading.Lock()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    def to(cls, host: str, port: int, timeout_s: float = 5.0) -> Connection:
        """Connect. Raises OSError when nobody listens there."""
        sock = socket.create_connection((host, port), timeout=timeout_s)
        sock.settimeout(None)
        return cls(sock)

    def send(self, payload: bytes) -> None:
        """Send one frame. Raises OSError when the peer has gone."""
        with self._sending:
            self._socket.sendall(b"%08X" % len(payload) + payload)

    def receive(self) -> bytes:
        """Wait for one frame. Raises EOFError or OSError when the peer has gone."""
        return self._exactly(int(self._exactly(_HEADER_BYTES), 16))

    def send_packet(self, kind: str, message: Any) -> None:
        now = time.time_ns()
        packet = message_class("Packet")(type=kind, serialized_data=message.SerializeToString())
        packet.stamp.sec, packet.stamp.nsec = divmod(now, 1_000_000_000)
        self.send(packet.SerializeToString())

    def receive_packet(self) -> Any:
        return message_class("Packet").FromString(self.receive())

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            self._socket.close()  # the peer was faster
            return
        self._socket.close()

    def _exactly(self, count: int) -> bytes:
        buffer = bytearray(count)
        view = memoryview(buffer)
        got = 0
        while got < count:
            read = self._socket.recv_into(view[got:])
            if read == 0:
                raise EOFError("the peer closed the connection")
            got += read
        return bytes(buffer)

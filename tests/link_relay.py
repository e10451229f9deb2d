"""A FAKE radio for link tests: a TCP port or a serial line at one end, the autopilot's UDP at the
other.

The simulated autopilot speaks UDP only; bytes are passed on as they come, in both directions.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import tty

_LOOK_S = 0.05


class Relay:
    """Give `udp_port` to the autopilot and `url` to the link under test; `close` it."""

    def __init__(self, kind: str) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.udp_port = int(self._udp.getsockname()[1])
        self._autopilot: tuple[str, int] | None = None
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None
        self._lines: tuple[int, int] | None = None
        if kind == "tcp":
            self._server = socket.create_server(("127.0.0.1", 0))
            self.url = f"tcpout://127.0.0.1:{self._server.getsockname()[1]}"
        else:
            self._lines = os.openpty()
            for line in self._lines:
                tty.setraw(line)
            self.url = f"serial://{os.ttyname(self._lines[1])}:57600"
        self._closing, self._hang_up = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """Close the TCP connection, as a modem does that loses its net."""
        self._hang_up.set()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(2.0)
        self._drop_client()
        self._udp.close()
        if self._server is not None:
            self._server.close()
        for line in self._lines or ():
            os.close(line)

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._hang_up.is_set():
                self._hang_up.clear()
                self._drop_client()
            stream = self._lines[0] if self._lines else self._client
            sources = [s for s in (self._udp, self._server, stream) if s is not None]
            ready, _, _ = select.select(sources, [], [], _LOOK_S)
            for source in ready:
                try:
                    self._pass_on(source)
                except ConnectionError:  # the client has gone
                    self._drop_client()

    def _drop_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _pass_on(self, source: object) -> None:
        if source is self._udp:
            data, self._autopilot = self._udp.recvfrom(4096)
            if self._lines:
                os.write(self._lines[0], data)
            elif self._client is not None:
                self._client.sendall(data)
        elif source is self._server and self._server is not None:
            self._drop_client()
            self._client, _ = self._server.accept()
        elif source in (self._client, self._lines and self._lines[0]):
            if self._lines:
                data = os.read(self._lines[0], 4096)
            else:
                assert self._client is not None
                data = self._client.recv(4096)
                if not data:
                    self._drop_client()
            if data and self._autopilot is not None:
                self._udp.sendto(data, self._autopilot)

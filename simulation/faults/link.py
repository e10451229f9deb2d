"""A TCP relay between unit and command centre that can be cut, as a radio link is: nothing passes,
nobody is told.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time


class LinkCutter:
    """Relays 127.0.0.1:`port` to 127.0.0.1:`target` until it is cut or closed."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._is_cut = False
        self._closed = False
        self.passed_bytes = 0
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """From now on nothing passes: what is sent vanishes, and who calls is not answered."""
        self._is_cut = True

    def restore(self) -> None:
        """New calls pass again; the old connections are gone."""
        self._is_cut = False

    def close(self) -> None:
        self._closed = True
        self._thread.join(3.0)
        for one in (*self._pairs, self._listener):
            one.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            was_cut = False
            while not self._closed:
                if self._is_cut:
                    was_cut = True
                    time.sleep(0.05)
                    continue
                if was_cut:
                    was_cut = False
                    for one in list(self._pairs):
                        self._drop(selector, one)
                for key, _ in selector.select(0.05):
                    self._serve(selector, key.fileobj)  # type: ignore[arg-type]

    def _serve(self, selector: selectors.BaseSelector, ready: socket.socket) -> None:
        if ready is self._listener:
            near, _ = ready.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 2.0)
            except OSError:  # the centre is down: so is the call
                near.close()
                return
            for one, other in ((near, far), (far, near)):
                self._pairs[one] = other
                selector.register(one, selectors.EVENT_READ)
            return
        try:
            data = ready.recv(65536)
            if data:
                self._pairs[ready].sendall(data)
                self.passed_bytes += len(data)
                return
        except OSError:
            data = b""
        self._drop(selector, ready)

    def _drop(self, selector: selectors.BaseSelector, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        for end in (one, other):
            selector.unregister(end)
            end.close()

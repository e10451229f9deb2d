"""A command centre in a thread, and a unit that speaks the link by hand, for the tests here."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc

from comms.centre.server import Centre
from comms.centre.site_files import SiteFiles
from comms.security.authority import Authority
from comms.security.credentials import CHANNEL_OPTIONS, client_credentials
from comms.security.identity import Role
from comms.security.init import ensure_all
from comms.wire import (
    centre_pb2_grpc,
    convert,
    link_pb2,
    link_pb2_grpc,
    types_pb2,
)

UNIT = "unit-1"


def until(what: Callable[[], Any], within_s: float = 10.0) -> Any:
    """Wait until `what()` is true and return it."""
    end = time.monotonic() + within_s
    while not (value := what()):
        assert time.monotonic() < end, f"not within {within_s} s; the last value was {value!r}"
        time.sleep(0.02)
    return value


class RunningCentre:
    """A real centre on a real port; `stop` and `start` again keep folder and port."""

    def __init__(self, folder: Path, site: SiteFiles | None = None) -> None:
        self.folder = folder
        self.site = site
        self.authority: Authority = ensure_all(folder / "pki", units=[UNIT, "unit-2"])
        self.port = 0
        self.centre: Centre | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.start()

    def start(self) -> None:
        ready: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

        async def serve() -> None:
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            database = self.folder / "centre.sqlite"
            address = f"127.0.0.1:{self.port}"
            async with Centre(database, self.authority, address, self.site) as centre:
                self.port, self.centre = centre.port, centre
                ready.put(None)
                await self._end.wait()

        def run() -> None:
            try:
                asyncio.run(serve())
            except BaseException as error:
                ready.put(error)
                raise

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        failed = ready.get(timeout=10)
        if failed is not None:
            raise failed

    def stop(self) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def channel(self, name: str = "operator", role: Role = Role.OPERATOR) -> grpc.Channel:
        credentials = client_credentials(name, role, self.authority.folder)
        return grpc.secure_channel(f"localhost:{self.port}", credentials, CHANNEL_OPTIONS)

    @contextmanager
    def operator(self) -> Iterator[Any]:
        with self.channel() as channel:
            yield centre_pb2_grpc.CentreStub(channel)

    def unit(self, outbox_id: str = "outbox", **hello: Any) -> HandUnit:
        return HandUnit(self, outbox_id, **hello)


class HandUnit:
    """A unit's stream, message by message."""

    def __init__(self, centre: RunningCentre, outbox_id: str, name: str = UNIT, **hello: Any):
        self.channel = centre.channel(name, Role.UNIT)
        self._out: queue.SimpleQueue[link_pb2.UnitMessage | None] = queue.SimpleQueue()
        self.got: list[link_pb2.CentreMessage] = []
        self.error: grpc.RpcError | None = None
        fields = {"unit_id": name, "protocol": 1, "outbox_id": outbox_id, **hello}
        self.send(hello=link_pb2.Hello(**fields))
        self._call = link_pb2_grpc.UnitLinkStub(self.channel).Connect(iter(self._out.get, None))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for message in self._call:
                self.got.append(message)
        except grpc.RpcError as error:
            self.error = error

    def send(self, **body: Any) -> None:
        self._out.put(link_pb2.UnitMessage(**body))

    def record(self, seq: int, **body: Any) -> None:
        self.send(record=link_pb2.Record(seq=seq, **body))

    def all_of(self, kind: str) -> list[Any]:
        return [getattr(m, kind) for m in list(self.got) if m.WhichOneof("body") == kind]

    def wait(self, kind: str, count: int = 1) -> list[Any]:
        return until(lambda: found if len(found := self.all_of(kind)) >= count else None)

    def acked(self, seq: int) -> bool:
        return any(ack.stored_seq >= seq for ack in self.all_of("ack"))

    def ended(self) -> grpc.RpcError:
        self._thread.join(10)
        assert self.error is not None
        return self.error

    def close(self) -> None:
        self._out.put(None)
        self.channel.close()
        self._thread.join(5)


def finding(number: int, revision: int = 0, size: int = 100, **fields: Any) -> types_pb2.Finding:
    now = convert.time_to_wire(datetime.now(UTC))
    made = types_pb2.Finding(
        finding_id=f"finding-{number}", revision=revision, phase=types_pb2.FINDING_PHASE_NEW,
        kind="person", confidence=0.5, source=types_pb2.VEHICLE_ROBOT, first_seen=now,
        last_seen=now, count=1, snapshot_jpeg=bytes(size),
        position=types_pb2.GeoPoint(latitude_deg=29.868, longitude_deg=121.615),
    )  # fmt: skip
    made.MergeFrom(types_pb2.Finding(**fields))
    return made

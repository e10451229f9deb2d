"""The link outlives every end of its stream, at whatever moment the centre ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from comms.bridge.link import Link, LinkDownError, LinkSettings
from comms.bridge.outbox import Outbox
from comms.wire import link_pb2, link_pb2_grpc, types_pb2

RECORDS = 400
STREAMS = 40


class NoOrders:
    """Orders of a centre that gives none."""

    def task(self, wire: types_pb2.Task) -> link_pb2.TaskReceipt:
        raise AssertionError("no task was sent")

    def control(self, control: link_pb2.TaskControl) -> None:
        raise AssertionError("no control was sent")

    def stop(self, stop: link_pb2.Stop) -> None:
        raise AssertionError("no stop was sent")


class ShortCentre(link_pb2_grpc.UnitLinkServicer):
    """Says welcome and ends the stream, each time after one record more; keeps nothing."""

    def __init__(self) -> None:
        self.streams = 0

    def Connect(  # noqa: N802 - the proto's name
        self, requests: Iterator[Any], context: Any
    ) -> Iterator[link_pb2.CentreMessage]:
        self.streams += 1
        next(requests)
        yield link_pb2.CentreMessage(welcome=link_pb2.Welcome(stored_seq=0))
        for _ in range(self.streams % 8):
            next(requests)
        if self.streams % 2:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the centre restarts")


@pytest.fixture
def serve() -> Iterator[Callable[[link_pb2_grpc.UnitLinkServicer], str]]:
    servers = []

    def begin(servicer: link_pb2_grpc.UnitLinkServicer) -> str:
        server = grpc.server(ThreadPoolExecutor(4))
        link_pb2_grpc.add_UnitLinkServicer_to_server(servicer, server)
        port = server.add_secure_port("127.0.0.1:0", grpc.local_server_credentials())
        server.start()
        servers.append(server)
        return f"127.0.0.1:{port}"

    yield begin
    for server in servers:
        server.stop(0).wait()


def the_link(address: str, outbox: Outbox) -> Link:
    settings = LinkSettings(
        address=address,
        hello=link_pb2.Hello,
        credentials=grpc.local_channel_credentials,
        reconnect_first_s=0.01,
        reconnect_max_s=0.02,
    )
    return Link(settings, outbox, NoOrders(), lambda: [], lambda: datetime.now(UTC))


def test_a_message_for_a_stream_that_has_ended_is_the_end_of_the_stream_not_of_the_link(
    serve: Callable[[link_pb2_grpc.UnitLinkServicer], str], tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    address = serve(ShortCentre())
    link = the_link(address, outbox)

    async def say_too_late() -> None:
        async with grpc.aio.secure_channel(address, grpc.local_channel_credentials()) as channel:
            call = link_pb2_grpc.UnitLinkStub(channel).Connect()
            await call.write(link_pb2.UnitMessage(hello=link_pb2.Hello()))
            await call.write(link_pb2.UnitMessage(telemetry=link_pb2.Telemetry()))
            assert (await call.read()).HasField("welcome")
            assert await call.code() == grpc.StatusCode.UNAVAILABLE
            await link.send(call, link_pb2.UnitMessage(telemetry=link_pb2.Telemetry()))

    with pytest.raises(LinkDownError, match="UNAVAILABLE: the centre restarts"):
        asyncio.run(say_too_late())
    outbox.close()


def test_a_stream_that_ends_while_records_are_written_is_opened_again(
    serve: Callable[[link_pb2_grpc.UnitLinkServicer], str], tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    for number in range(RECORDS):
        finding = types_pb2.Finding(finding_id=str(number), snapshot_jpeg=bytes(20_000))
        outbox.put(str(number), link_pb2.Record(finding=finding))
    assert outbox.flush()
    centre = ShortCentre()
    link = the_link(serve(centre), outbox)
    link.start()
    try:
        end = time.monotonic() + 30.0
        while centre.streams < STREAMS:
            assert link.is_alive, f"the link's thread ended at stream {centre.streams}"
            assert time.monotonic() < end, f"only {centre.streams} streams"
            time.sleep(0.02)
        assert outbox.count() == RECORDS  # nothing was acknowledged, so nothing may be gone
    finally:
        link.close()
        outbox.close()
    assert not link.is_alive

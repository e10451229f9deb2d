"""Records to the command centre: our durable link against a bare gRPC stream."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc

from comms.contracts.task import TaskState, TaskUpdate, Vehicle
from comms.wire import convert, link_pb2
from tests.bench.measure import Bench, Pair
from tests.browser.stand_in_unit import StandInUnit, until
from tests.unit.centre_rig import UNIT, RunningCentre

_RECORDS = 400


def _record(number: int) -> link_pb2.Record:
    update = TaskUpdate(
        task_id=f"bench-{number}",
        vehicle=Vehicle.ROBOT,
        state=TaskState.RUNNING,
        reason="drive to a place",
        actor="bench",
        at=datetime.now(UTC),
    )
    return link_pb2.Record(task_update=convert.update_to_wire(update))


class _Bare(grpc.GenericRpcHandler):
    """Acknowledges each record and keeps none."""

    def service(self, details: Any) -> Any:
        return grpc.stream_stream_rpc_method_handler(
            lambda records, _: (record for record in records),
            request_deserializer=link_pb2.Record.FromString,
            response_serializer=link_pb2.Record.SerializeToString,
        )


@contextmanager
def _link() -> Iterator[Pair]:
    with tempfile.TemporaryDirectory() as folder:
        centre = RunningCentre(Path(folder) / "centre")
        unit = StandInUnit(
            UNIT, f"localhost:{centre.port}", centre.authority.folder, _made(Path(folder) / "unit")
        )
        server = grpc.server(ThreadPoolExecutor(2))
        server.add_generic_rpc_handlers((_Bare(),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        call = channel.stream_stream(
            "/bench/Records",
            request_serializer=link_pb2.Record.SerializeToString,
            response_deserializer=link_pb2.Record.FromString,
        )
        sent = 0

        def ours() -> float:
            nonlocal sent
            begin = time.perf_counter()
            for number in range(sent, sent + _RECORDS):
                unit.report(f"t/{number}", _record(number))
            sent += _RECORDS
            until(lambda: unit.waiting == 0, 60.0)
            return _RECORDS / (time.perf_counter() - begin)

        def peer() -> float:
            begin = time.perf_counter()
            assert sum(1 for _ in call(_record(number) for number in range(_RECORDS))) == _RECORDS
            return _RECORDS / (time.perf_counter() - begin)

        yield Pair(ours, peer)
        channel.close()
        server.stop(None)
        unit.close()
        centre.stop()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


BENCHES = [
    Bench(
        "records_to_the_centre",
        "records/s; ours on disk at both ends, over mTLS",
        "higher",
        "gRPC bidirectional stream, in memory, no TLS",
        _link,
        repeats=5,
    ),
]

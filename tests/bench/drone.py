"""A mission of 100 items on board and read back: our transfer against a bare MAVSDK script."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.plugins.mission_raw import MissionItem as RawItem

from drone.link.connection import Vehicle
from drone.link.thread import LoopThread
from drone.missions.encoding import Command, Frame, MissionItem
from tests.autopilot_client import offset
from tests.bench.measure import Bench, Pair
from tests.drone_bench import autopilot, free_udp_port

_ITEMS = 100


def _place(seq: int) -> tuple[int, int]:
    latitude, longitude = offset(2.0 * seq, 1.0 * seq)
    return round(latitude * 1e7), round(longitude * 1e7)


def _ours(seq: int) -> MissionItem:
    x, y = _place(seq)
    return MissionItem(seq, Frame.GLOBAL_RELATIVE_ALT, Command.WAYPOINT, x=x, y=y, z=20.0)


def _bare(seq: int) -> RawItem:
    return RawItem(seq, 3, 16, int(seq == 0), 1, 0.0, 0.0, 0.0, 0.0, *_place(seq), 20.0, 0)


async def _bare_link(port: int) -> tuple[Mavsdk, MissionRawAsync]:
    kind = ComponentType.GROUND_STATION
    mavsdk = Mavsdk(Configuration.create_with_component_type(kind))
    await mavsdk.add_any_connection(f"udpin://127.0.0.1:{port}")
    system = await mavsdk.first_autopilot(20)
    assert system is not None
    return mavsdk, MissionRawAsync(system)


@contextmanager
def _upload() -> Iterator[Pair]:
    ports = free_udp_port(), free_udp_port()
    items, bare_items = tuple(map(_ours, range(_ITEMS))), [_bare(i) for i in range(_ITEMS)]
    real_time = ("--speedup", "1")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "autopilot.log"
        with autopilot(ports[0], log, *real_time), autopilot(ports[1], log, *real_time):
            thread, bare_thread = LoopThread(), LoopThread("bare")
            vehicle = Vehicle(f"udpin://127.0.0.1:{ports[0]}")
            thread.submit(vehicle.run())
            mavsdk, raw = bare_thread.submit(_bare_link(ports[1])).result(30)
            while not vehicle.view.knows_itself:
                time.sleep(0.1)
            transfer = vehicle.transfer
            assert transfer is not None

            async def script() -> None:
                await raw.upload_mission(bare_items)
                on_board = await raw.download_mission()
                assert [(i.x, i.y) for i in on_board] == [(i.x, i.y) for i in bare_items]

            def ours() -> float:
                begin = time.perf_counter()
                thread.submit(transfer.put_mission(items)).result(60)
                return (time.perf_counter() - begin) * 1e3

            def peer() -> float:
                begin = time.perf_counter()
                bare_thread.submit(script()).result(60)
                return (time.perf_counter() - begin) * 1e3

            try:
                yield Pair(ours, peer)
            finally:
                thread.close()
                bare_thread.close()
                mavsdk.destroy()


BENCHES = [
    Bench(
        "drone_upload",
        f"ms; {_ITEMS} items on board and read back, by both",
        "lower",
        "bare MAVSDK mission_raw",
        _upload,
        repeats=15,
    )
]

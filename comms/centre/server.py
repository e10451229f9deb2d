"""The command centre as one object: store, services and the gRPC server around them.

`async with Centre(...)` is all that the program and the tests need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from comms.centre.access import RoleInterceptor
from comms.centre.centre_service import CentreService
from comms.centre.drone_wishes import DroneWishes
from comms.centre.errors import StoreError
from comms.centre.flight_changes import FlightChanges
from comms.centre.ingest import Ingest
from comms.centre.site_files import SiteFiles
from comms.centre.situation import Situation
from comms.centre.store import Store
from comms.centre.task_desk import TaskDesk
from comms.centre.unit_answers import UnitAnswers
from comms.centre.unit_link import UnitLinkService
from comms.centre.unit_store import known_units
from comms.centre.watch import Watchers
from comms.security.authority import Authority
from comms.security.credentials import CHANNEL_OPTIONS, server_credentials
from comms.security.identity import Role
from comms.security.init import SERVER_NAME
from comms.wire import centre_pb2, centre_pb2_grpc, link_pb2, link_pb2_grpc

_SERVER_OPTIONS = (
    *CHANNEL_OPTIONS,
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.max_concurrent_streams", 200),  # per connection
    ("grpc.so_reuseport", 0),  # two centres on one port would share the units between them
)
_TIDY_EVERY_S = 1.0
_GRACE_S = 1.0


class Centre:
    """A command centre that keeps its store in `database` and listens on `address`.

    The certificates must be there (`comms.security.init`). `port` is known after entering.
    """

    def __init__(
        self,
        database: Path,
        authority: Authority,
        address: str = "127.0.0.1:7443",
        site: SiteFiles | None = None,
    ) -> None:
        self.store = Store(database)
        self.watchers = Watchers()
        self.situation = Situation(self.store.read_now(known_units))
        self.ingest = Ingest(self.store, self.watchers)
        self.desk = TaskDesk(self.store, self.situation, self.watchers, site)
        answers = UnitAnswers(self.situation)
        changes = FlightChanges(self.store, answers)
        wishes = DroneWishes(self.situation, answers)
        self.links = UnitLinkService(
            self.store, self.situation, self.watchers, self.ingest, self.desk, answers
        )
        self.service = CentreService(
            self.store, self.situation, self.watchers, self.desk, self.links, changes, wishes, site
        )
        self._authority = authority
        self._address = address
        self.port = 0
        self._server: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._server = grpc.aio.server(interceptors=[RoleInterceptor()], options=_SERVER_OPTIONS)
        centre_pb2_grpc.add_CentreServicer_to_server(self.service, self._server)
        link_pb2_grpc.add_UnitLinkServicer_to_server(self.links, self._server)
        names = [
            centre_pb2.DESCRIPTOR.services_by_name["Centre"].full_name,
            link_pb2.DESCRIPTOR.services_by_name["UnitLink"].full_name,
        ]
        healthy = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(healthy, self._server)
        for name in ("", *names):
            await healthy.set(name, health_pb2.HealthCheckResponse.SERVING)
        reflection.enable_server_reflection(
            [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server
        )
        pair = self._authority.pair(SERVER_NAME, Role.SERVER)
        credentials = server_credentials(pair, self._authority.root.certificate)
        try:
            self.port = self._server.add_secure_port(self._address, credentials)
        except RuntimeError:
            self.store.close()
            raise StoreError(
                f"the address {self._address} cannot be taken: another command centre runs there?"
            ) from None
        await self._server.start()
        self._tasks = [
            asyncio.create_task(self.ingest.run(), name="ingest"),
            asyncio.create_task(_repeat(self.desk.expire), name="expire"),
            asyncio.create_task(_repeat(self.links.close_silent), name="close-silent"),
        ]
        for task in self._tasks:
            task.add_done_callback(_loudly)
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self.situation.connections():
            connection.close("the command centre ends")
        await self._server.stop(_GRACE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.store.close()


async def _repeat(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(_TIDY_EVERY_S)
        await work()


def _loudly(task: asyncio.Task[None]) -> None:
    """A background task that ends by an error ends the process: nothing works without it."""
    if not task.cancelled() and task.exception() is not None:
        task.get_loop().call_exception_handler(
            {"message": f"{task.get_name()} ended", "exception": task.exception(), "task": task}
        )
        task.get_loop().stop()

"""The service that people and programs use: ask, command, and watch."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import grpc

from comms.centre import task_store, unit_store
from comms.centre.access import caller
from comms.centre.drone_wishes import DroneWishes
from comms.centre.errors import (
    REASON_KEY,
    VALUES_KEY,
    ExistsError,
    NotFoundError,
    StateError,
    UnreachableError,
)
from comms.centre.flight_changes import FlightChanges
from comms.centre.site_files import SiteFiles
from comms.centre.situation import Situation, unit_event
from comms.centre.store import Store
from comms.centre.task_desk import TaskDesk
from comms.centre.unit_link import UnitLinkService
from comms.centre.unit_store import StopOrder
from comms.centre.watch import SlowWatcherError, Watchers
from comms.contracts.errors import ContractError
from comms.wire import centre_pb2, centre_pb2_grpc

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
_STATUS: tuple[tuple[type[ContractError], grpc.StatusCode], ...] = (
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (StateError, grpc.StatusCode.FAILED_PRECONDITION),
    (UnreachableError, grpc.StatusCode.UNAVAILABLE),
    (ExistsError, grpc.StatusCode.ALREADY_EXISTS),
    (ContractError, grpc.StatusCode.INVALID_ARGUMENT),
)
_WISH = {
    centre_pb2.ControlTaskRequest.CANCEL: "cancel",
    centre_pb2.ControlTaskRequest.PAUSE: "pause",
    centre_pb2.ControlTaskRequest.RESUME: "resume",
}


def _one_sentence(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Turn our errors into a status code and their sentence."""

    @wraps(method)
    async def wrapped(self: Any, request: Any, context: Any) -> Any:
        try:
            return await method(self, request, context)
        except ContractError as error:
            code = next(code for kind, code in _STATUS if isinstance(error, kind))
            await context.abort(code, str(error), _for_programs(error))

    return wrapped


def _for_programs(error: ContractError) -> tuple[tuple[str, str | bytes], ...]:
    """Trailing metadata with which a client can act on the error, or say it in its language."""
    reason = getattr(error, "reason", "")
    if not reason:
        return ()
    values = json.dumps(getattr(error, "values", {})).encode()
    return ((REASON_KEY, reason), (VALUES_KEY, values))


class CentreService(centre_pb2_grpc.CentreServicer):
    """patrol.v1.Centre."""

    def __init__(
        self,
        store: Store,
        situation: Situation,
        watchers: Watchers,
        desk: TaskDesk,
        links: UnitLinkService,
        changes: FlightChanges,
        wishes: DroneWishes,
        site: SiteFiles | None,
    ) -> None:
        self._store = store
        self._situation = situation
        self._watchers = watchers
        self._desk = desk
        self._links = links
        self._changes = changes
        self._wishes = wishes
        self._site = site

    @_one_sentence
    async def GetSite(self, request: Any, context: Any) -> Any:  # noqa: N802
        site = self._site
        if site is None:
            raise NotFoundError("the command centre was started without a site")
        if request.site_id not in ("", site.site.site_id):
            raise NotFoundError(
                f"there is no site {request.site_id!r}; there is {site.site.site_id!r}"
            )
        return centre_pb2.GetSiteResponse(
            site_id=site.site.site_id,
            site_geojson=site.geojson,
            beat_geojson=site.beats.values(),
        )

    @_one_sentence
    async def ListUnits(self, request: Any, context: Any) -> Any:  # noqa: N802
        return centre_pb2.ListUnitsResponse(units=self._situation.units())

    @_one_sentence
    async def ListTasks(self, request: Any, context: Any) -> Any:  # noqa: N802
        limit = _limit(request.limit)
        found = await self._store.read(
            lambda connection: task_store.records(
                connection, unit_id=request.unit_id, open_only=request.open_only, limit=limit
            )
        )
        return centre_pb2.ListTasksResponse(tasks=found)

    @_one_sentence
    async def ListFindings(self, request: Any, context: Any) -> Any:  # noqa: N802
        found, total = await self._store.read(
            unit_store.list_findings, request.unit_id, request.live_only, _limit(request.limit)
        )
        return centre_pb2.ListFindingsResponse(findings=found, total=total)

    @_one_sentence
    async def ListVisits(self, request: Any, context: Any) -> Any:  # noqa: N802
        found = await self._store.read(
            unit_store.list_visits, request.unit_id, request.task_id, MAX_LIMIT
        )
        return centre_pb2.ListVisitsResponse(visits=found)

    @_one_sentence
    async def GetSnapshot(self, request: Any, context: Any) -> Any:  # noqa: N802
        if request.visit_id:
            jpeg = await self._store.read(unit_store.visit_picture, request.visit_id)
            what = f"a visit {request.visit_id!r}"
        else:
            jpeg = await self._store.read(unit_store.newest_picture, request.finding_id)
            what = f"a finding {request.finding_id!r}"
        if jpeg is None:
            raise NotFoundError(f"there is no picture of {what}")
        return centre_pb2.GetSnapshotResponse(jpeg=jpeg)

    @_one_sentence
    async def CreateTask(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._desk.create(request.task, caller(context).name)

    @_one_sentence
    async def ApproveTask(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await self._desk.approve(request.task_id, request.by or caller(context).name)

    @_one_sentence
    async def ControlTask(self, request: Any, context: Any) -> Any:  # noqa: N802
        wish = _WISH.get(request.action)
        if wish is None:
            raise ContractError("say what to do with the task: cancel, pause or resume")
        by = request.by or caller(context).name
        return await self._desk.control(request.task_id, wish, by, request.reason)

    @_one_sentence
    async def ChangeFlight(self, request: Any, context: Any) -> Any:  # noqa: N802
        by = request.by or caller(context).name
        return centre_pb2.ChangeFlightResponse(detail=await self._changes.ask(request, by))

    @_one_sentence
    async def TellWeather(self, request: Any, context: Any) -> Any:  # noqa: N802
        by = request.by or caller(context).name
        return centre_pb2.TellWeatherResponse(detail=await self._wishes.tell_weather(request, by))

    @_one_sentence
    async def TakePhoto(self, request: Any, context: Any) -> Any:  # noqa: N802
        by = request.by or caller(context).name
        return centre_pb2.TakePhotoResponse(detail=await self._wishes.take_photo(request, by))

    @_one_sentence
    async def StopUnit(self, request: Any, context: Any) -> Any:  # noqa: N802
        if request.unit_id:
            targets = [self._situation.known(request.unit_id).unit_id]
        else:
            targets = [unit.unit_id for unit in self._situation.units()]
        answer = centre_pb2.StopUnitResponse(stop_id=str(uuid.uuid4()))
        orders = [
            StopOrder(
                stop_id=answer.stop_id,
                unit_id=unit_id,
                engage=not request.release,
                actor=request.by or caller(context).name,
                reason=request.reason,
                at=datetime.now(UTC),
            )
            for unit_id in targets
        ]
        for order, sent in zip(orders, await self._links.stop_units(orders), strict=True):
            (answer.sent_to if sent else answer.not_connected).append(order.unit_id)
        return answer

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        if len(self._watchers) >= self._watchers.max_watchers:
            await context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watch at once; try again later"
            )
        async with self._watcher(request.unit_id) as watcher:
            # At once, also when there is nothing to tell: who watches knows that it does.
            await context.send_initial_metadata(())
            try:
                async for event in watcher.events():
                    yield event
            except SlowWatcherError:
                await context.abort(
                    grpc.StatusCode.RESOURCE_EXHAUSTED, "too slow: changes were lost; watch again"
                )

    @asynccontextmanager
    async def _watcher(self, unit_id: str) -> AsyncIterator[Any]:
        """A watcher that was given the snapshot. It is added first, so no change is missed."""
        watcher = self._watchers.add(unit_id)
        try:
            findings, _ = await self._store.read(unit_store.list_findings, unit_id, True, MAX_LIMIT)
            tasks = await self._store.read(
                lambda c: task_store.records(c, unit_id=unit_id, open_only=True, limit=MAX_LIMIT)
            )
            watcher.put_snapshot(
                [
                    *(unit_event(unit) for unit in self._situation.units()),
                    *(centre_pb2.Event(task=record) for record in reversed(tasks)),
                    *(centre_pb2.Event(finding=finding) for finding in reversed(findings)),
                ]
            )
            yield watcher
        finally:
            self._watchers.remove(watcher)


def _limit(asked: int) -> int:
    if asked < 0:
        raise ContractError("a limit cannot be negative")
    return min(asked or DEFAULT_LIMIT, MAX_LIMIT)

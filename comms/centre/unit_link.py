"""The service that units connect to: their stream in, tasks, stops and acknowledgements out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from comms.centre.access import caller
from comms.centre.ingest import Ingest
from comms.centre.record_store import stored_seq
from comms.centre.situation import Situation, copy_of, unit_event
from comms.centre.store import Store
from comms.centre.task_desk import TaskDesk
from comms.centre.unit_answers import UnitAnswers
from comms.centre.unit_connection import UnitConnection
from comms.centre.unit_store import (
    StopOrder,
    confirm_stop,
    remember_stops,
    remember_unit,
    unconfirmed_stop,
)
from comms.centre.watch import Watchers
from comms.contracts.errors import ContractError
from comms.logs import get_logger
from comms.wire import centre_pb2, convert, link_pb2, link_pb2_grpc

PROTOCOL = 1
HELLO_WITHIN_S = 10.0
SILENT_AFTER_S = 20.0
STOP_AGAIN_FOR = timedelta(minutes=10)
_MAX_SEQ = 2**63 - 1


class UnitLinkService(link_pb2_grpc.UnitLinkServicer):
    """patrol.v1.UnitLink."""

    def __init__(
        self,
        store: Store,
        situation: Situation,
        watchers: Watchers,
        ingest: Ingest,
        desk: TaskDesk,
        answers: UnitAnswers,
    ) -> None:
        self._store = store
        self._situation = situation
        self._watchers = watchers
        self._ingest = ingest
        self._desk = desk
        self._answers = answers
        self._log = get_logger()

    async def Connect(  # noqa: N802
        self, requests: AsyncIterator[link_pb2.UnitMessage], context: Any
    ) -> AsyncIterator[link_pb2.CentreMessage]:
        hello = await self._hello(requests, context)
        connection = UnitConnection(hello.unit_id, hello.outbox_id)
        log = get_logger(unit=hello.unit_id)
        stored = await self._store.read(stored_seq, hello.unit_id, hello.outbox_id)
        welcome = link_pb2.Welcome(stored_seq=stored, protocol=PROTOCOL)
        connection.send(link_pb2.CentreMessage(welcome=welcome))
        unit = self._situation.connected(connection, hello)
        self._watchers.tell([unit_event(unit)])
        log.info("unit_connected", software=hello.software, stored_seq=stored)
        reader = asyncio.create_task(self._read(connection, requests))
        try:
            await self._store.write(remember_unit, copy_of(unit))
            await self._send_stop_again(connection)
            await self._desk.send_open(connection.unit_id)
            async for message in connection.outgoing():
                yield message
            log.info("unit_stream_closed", why=connection.why_closed)
            if connection.failed:
                await context.abort(grpc.StatusCode.UNAVAILABLE, connection.why_closed)
        finally:
            connection.close("the stream ended")
            reader.cancel()
            gone = self._situation.disconnected(connection)
            if gone is not None:
                self._watchers.tell([unit_event(gone)])
                log.info("unit_disconnected", why=connection.why_closed)
                await self._store.write(remember_unit, copy_of(gone))

    async def stop_units(self, orders: Sequence[StopOrder]) -> list[bool]:
        """Send stops (or releases) at once, then note them. False: no stream; it gets it later."""
        sent = []
        for order in orders:
            connection = self._situation.connection(order.unit_id)
            if connection is not None:
                connection.send(_stop_message(order))  # a stop does not wait for a disk
            sent.append(connection is not None)
        await self._store.write(remember_stops, orders)
        return sent

    async def close_silent(self) -> None:
        """Close streams of units that have said nothing for SILENT_AFTER_S."""
        now = time.monotonic()
        for connection in self._situation.connections():
            if now - connection.last_heard > SILENT_AFTER_S:
                connection.close(f"nothing was heard for {SILENT_AFTER_S:.0f} s")

    async def _hello(
        self, requests: AsyncIterator[link_pb2.UnitMessage], context: Any
    ) -> link_pb2.Hello:
        refuse = context.abort
        try:
            first = await asyncio.wait_for(anext(requests), HELLO_WITHIN_S)
        except (TimeoutError, StopAsyncIteration):
            await refuse(grpc.StatusCode.INVALID_ARGUMENT, "the unit must say hello first")
            raise
        hello = first.hello
        name = caller(context).name
        if first.WhichOneof("body") != "hello" or not hello.outbox_id:
            await refuse(
                grpc.StatusCode.INVALID_ARGUMENT, "the unit must say hello first, with its outbox"
            )
        if hello.unit_id != name:
            self._log.warning("hello_refused", says=hello.unit_id, certificate=name)
            await refuse(
                grpc.StatusCode.PERMISSION_DENIED,
                f"the certificate is that of {name!r}, not of {hello.unit_id!r}",
            )
        if hello.protocol != PROTOCOL:
            await refuse(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"this centre speaks version {PROTOCOL} of the link, not {hello.protocol}",
            )
        return hello

    async def _read(
        self, connection: UnitConnection, requests: AsyncIterator[link_pb2.UnitMessage]
    ) -> None:
        why = "the unit closed it"
        try:
            async for message in requests:
                connection.last_heard = time.monotonic()
                await self._take(connection, message)
        except ContractError as error:
            why = str(error)
            self._log.warning("unit_message_refused", unit=connection.unit_id, why=why)
        except (grpc.RpcError, grpc.aio.UsageError, asyncio.InvalidStateError) as error:
            why = f"the stream broke: {type(error).__name__}"
        finally:
            connection.close(why)

    async def _take(self, connection: UnitConnection, message: link_pb2.UnitMessage) -> None:
        body = message.WhichOneof("body")
        if body == "record":
            if not 0 < message.record.seq <= _MAX_SEQ:
                raise ContractError(f"{message.record.seq} is not a number of a record")
            await self._ingest.put(connection, message.record)
        elif body == "telemetry":
            try:
                unit = self._situation.telemetry(connection.unit_id, message.telemetry)
            except ContractError as error:
                self._log.warning("telemetry_refused", unit=connection.unit_id, why=str(error))
                return
            self._watchers.tell([unit_event(unit)])
        elif body == "task_receipt":
            await self._desk.receipt(connection.unit_id, message.task_receipt)
        elif body == "stop_receipt":
            await self._confirm(connection.unit_id, message.stop_receipt)
        elif body == "change_receipt":
            self._answers.receipt(connection.unit_id, message.change_receipt)
        elif body == "time_ping":
            self._situation.heard(connection.unit_id)
            pong = link_pb2.TimePong(
                unit_time=message.time_ping.unit_time,
                centre_time=convert.time_to_wire(datetime.now(UTC)),
            )
            connection.send(link_pb2.CentreMessage(time_pong=pong))
        else:
            # A newer unit may say more than we know: that is no reason to hang up.
            self._log.warning("unit_message_unknown", unit=connection.unit_id, body=body)

    async def _confirm(self, unit_id: str, receipt: link_pb2.StopReceipt) -> None:
        order = await self._store.write(
            confirm_stop, unit_id, receipt.stop_id, receipt.effective, receipt.detail
        )
        if order is None:
            return
        confirmation = centre_pb2.StopConfirmation(
            unit_id=unit_id,
            stop_id=receipt.stop_id,
            engaged=order.engage,
            effective=receipt.effective,
            detail=receipt.detail,
        )
        self._watchers.tell([centre_pb2.Event(stop=confirmation)])

    async def _send_stop_again(self, connection: UnitConnection) -> None:
        """The newest stop, if it may have been lost with the last stream."""
        order = await self._store.read(unconfirmed_stop, connection.unit_id)
        if order is not None and datetime.now(UTC) - order.at < STOP_AGAIN_FOR:
            connection.send(_stop_message(order))


def _stop_message(order: StopOrder) -> link_pb2.CentreMessage:
    return link_pb2.CentreMessage(
        stop=link_pb2.Stop(
            stop_id=order.stop_id,
            engage=order.engage,
            actor=order.actor,
            reason=order.reason,
        )
    )

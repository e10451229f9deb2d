"""The unit's end of the stream to the command centre: opened, kept, and opened again.

Runs in an event loop of its own, away from ROS. What is urgent (receipts, confirmations of a stop)
overtakes records; records go out in the outbox's order, at most `in_flight` bytes ahead of the
centre's acknowledgement; of telemetry only the newest goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import random
import signal
import sqlite3
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import grpc

from comms.bridge.outbox import Outbox
from comms.contracts.errors import ContractError
from comms.logs import get_logger
from comms.security.credentials import CHANNEL_OPTIONS
from comms.wire import convert, link_pb2, link_pb2_grpc, types_pb2

PROTOCOL = 1
WELCOME_WITHIN_S = 10.0
BATCH_RECORDS = 256
BATCH_BYTES = 1024 * 1024
SETTLED_AFTER_S = 10.0
_HOPELESS = (
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.FAILED_PRECONDITION,
)


class Orders(Protocol):
    """What the centre may ask of the unit. Called in a worker thread, may touch the disk."""

    def task(self, wire: types_pb2.Task) -> link_pb2.TaskReceipt: ...
    def control(self, control: link_pb2.TaskControl) -> None: ...
    def stop(self, stop: link_pb2.Stop) -> None: ...
    def change(self, change: link_pb2.FlightChange) -> None: ...
    def weather(self, weather: link_pb2.Weather) -> None: ...
    def photo(self, photo: link_pb2.PhotoWish) -> None: ...


@dataclass(frozen=True)
class LinkSettings:
    """`address` host:port; rates and limits as in BridgeConfig."""

    address: str
    hello: Callable[[], link_pb2.Hello]
    credentials: Callable[[], Any]
    server_name: str = ""
    telemetry_hz: float = 2.0
    ping_every_s: float = 5.0
    in_flight_bytes: int = 4_000_000
    reconnect_first_s: float = 0.5
    reconnect_max_s: float = 10.0


class LinkDownError(Exception):
    """The stream is over; the message says why."""


class Link:
    """Keeps the stream. `start`, `close` and what is marked so may be called from any thread."""

    def __init__(
        self,
        settings: LinkSettings,
        outbox: Outbox,
        orders: Orders,
        telemetry: Callable[[], Sequence[types_pb2.VehicleState]],
        unit_now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._orders = orders
        self._telemetry = telemetry
        self._unit_now = unit_now
        self._urgent: deque[link_pb2.UnitMessage] = deque()
        self._log = get_logger()
        self._wake = asyncio.Event()
        self._acked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._run_task: asyncio.Task[None] | None = None
        # In this thread's context, so that its log lines carry the process's name.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._thread_main,), name="link", daemon=True
        )
        self._stored_seq = 0
        self._offsets: deque[tuple[float, timedelta]] = deque(maxlen=8)
        self._ping_sent: dict[int, float] = {}
        self._last_word = 0.0
        self._up = False
        self._down_since = time.monotonic()

    @property
    def down_s(self) -> float:
        """Seconds since the link was lost (or since the start), 0 while it is up. Any thread."""
        return 0.0 if self._up else time.monotonic() - self._down_since

    @property
    def is_alive(self) -> bool:
        """Whether it keeps the stream or tries to: from `start` to `close`. Any thread."""
        return self._thread.is_alive()

    @property
    def clock_offset(self) -> timedelta:
        """The centre's clock minus the unit's, by the quickest of the last pings. Any thread."""
        measured = list(self._offsets)
        return min(measured, default=(0.0, timedelta()))[1]

    def start(self) -> None:
        """Begin to connect, in a thread of its own. Any thread."""
        self._thread.start()

    def close(self) -> None:
        """End the stream and the thread. Any thread."""
        loop, task = self._loop, self._run_task
        if loop is not None and task is not None and self.is_alive:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself meanwhile
                loop.call_soon_threadsafe(task.cancel)
            self._thread.join(timeout=5.0)

    def send_urgent(self, message: link_pb2.UnitMessage) -> None:
        """Send before any record. Lost when the link is down: the centre asks again. Any thread."""
        self._urgent.append(message)
        self.wake()

    def wake(self) -> None:
        """There is something new in the outbox. Any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    def _thread_main(self) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._run_task = asyncio.current_task()
            await self._run()

        try:
            asyncio.run(main())
        except asyncio.CancelledError:
            self._log.info("link_closed")
        except Exception:
            # A unit without its link must not look alive: end, and be started anew.
            self._log.exception("link_thread_failed")
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    async def _run(self) -> None:
        wait_s = self._settings.reconnect_first_s
        while True:
            began = time.monotonic()
            why = await self._one_stream()
            if self._up:
                self._up, self._down_since = False, time.monotonic()
            if time.monotonic() - began > SETTLED_AFTER_S:
                wait_s = self._settings.reconnect_first_s
            pause = wait_s * random.uniform(0.7, 1.3)
            self._log.warning("link_down", why=why, again_in_s=round(pause, 2))
            await asyncio.sleep(pause)
            wait_s = min(wait_s * 1.6, self._settings.reconnect_max_s)

    async def _one_stream(self) -> str:
        """Connect and stay connected as long as it goes; returns why it ended."""
        options: list[tuple[str, Any]] = list(CHANNEL_OPTIONS)
        if self._settings.server_name:
            options.append(("grpc.ssl_target_name_override", self._settings.server_name))
        try:
            credentials = self._settings.credentials()
            async with grpc.aio.secure_channel(
                self._settings.address, credentials, options
            ) as channel:
                call = link_pb2_grpc.UnitLinkStub(channel).Connect()
                try:
                    await self._converse(call)
                finally:
                    call.cancel()
        except LinkDownError as error:
            return str(error)
        except ContractError as error:
            self._log.error("link_cannot_be_opened", why=str(error))
            return str(error)
        except sqlite3.Error as error:
            self._log.error("link_without_disk", why=str(error))
            return f"the unit's disk: {error}"
        except grpc.aio.AioRpcError as error:
            if error.code() in _HOPELESS:
                self._log.error("link_refused", code=error.code().name, why=error.details())
            return f"{error.code().name}: {error.details()}"
        return "the centre ended the stream"

    async def _converse(self, call: Any) -> None:
        hello = self._settings.hello()
        hello.outbox_id, hello.protocol = self._outbox.outbox_id, PROTOCOL
        await self.send(call, link_pb2.UnitMessage(hello=hello))
        try:
            first = await asyncio.wait_for(call.read(), WELCOME_WITHIN_S)
        except TimeoutError:
            raise LinkDownError("the centre did not answer the hello") from None
        if first is grpc.aio.EOF:
            await self._raise_status(call)
        if first.WhichOneof("body") != "welcome":
            raise LinkDownError("the centre did not say welcome first")
        await self._take_welcome(first.welcome)
        tasks = [
            asyncio.create_task(work)
            for work in (self._read(call), self._write(call), self._tick())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_welcome(self, welcome: link_pb2.Welcome) -> None:
        last = await asyncio.to_thread(self._outbox.last_seq)
        if welcome.stored_seq > last:
            self._log.error("outbox_is_older", centre_has=welcome.stored_seq, outbox_has=last)
            await asyncio.to_thread(self._outbox.renew_identity)
            raise LinkDownError("the centre has more of this outbox than it holds; new identity")
        self._stored_seq = welcome.stored_seq
        self._outbox.drop_through(welcome.stored_seq)
        self._up, self._last_word = True, time.monotonic()
        self._urgent.clear()  # what waited was meant for a stream that is gone
        self._log.info("link_up", stored_seq=welcome.stored_seq)
        self._wake.set()

    async def _read(self, call: Any) -> None:
        while True:
            message = await call.read()
            if message is grpc.aio.EOF:
                await self._raise_status(call)
            self._last_word = time.monotonic()
            body = message.WhichOneof("body")
            if body == "ack":
                self._take_ack(message.ack.stored_seq)
            elif body == "stop":
                # Not awaited in turn: a stop waits neither for a task nor for its disk.
                self._orders.stop(message.stop)
            elif body == "control":
                await asyncio.to_thread(self._orders.control, message.control)
            elif body == "change":
                self._orders.change(message.change)
            elif body == "weather":
                self._orders.weather(message.weather)
            elif body == "photo":
                self._orders.photo(message.photo)
            elif body == "task":
                receipt = await asyncio.to_thread(self._orders.task, message.task)
                self.send_urgent(link_pb2.UnitMessage(task_receipt=receipt))
            elif body == "time_pong":
                self._take_pong(message.time_pong)
            else:
                self._log.warning("centre_message_unknown", body=body)

    def _take_ack(self, stored_seq: int) -> None:
        if stored_seq > self._stored_seq:
            self._stored_seq = stored_seq
            self._outbox.drop_through(stored_seq)
            self._acked.set()

    def _take_pong(self, pong: link_pb2.TimePong) -> None:
        sent = self._ping_sent.pop(pong.unit_time.ToNanoseconds(), None)
        if sent is None:
            return
        round_trip = time.monotonic() - sent
        middle = convert.time_from_wire(pong.unit_time) + timedelta(seconds=round_trip / 2)
        self._offsets.append((round_trip, convert.time_from_wire(pong.centre_time) - middle))

    async def _raise_status(self, call: Any) -> None:
        code, details = await call.code(), await call.details()
        if code in _HOPELESS:
            self._log.error("link_refused", code=code.name, why=details)
        raise LinkDownError(f"{code.name}: {details}" if details else "the centre ended it")

    async def _write(self, call: Any) -> None:
        async for message in self._outgoing():
            await self.send(call, message)

    async def send(self, call: Any, message: link_pb2.UnitMessage) -> None:
        """Write to the stream `call`; LinkDownError when it is over. In the link's loop."""
        try:
            await call.write(message)
        except asyncio.InvalidStateError:  # gRPC's word for a stream that the other end has ended
            await self._raise_status(call)

    async def _outgoing(self) -> AsyncIterator[link_pb2.UnitMessage]:
        cursor = self._stored_seq
        in_flight: deque[tuple[int, int]] = deque()
        in_flight_bytes = 0
        while True:
            self._wake.clear()
            batch = await asyncio.to_thread(self._outbox.after, cursor, BATCH_RECORDS, BATCH_BYTES)
            for record in batch:
                while in_flight_bytes > self._settings.in_flight_bytes:
                    self._acked.clear()
                    while in_flight and in_flight[0][0] <= self._stored_seq:
                        in_flight_bytes -= in_flight.popleft()[1]
                    while self._urgent:
                        yield self._urgent.popleft()
                    if in_flight_bytes > self._settings.in_flight_bytes:
                        await self._until_acked_or_urgent()
                while self._urgent:
                    yield self._urgent.popleft()
                yield link_pb2.UnitMessage(record=record)
                cursor = record.seq
                size = record.ByteSize()
                in_flight.append((cursor, size))
                in_flight_bytes += size
            while self._urgent:
                yield self._urgent.popleft()
            if not batch:
                await self._wake.wait()

    async def _until_acked_or_urgent(self) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (self._acked, self._wake)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._wake.clear()

    async def _tick(self) -> None:
        """Telemetry and pings, and the end of a stream on which the centre has fallen silent."""
        pinged = 0.0
        sent: dict[int, bytes] = {}
        while True:
            now = time.monotonic()
            if now - self._last_word > 3 * self._settings.ping_every_s + 5.0:
                raise LinkDownError("the centre has fallen silent")
            if now - pinged >= self._settings.ping_every_s:
                pinged = now
                self._urgent.append(self._ping(now))
            fresh = []
            for state in self._telemetry():
                body = state.SerializeToString(deterministic=True)
                if sent.get(state.vehicle) != body:
                    sent[state.vehicle] = body
                    fresh.append(state)
            if fresh and not any(m.WhichOneof("body") == "telemetry" for m in self._urgent):
                telemetry = link_pb2.Telemetry(vehicles=fresh)
                self._urgent.append(link_pb2.UnitMessage(telemetry=telemetry))
            self._wake.set()
            await asyncio.sleep(1.0 / self._settings.telemetry_hz)

    def _ping(self, now: float) -> link_pb2.UnitMessage:
        stamp = convert.time_to_wire(self._unit_now())
        if len(self._ping_sent) > 100:
            self._ping_sent.clear()
        self._ping_sent[stamp.ToNanoseconds()] = now
        return link_pb2.UnitMessage(time_ping=link_pb2.TimePing(unit_time=stamp))

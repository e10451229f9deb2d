"""What a person can do from a screen: each is one call of the centre, and says how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import grpc
from nicegui import ui

from comms.centre.screens.situation import Situation
from comms.centre.screens.words import word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2

STOP_CONFIRMED_WITHIN_S = 5.0


class Actions:
    """Commands of one open page. `who` stands in the task's history."""

    def __init__(self, situation: Situation, language: str, who: str) -> None:
        self.situation = situation
        self.language = language
        self.who = who

    def say(self, key: str, *, good: bool = True) -> None:
        ui.notify(word(key, self.language), type="positive" if good else "negative")

    async def attempt(self, call: Callable[[], Awaitable[object]], done: str) -> bool:
        """Make a call; tell the person that it is done, or the centre's own reason why not."""
        try:
            await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                self.say("link_lost", good=False)
            else:
                ui.notify(error.details() or error.code().name, type="negative", multi_line=True)
            return False
        self.say(done)
        return True

    async def create(self, task: types_pb2.Task) -> bool:
        task.created_by = self.who
        stub = self.situation.stub
        return await self.attempt(lambda: stub.CreateTask(pb.CreateTaskRequest(task=task)), "sent")

    async def approve(self, task_id: str) -> bool:
        request = pb.ApproveTaskRequest(task_id=task_id, by=self.who)
        return await self.attempt(lambda: self.situation.stub.ApproveTask(request), "sent")

    async def cancel(self, task_id: str) -> bool:
        request = pb.ControlTaskRequest(
            task_id=task_id, action=pb.ControlTaskRequest.CANCEL, by=self.who
        )
        return await self.attempt(lambda: self.situation.stub.ControlTask(request), "sent")

    async def stop(self, unit_id: str) -> None:
        """E-stop of one unit, or of all when `unit_id` is empty; says when it has taken effect."""
        before = {u: s.stop_id for u, s in self.situation.stops.items()}
        request = pb.StopUnitRequest(unit_id=unit_id, by=self.who)
        ui.notify(word("stopping", self.language), type="warning")
        try:
            answer = await self.situation.stub.StopUnit(request)
        except grpc.aio.AioRpcError as error:
            ui.notify(
                error.details() or error.code().name, type="negative", timeout=0, close_button=True
            )
            return
        waiting = set(answer.sent_to)
        until = time.monotonic() + STOP_CONFIRMED_WITHIN_S
        while waiting and time.monotonic() < until:
            for unit in list(waiting):
                stop = self.situation.stops.get(unit)
                if stop and stop.stop_id != before.get(unit) and stop.engaged and stop.effective:
                    waiting.discard(unit)
            await asyncio.sleep(0.05)
        missing = sorted(waiting | set(answer.not_connected))
        if missing:
            text = f"{word('stop_failed', self.language)}: {', '.join(missing)}"
            ui.notify(text, type="negative", timeout=0, close_button=True)
        else:
            self.say("stopped")

    async def release(self, unit_id: str) -> None:
        request = pb.StopUnitRequest(unit_id=unit_id, release=True, by=self.who)
        await self.attempt(lambda: self.situation.stub.StopUnit(request), "released")

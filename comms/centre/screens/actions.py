"""What a person can do from a screen: each is one call of the centre, and says how it ended."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from nicegui import ui

from comms.centre.errors import REASON_KEY, VALUES_KEY
from comms.centre.screens.situation import Situation
from comms.centre.screens.words import has_word, word
from comms.wire import centre_pb2 as pb
from comms.wire import types_pb2


class Actions:
    """Commands of one open page. `who` stands in the task's history."""

    def __init__(self, situation: Situation, language: str, who: str) -> None:
        self.situation = situation
        self.language = language
        self.who = who

    def say(self, key: str, **values: object) -> None:
        ui.notify(word(key, self.language, **values), type="positive")

    def complain(self, sentence: str) -> None:
        """An error that stays until the person has read it."""
        ui.notify(sentence, type="negative", multi_line=True, timeout=0, close_button="×")

    def sentence(self, error: grpc.aio.AioRpcError) -> str:
        """The centre's reason in the user's language; its own English words if we have none."""
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return word("link_lost", self.language)
        told = {key: value for key, value in error.trailing_metadata() or ()}
        key = f"refused_{told.get(REASON_KEY, '')}"
        if has_word(key):
            values = json.loads(told.get(VALUES_KEY, b"{}"))
            if self.language == "zh-CN":
                values["name"] = values.get("name_zh") or values.get("name")
            return word(key, self.language, **values)
        return error.details() or error.code().name

    async def attempt(self, call: Callable[[], Awaitable[object]]) -> str:
        """Make a call; the reason in the user's language why it was refused, "" if it was not."""
        try:
            await call()
        except grpc.aio.AioRpcError as error:
            return self.sentence(error)
        return ""

    async def create(self, task: types_pb2.Task) -> str:
        """Give a task. Returns why not, or "" when it is on its way (or waits for approval)."""
        task.created_by = self.who
        request = pb.CreateTaskRequest(task=task)
        return await self.attempt(lambda: self.situation.stub.CreateTask(request))

    async def approve(self, task_id: str) -> None:
        request = pb.ApproveTaskRequest(task_id=task_id, by=self.who)
        self._tell(await self.attempt(lambda: self.situation.stub.ApproveTask(request)), "sent")

    async def cancel(self, task_id: str) -> None:
        await self._control(task_id, pb.ControlTaskRequest.CANCEL, "cancel_sent")

    async def pause(self, task_id: str) -> None:
        await self._control(task_id, pb.ControlTaskRequest.PAUSE, "pause_sent")

    async def resume(self, task_id: str) -> None:
        await self._control(task_id, pb.ControlTaskRequest.RESUME, "resume_sent")

    async def change(self, request: pb.ChangeFlightRequest) -> str:
        """Change a flight in the air. Returns why not, or "" once the drone flies so."""
        request.by = self.who
        return await self.attempt(lambda: self.situation.stub.ChangeFlight(request))

    async def tell_weather(self, request: pb.TellWeatherRequest) -> str:
        """Tell a drone the weather. Returns why not, or ""."""
        request.by = self.who
        return await self.attempt(lambda: self.situation.stub.TellWeather(request))

    async def take_photo(self, unit_id: str) -> None:
        """Have a drone take a photo; it comes as a finding."""
        request = pb.TakePhotoRequest(unit_id=unit_id, by=self.who)
        call = lambda: self.situation.stub.TakePhoto(request)  # noqa: E731
        self._tell(await self.attempt(call), "photo_taken")

    async def _control(self, task_id: str, action: Any, done: str) -> None:
        request = pb.ControlTaskRequest(task_id=task_id, action=action, by=self.who)
        self._tell(await self.attempt(lambda: self.situation.stub.ControlTask(request)), done)

    async def stop(self, unit_id: str = "") -> None:
        """Emergency stop of one unit, or of all. The strip says how it stands."""
        await self._stop(unit_id, engage=True)

    async def release(self, unit_id: str) -> None:
        await self._stop(unit_id, engage=False)

    async def _stop(self, unit_id: str, *, engage: bool) -> None:
        board = self.situation.stops
        board.pressed([unit_id] if unit_id else list(self.situation.units), engage=engage)
        request = pb.StopUnitRequest(unit_id=unit_id, release=not engage, by=self.who)
        try:
            answer = await self.situation.stub.StopUnit(request)
        except grpc.aio.AioRpcError as error:
            failed = word("stop_not_sent" if engage else "release_not_sent", self.language)
            self.complain(f"{failed}: {self.sentence(error)}")
            return
        board.taken([*answer.sent_to, *answer.not_connected], answer.stop_id)

    def _tell(self, why_not: str, done: str) -> None:
        if why_not:
            self.complain(why_not)
        else:
            self.say(done)

"""A MAVLink camera on board, where there is one: pictures and videos by effect, its storage, its
stream.

| order | its effect | within |
|---|---|---|
| take a picture | CAMERA_IMAGE_CAPTURED of that camera | 6 s |
| film, or not | CAMERA_CAPTURE_STATUS says so | 4 s |
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mavsdk.asyncio.plugins.camera import CameraAsync
from mavsdk.exceptions import MavsdkError

from comms.logs import get_logger
from drone.errors import LinkError, OrderError
from drone.link.direct import DirectCommands
from drone.link.effect import Effects
from drone.link.state import CameraState, Capture, VehicleView
from drone.link.statustext import StatusTexts

_CAPTURED_WITHIN_S, _FILMS_WITHIN_S = 6.0, 4.0
_LOOK_S, _ANSWER_S = 5.0, 0.3
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_REQUEST_MESSAGE = 512
_STORAGE_INFORMATION, _CAMERA_CAPTURE_STATUS, _VIDEO_STREAM_INFORMATION = 261, 262, 269


class MavlinkCamera:
    """For one MAVSDK system; `run` until cancelled. Orders raise OrderError with one sentence."""

    def __init__(self, system: Any, view: VehicleView, texts: StatusTexts) -> None:
        self._camera = CameraAsync(system)
        self._commands = DirectCommands(system)
        self._effects = Effects(view, texts)
        self._view = view
        self._component = 0
        self._log = get_logger()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as all_of_it:
            all_of_it.create_task(self._hear_cameras())
            all_of_it.create_task(self._hear_captures())
            all_of_it.create_task(self._look_after())

    async def take_picture(self) -> Capture:
        """One picture, and where it was taken."""
        component, before = self._must_be_there(), self._view.captured
        await self._effects.bring(
            "take a picture",
            lambda: self._camera.take_photo(component),
            lambda: self._view.captured > before,
            _CAPTURED_WITHIN_S,
            tries=1,
        )
        capture = self._view.captures[-1]
        if not capture.is_good:
            raise OrderError("the camera could not take the picture")
        return capture

    async def film(self, on: bool) -> None:
        """Begin or end a video."""
        component = self._must_be_there()
        call = self._camera.start_video if on else self._camera.stop_video

        async def order() -> None:
            await call(component)
            await self._ask_storage()

        await self._effects.bring(
            "film" if on else "stop filming",
            order,
            lambda: self._view.camera is not None and self._view.camera.films is on,
            _FILMS_WITHIN_S,
            tries=2,
        )

    def _must_be_there(self) -> int:
        if not self._component or not self._view.connected:
            raise LinkError("there is no MAVLink camera on board")
        return self._component

    async def _hear_cameras(self) -> None:
        async for found in self._camera.subscribe_camera_list():
            for camera in found.cameras:
                if self._component:
                    continue
                self._component = camera.component_id
                model = f"{camera.vendor_name} {camera.model_name}".strip()
                self._view.camera = CameraState(model=model)
                self._log.info("a camera is on board", model=model, component=self._component)
                await self._ask_stream()
                await self._ask_storage()

    async def _hear_captures(self) -> None:
        async for info in self._camera.subscribe_capture_info():
            if info.component_id != self._component:
                continue
            at, q = info.position, info.attitude_quaternion
            capture = Capture(
                at=_utc(info.time_utc_us),
                latitude_deg=at.latitude_deg,
                longitude_deg=at.longitude_deg,
                above_sea_m=at.absolute_altitude_m,
                above_home_m=at.relative_altitude_m,
                attitude=(q.w, q.x, q.y, q.z),
                index=info.index,
                file=info.file_url,
                is_good=bool(info.is_success),
            )
            self._view.captures.append(capture)
            self._view.captured += 1

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._component and self._view.connected:
                await self._ask_stream()
                await self._ask_storage()

    async def _ask_storage(self) -> None:
        with contextlib.suppress(MavsdkError):
            await self._request(_STORAGE_INFORMATION, _CAMERA_CAPTURE_STATUS)
            storage = await self._camera.get_storage(self._component)
            state = self._view.camera
            if state is not None:
                self._view.camera = replace(
                    state, films=storage.video_on, free_mib=storage.available_storage_mib
                )

    async def _ask_stream(self) -> None:
        if self._view.camera is None or self._view.camera.stream:
            return
        with contextlib.suppress(MavsdkError):
            await self._request(_VIDEO_STREAM_INFORMATION)
            stream = await self._camera.get_video_stream_info(self._component)
            state, uri = self._view.camera, stream.settings.uri
            if state is not None and uri and uri != state.stream:
                self._view.camera = replace(state, stream=uri)
                self._log.info("the camera's stream", uri=uri)

    async def _request(self, *messages: int) -> None:
        """Have the camera tell these now: MAVSDK's getters give what it has heard, and it asks
        every five or twenty seconds only."""
        for number in messages:
            params = {f"param{n}": 0 for n in range(2, 8)} | {"param1": number}
            fields = {"command": _REQUEST_MESSAGE, "confirmation": 0, **params}
            await self._commands.send("COMMAND_LONG", fields, self._component)
        await asyncio.sleep(_ANSWER_S)


def _utc(microseconds: int) -> datetime:
    """When a picture was taken by the camera's clock; now, where that is not set or nonsense."""
    try:
        told = datetime.fromtimestamp(microseconds * 1e-6, UTC)
    except (ValueError, OverflowError, OSError):
        told = _LONG_AGO
    return told if told > _LONG_AGO else datetime.now(UTC)

"""Missions, fences and rally points to and from the vehicle, read back after each upload.

`mission_raw` is used for all three: MAVSDK's Mission plugin loses ArduCopter's first waypoint and
reports no progress there. Where its upload fails as it does on slow links, `PatientUpload` goes on.

| what | time-out | tries |
|---|---|---|
| a single message of MAVSDK's | 0.5 s | 4 |
| an upload by MAVSDK | its messages' | 1, more only if the link is not to blame |
| a patient upload | see there | 3 |
| a download | its messages' | 4 |
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.exceptions import MavsdkError
from mavsdk.plugins.mission_raw import MissionItem as RawItem
from mavsdk.plugins.mission_raw import MissionRawError, MissionRawResult

from comms.logs import get_logger
from drone.errors import TransferError
from drone.link.direct import DirectCommands
from drone.link.effect import short
from drone.link.patient_upload import PatientUpload
from drone.link.state import VehicleView
from drone.missions.encoding import MissionItem, MissionType, difference

T = TypeVar("T")

#: Tries of one transfer; MAVSDK repeats single messages by itself, a lossy link needs a new start
#: too.
_TRIES = 4
_PAUSE_S = 0.5
#: How an upload by MAVSDK fails when the link loses messages or is slow.
_LINKS_FAULT = frozenset(
    {
        MissionRawResult.TIMEOUT,
        MissionRawResult.INVALID_SEQUENCE,
        MissionRawResult.TRANSFER_CANCELLED,
        MissionRawResult.PROTOCOL_ERROR,
    }
)
_EMPTY = frozenset({MissionRawResult.NO_MISSION_AVAILABLE})


class Transfer:
    """Uploads and downloads. Each raises TransferError with one sentence."""

    def __init__(self, system: Any, view: VehicleView) -> None:
        self._raw = MissionRawAsync(system)
        self._patient = PatientUpload(system)
        self._direct = DirectCommands(system)
        self._view = view
        self._one_at_a_time = asyncio.Lock()
        self._log = get_logger()

    async def put_mission(self, items: tuple[MissionItem, ...]) -> None:
        """Upload a mission and read it back."""
        skip = self._view.firmware.first_item
        await self._put("mission", items, self._raw.upload_mission, self.mission, skip)

    async def put_fence(self, items: tuple[MissionItem, ...]) -> None:
        """Upload a fence and read it back."""
        upload = self._raw.upload_geofence
        await self._put("fence", items, upload, self.fence, 0, MissionType.FENCE)

    async def put_rally(self, items: tuple[MissionItem, ...]) -> None:
        """Upload rally points and read them back."""
        upload = self._raw.upload_rally_points
        await self._put("rally points", items, upload, self.rally, 0, MissionType.RALLY)

    async def mission(self) -> tuple[MissionItem, ...]:
        """The mission on board; empty when there is none."""
        return await self._get("mission", self._raw.download_mission)

    async def fence(self) -> tuple[MissionItem, ...]:
        return await self._get("fence", self._raw.download_geofence)

    async def rally(self) -> tuple[MissionItem, ...]:
        return await self._get("rally points", self._raw.download_rallypoints)

    async def _put(
        self,
        what: str,
        items: tuple[MissionItem, ...],
        upload: Callable[[list[RawItem]], Awaitable[Any]],
        download: Callable[[], Awaitable[tuple[MissionItem, ...]]],
        skip: int,
        mission_type: MissionType = MissionType.MISSION,
    ) -> None:
        started = time.monotonic()
        why, patiently = "", False
        for _ in range(_TRIES):
            try:
                async with self._one_at_a_time:
                    if not items:  # MAVSDK uploads no empty list
                        why = await self._clear(mission_type)
                    elif patiently:
                        why = await self._patient.upload(items)
                    else:
                        await upload([_raw(i) for i in items])
                        why = ""
                why = why or difference(items, await download(), skip)
            except MissionRawError as error:
                why = error.result.name.lower().replace("_", " ")
                if error.result in (MissionRawResult.UNSUPPORTED, MissionRawResult.DENIED):
                    break
                if error.result in _LINKS_FAULT and not patiently:
                    self._log.info(f"the {what} is uploaded patiently", why=why)
                    patiently = True
                    continue
            if not why:
                self._log.info(
                    f"the {what} is on board",
                    items=len(items),
                    took_s=round(time.monotonic() - started, 3),
                )
                return
            await asyncio.sleep(_PAUSE_S)
        raise TransferError(f"the {what} did not get on board: {why}")

    async def _clear(self, mission_type: MissionType) -> str:
        try:
            await self._direct.send("MISSION_CLEAR_ALL", {"mission_type": mission_type})
        except MavsdkError as error:
            return short(error)
        return ""

    async def _get(
        self, what: str, download: Callable[[], Awaitable[list[RawItem]]]
    ) -> tuple[MissionItem, ...]:
        why = ""
        for _ in range(_TRIES):
            try:
                async with self._one_at_a_time:
                    return tuple(_item(i) for i in await download())
            except MissionRawError as error:
                if error.result in _EMPTY:
                    return ()
                why = error.result.name.lower().replace("_", " ")
            await asyncio.sleep(_PAUSE_S)
        raise TransferError(f"the {what} on board cannot be read: {why}")


def _raw(item: MissionItem) -> RawItem:
    return RawItem(
        seq=item.seq,
        frame=item.frame,
        command=item.command,
        current=int(item.seq == 0 and item.mission_type == 0),
        autocontinue=1,
        param1=item.param1,
        param2=item.param2,
        param3=item.param3,
        param4=item.param4,
        x=item.x,
        y=item.y,
        z=item.z,
        mission_type=item.mission_type,
    )


def _item(raw: RawItem) -> MissionItem:
    return MissionItem(
        raw.seq,
        raw.frame,
        raw.command,
        raw.param1,
        raw.param2,
        raw.param3,
        raw.param4,
        raw.x,
        raw.y,
        raw.z,
        raw.mission_type,
    )

"""An upload that suits slow links, for when MAVSDK's own has failed.

MAVSDK announces an upload anew when it has heard nothing for half a second. On a link with a longer
round trip the vehicle then begins twice and is given an item twice, which ArduPilot refuses with
INVALID_SEQUENCE, so that no try ever succeeds. Here it is announced once in `_ANNOUNCED_S`, and
only the vehicle repeats: it asks again for an item that it has missed (PX4 after 0.25 s, ArduPilot
after 1 s). Protocol: MAVLink, Mission Protocol; MISSION_ITEM_INT.

| what | time-out | tries |
|---|---|---|
| the vehicle asks for the first item | 2.5 s | 6 |
| it asks for the next one | 8 s (ArduPilot's own) | it repeats |
| a repeat of what was just answered | not heeded within 0.7 s | |
| the last item is acknowledged | 3 s, then what is on board is read and decides | 1 |
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.exceptions import MavsdkError

from drone.link.direct import DirectCommands
from drone.missions.encoding import MissionItem

_ANNOUNCED_S, _ANNOUNCEMENTS = 2.5, 6
_SILENCE_S = 8.0
_LAST_ACK_S = 3.0
_SAME_AGAIN_S = 0.7
_ACCEPTED, _INVALID_SEQUENCE = 0, 13  # MAV_MISSION_RESULT
_HEARD = ("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
_RESULTS = {
    1: "error", 2: "unsupported frame", 3: "unsupported", 4: "too many mission items", 14: "denied",
    15: "cancelled",
}  # fmt: skip

Heard = tuple[str, dict[str, Any]]


class PatientUpload:
    """Uploads one list at a time to one MAVSDK system."""

    def __init__(self, system: Any) -> None:
        self._direct = MavlinkDirectAsync(system)
        self._commands = DirectCommands(system)

    async def upload(self, items: tuple[MissionItem, ...]) -> str:
        """Upload a list that is not empty. Why it failed, or "" when it is on board or may be: the
        caller reads it back."""
        inbox: asyncio.Queue[Heard] = asyncio.Queue()
        pumps = [
            asyncio.create_task(_listen(name, self._direct.subscribe_message(name), inbox))
            for name in _HEARD
        ]
        try:
            return await self._exchange(items, inbox)
        except MavsdkError as error:
            return f"the link failed: {error}"
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _exchange(self, items: tuple[MissionItem, ...], inbox: asyncio.Queue[Heard]) -> str:
        kind, last = int(items[0].mission_type), len(items) - 1
        announced = 0
        asked, answered_at = -1, 0.0
        while True:
            if asked < 0:
                if announced == _ANNOUNCEMENTS:
                    return "the vehicle does not ask for it"
                announced += 1
                await self._commands.send(
                    "MISSION_COUNT", {"count": len(items), "mission_type": kind, "opaque_id": 0}
                )
            limit = _ANNOUNCED_S if asked < 0 else _LAST_ACK_S if asked == last else _SILENCE_S
            try:
                name, fields = await asyncio.wait_for(inbox.get(), limit)
            except TimeoutError:
                if asked == last:
                    return ""
                if asked < 0:
                    continue
                return f"the vehicle stopped asking at item {asked}"
            if int(fields.get("mission_type", 0)) != kind:
                continue
            if name == "MISSION_ACK":
                result = int(fields["type"])
                if result == _ACCEPTED and asked == last:
                    return ""
                if result not in (_ACCEPTED, _INVALID_SEQUENCE):
                    return _RESULTS.get(result, f"mission result {result}")
                continue
            seq = int(fields["seq"])
            now = time.monotonic()
            if not 0 <= seq <= last or (seq == asked and now - answered_at < _SAME_AGAIN_S):
                continue
            asked, answered_at = seq, now
            await self._commands.send("MISSION_ITEM_INT", _fields(items[seq]))


async def _listen(
    name: str, stream: AsyncGenerator[Any, None], inbox: asyncio.Queue[Heard]
) -> None:
    try:
        async for message in stream:
            inbox.put_nowait((name, json.loads(message.fields_json)))
    finally:
        await stream.aclose()


def _fields(item: MissionItem) -> dict[str, float]:
    return {
        "seq": item.seq,
        "frame": int(item.frame),
        "command": int(item.command),
        "current": int(item.seq == 0 and item.mission_type == 0),
        "autocontinue": 1,
        "param1": item.param1,
        "param2": item.param2,
        "param3": item.param3,
        "param4": item.param4,
        "x": item.x,
        "y": item.y,
        "z": item.z,
        "mission_type": int(item.mission_type),
    }

"""Whether the mission on board is still this flight's: another ground station may have put its own.

Autopilots tell nobody that a mission was replaced, but for the number of its items in
MISSION_CURRENT, which not all fill. So a count that differs has the mission read back at once, and
every quarter of a minute it is read back anyway, beside the flight's own work.
"""

from __future__ import annotations

import asyncio
import time

from drone.errors import TransferError
from drone.execution.kit import Kit
from drone.missions.encoding import EncodedMission, difference

_EVERY_S = 15.0
_SUSPECTED_EVERY_S = 2.0
_NOT_TOLD = (0, 65535)


class MissionWatch:
    """Of one flight."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._looked_at = time.monotonic()
        self._reading: tuple[EncodedMission, asyncio.Task[str]] | None = None

    def look(self, ours: EncodedMission | None) -> str:
        """How the mission on board differs from `ours`, once that is known to be so; never waits.
        Call several times a second, not while a mission is put on board."""
        if self._reading is not None:
            compared, reading = self._reading
            if not reading.done():
                return ""
            self._reading = None
            return reading.result() if compared is ours else ""
        now = time.monotonic()
        every_s = _SUSPECTED_EVERY_S if ours and self._is_suspect(ours) else _EVERY_S
        if ours is not None and now - self._looked_at >= every_s:
            self._looked_at = now
            self._reading = ours, asyncio.create_task(self._compare(ours))
        return ""

    def _is_suspect(self, ours: EncodedMission) -> bool:
        progress, firmware = self._kit.view.progress.last, self._kit.view.firmware
        has = progress.total if progress is not None else 0
        whole = len(ours.items)
        return has not in _NOT_TOLD and has not in (whole, whole - firmware.first_item)

    async def _compare(self, ours: EncodedMission) -> str:
        try:
            on_board = await self._kit.transfer.mission()
        except TransferError:
            return ""  # not known is not different
        return difference(ours.items, on_board, self._kit.view.firmware.first_item)

"""Tells the vehicle who flies it, and hears what its remote identification's transmitter says.

Addressed to every component of our vehicle: the autopilot keeps what it needs for arming, and the
transmitter hears it by the autopilot or by itself. The transmitter's OPEN_DRONE_ID_ARM_STATUS
comes from a component of the vehicle's own system id.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.exceptions import MavsdkError

from comms.logs import get_logger
from drone.link.direct import ALL_COMPONENTS, DirectCommands
from drone.link.state import ArmStatus, VehicleView
from drone.remote_id.config import RemoteIdConfig
from drone.remote_id.content import OTHERS_EVERY_S, SYSTEM_EVERY_S, operator_at, others, system

_ARM_STATUS = "OPEN_DRONE_ID_ARM_STATUS"
_GOOD_TO_ARM = 0


class RemoteIdLink:
    """For one MAVSDK system; `run` until cancelled."""

    def __init__(self, vehicle: Any, view: VehicleView, config: RemoteIdConfig) -> None:
        self._vehicle, self._view, self._config = vehicle, view, config
        self._direct = MavlinkDirectAsync(vehicle)
        self._commands = DirectCommands(vehicle)
        self._told = ArmStatus(is_good=True)
        self._unsent: set[str] = set()  # messages of which the last try failed
        self._log = get_logger()

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            await self._tell()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self) -> None:
        mine = await self._vehicle.get_system_id()
        async for message in self._direct.subscribe_message(_ARM_STATUS):
            if message.system_id != mine:
                continue
            fields = json.loads(message.fields_json)
            error = str(fields.get("error", "")).strip("\0 ")
            status = ArmStatus(fields.get("status") == _GOOD_TO_ARM, error)
            self._view.remote_id.put(status)
            if status != self._told:
                self._told = status
                self._log.info("remote identification", good=status.is_good, error=status.error)

    async def _tell(self) -> None:
        others_at = -OTHERS_EVERY_S
        while True:
            if self._config.is_given:
                if time.monotonic() - others_at >= OTHERS_EVERY_S:
                    others_at = time.monotonic()
                    for name, fields in others(self._config).items():
                        await self._send(name, fields)
                home = self._view.home.last
                place = (home.latitude_deg, home.longitude_deg) if home is not None else None
                at = operator_at(self._config, place)
                if at is not None:
                    now = datetime.now(UTC)
                    await self._send("OPEN_DRONE_ID_SYSTEM", system(self._config, at, now))
            await asyncio.sleep(SYSTEM_EVERY_S)

    async def _send(self, name: str, fields: Mapping[str, Any]) -> None:
        try:
            await self._commands.send(name, fields, ALL_COMPONENTS)
        except MavsdkError as error:
            if name not in self._unsent:  # once for each outage, not each second of it
                self._log.warning("remote identification is not sent", message=name, why=str(error))
            self._unsent.add(name)
            return
        if name in self._unsent:
            self._unsent.remove(name)
            self._log.info("remote identification is sent again", message=name)

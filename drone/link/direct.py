"""Single MAVLink messages past MAVSDK's plugins, for what the plugins do not do or do otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.exceptions import MavsdkError
from mavsdk.plugins.mavlink_direct import MavlinkMessage

AUTOPILOT, ALL_COMPONENTS = 1, 0  # MAV_COMP_ID_AUTOPILOT1, MAV_COMP_ID_ALL
_ACCEPTED = 0  # MAV_RESULT_ACCEPTED
_RESULTS = {1: "temporarily rejected", 2: "denied", 3: "unsupported", 4: "failed", 6: "cancelled"}


class DirectCommands:
    """Messages to the autopilot of one MAVSDK system."""

    def __init__(self, system: Any) -> None:
        self._system = system
        self._direct = MavlinkDirectAsync(system)

    async def send(self, name: str, fields: Mapping[str, Any], component: int = AUTOPILOT) -> None:
        """Send one message; nobody says whether it came. Raises MavsdkError."""
        await self._direct.send_message(await self._addressed(name, fields, component))

    async def is_accepted(self, command: int, *params: float) -> bool:
        """Send `command` with up to seven parameters (the rest are 0); whether it was accepted.
        False as well when no answer came.
        """
        return not await self.refusal(command, *params)

    async def refusal(self, command: int, *params: float) -> str:
        """Send `command`, as above; how it was refused, or ""."""
        values = [*params, *[0.0] * (7 - len(params))]
        fields = {
            "command": command,
            "confirmation": 0,
            **{f"param{number}": value for number, value in enumerate(values, 1)},
        }
        return await self._answer("COMMAND_LONG", fields)

    async def refusal_at(self, command: int, frame: int, x: int, y: int, z: float) -> str:
        """The same for a command about a place (MAV_FRAME; 1e-7 degrees, 1e-7 degrees, m)."""
        fields = {"command": command, "frame": frame, "x": x, "y": y, "z": z}
        none = dict.fromkeys(("current", "autocontinue", "param1", "param2", "param3", "param4"), 0)
        return await self._answer("COMMAND_INT", {**none, **fields})

    async def _answer(self, kind: str, fields: Mapping[str, Any]) -> str:
        try:
            ack = await self._direct.send_command(await self._addressed(kind, fields))
        except MavsdkError as error:
            result = getattr(error, "result", None)
            return str(getattr(result, "name", "no answer")).lower().replace("_", " ")
        number = json.loads(ack.fields_json or "{}").get("result")
        return "" if number == _ACCEPTED else _RESULTS.get(number, f"result {number}")

    async def _addressed(
        self, name: str, fields: Mapping[str, Any], component: int = AUTOPILOT
    ) -> MavlinkMessage:
        system_id = await self._system.get_system_id()
        target = {"target_system": system_id, "target_component": component}
        return MavlinkMessage(
            message_name=name,
            target_system_id=system_id,
            target_component_id=component,
            fields_json=json.dumps({**target, **fields}),
        )

"""Single MAVLink commands past MAVSDK's plugins, for what the plugins do not do or do otherwise."""

from __future__ import annotations

import json
from typing import Any

from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.exceptions import MavsdkError
from mavsdk.plugins.mavlink_direct import MavlinkMessage

_AUTOPILOT = 1  # MAV_COMP_ID_AUTOPILOT1
_ACCEPTED = 0  # MAV_RESULT_ACCEPTED


class DirectCommands:
    """COMMAND_LONG to the autopilot of one MAVSDK system."""

    def __init__(self, system: Any) -> None:
        self._system = system
        self._direct = MavlinkDirectAsync(system)

    async def is_accepted(self, command: int, *params: float) -> bool:
        """Send `command` with up to seven parameters (the rest are 0); whether it was accepted.
        False as well when no answer came.
        """
        system_id = await self._system.get_system_id()
        values = [*params, *[0.0] * (7 - len(params))]
        fields = {
            "target_system": system_id,
            "target_component": _AUTOPILOT,
            "command": command,
            "confirmation": 0,
            **{f"param{number}": value for number, value in enumerate(values, 1)},
        }
        message = MavlinkMessage(
            message_name="COMMAND_LONG",
            target_system_id=system_id,
            target_component_id=_AUTOPILOT,
            fields_json=json.dumps(fields),
        )
        try:
            ack = await self._direct.send_command(message)
        except MavsdkError:
            return False
        return bool(json.loads(ack.fields_json or "{}").get("result") == _ACCEPTED)

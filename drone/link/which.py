"""Which of the vehicles on a line is ours.

Several vehicles may speak on one line (two radios on one port, a router). Each has a MAVLink
system id of its own; what we send is addressed to one of them, and the others leave it alone.
"""

from __future__ import annotations

from typing import Any

#: As `DroneConfig.system_id`: the only one that is there.
ANY = 0


async def autopilots(mavsdk: Any) -> dict[int, Any]:
    """The systems with an autopilot that are heard now, by system id."""
    found = {}
    for system in await mavsdk.get_systems():
        if await system.has_autopilot() and await system.is_connected():
            found[await system.get_system_id()] = system
    return found


def wrong_vehicle(wanted: int, heard: tuple[int, ...]) -> str:
    """Why what is heard is not the one vehicle that is meant; empty when it is, or when nobody is
    heard. `wanted`: a system id, or ANY.
    """
    named = " and ".join(str(number) for number in sorted(heard))
    if wanted != ANY and heard and wanted not in heard:
        return f"system {named} answers here, system {wanted} is ours"
    if wanted == ANY and len(heard) > 1:
        return f"systems {named} answer here; system_id must say which is ours"
    return ""

"""What differs between makes of autopilot, in one place, so that another one is another small file.

The flying, the mission protocol and the noise are the same for all; numbers of modes, answers and
parameters are the profile's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulation.autopilot.modes import Mode, Verdict


class Profile(Protocol):
    """A make of autopilot as MAVLink shows it."""

    name: str
    mav_autopilot: int
    flight_sw_version: int
    capabilities: int
    parameters: Mapping[str, float | int]
    streams: Mapping[int, float]  # message id -> Hz from power-on, on a link to a companion
    first_item_is_home: bool

    def heartbeat(self, mode: Mode, armed: bool) -> tuple[int, int]:
        """(base_mode, custom_mode) of the heartbeat."""
        ...

    def mode_from_command(self, base_mode: int, main: int, sub: int) -> Mode | None:
        """The mode that MAV_CMD_DO_SET_MODE asks for; None where there is no such mode."""
        ...

    def mode_from_custom(self, custom_mode: int) -> Mode | None:
        """The mode that the old SET_MODE message asks for."""
        ...

    def result(self, verdict: Verdict) -> int:
        """MAV_RESULT of a verdict."""
        ...

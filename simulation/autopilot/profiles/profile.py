"""What differs between makes of autopilot, in one place, so that another one is another small file.

The flying, the mission protocol and the noise are the same for all; numbers of modes, answers and
parameters are the profile's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulation.autopilot.commander.commander import Commander
from simulation.autopilot.commander.failsafe import Failsafes
from simulation.autopilot.modes import Mode, Verdict
from simulation.autopilot.profiles.figures import Figures
from simulation.autopilot.profiles.parameters import Parameters


class Profile(Protocol):
    """A make of autopilot as MAVLink shows it."""

    name: str
    mav_autopilot: int
    flight_sw_version: int
    capabilities: int
    parameters: Mapping[str, float | int]
    streams: Mapping[int, float]  # message id -> Hz from power-on, on a link to a companion
    unsupported: frozenset[int]  # messages that it cannot be asked for
    first_item_is_home: bool
    faults_are_parameters: bool  # SITL's SIM_...; else they are injected by command
    custom_version: bytes  # AUTOPILOT_VERSION's flight_custom_version
    vendor_id: int
    product_id: int
    unknown_message: Verdict  # answer to who asks for a message that it does not have
    commander: type[Commander]
    failsafes: type[Failsafes]

    def figures(self, parameters: Parameters) -> Figures:
        """The parameters as the flying core needs them."""
        ...

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

    def encode(self, name: str, value: float | int) -> tuple[float, int]:
        """(param_value, param_type) of a parameter on the wire."""
        ...

    def decode(self, wire: float, kind: int, old: float | int) -> float | int:
        """The value behind (param_value, param_type), for a parameter that was `old`."""
        ...

"""MAVLink's parameter protocol; how a whole number travels in a float is the make's."""

from __future__ import annotations

from collections import deque

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.profiles.parameters import Parameter, Parameters
from simulation.autopilot.profiles.profile import Profile

BURST = 5  # answers per look, so that a whole list does not overrun a receiver's buffer


class ParameterProtocol:
    """Turns requests into answers; lists are sent in small portions by `pending`."""

    def __init__(self, parameters: Parameters, profile: Profile) -> None:
        self._parameters, self._profile = parameters, profile
        self._listing: deque[str] = deque()

    def handle(self, message: Message) -> list[Message]:
        """Answers at once; a whole list comes through `pending`."""
        kind = message.get_type()
        if kind == "PARAM_REQUEST_LIST":
            self._listing.extend(p.name for p in self._parameters)
            return []
        if kind == "PARAM_REQUEST_READ":
            found = (
                self._parameters.at(message.param_index)
                if message.param_index >= 0
                else self._parameters.get(message.param_id)
            )
            return [self._value(found)] if found else []
        if kind == "PARAM_SET":
            old = self._parameters.get(message.param_id)
            if old is None:
                return []
            value = self._profile.decode(message.param_value, message.param_type, old.value)
            self._parameters.set(old.name, value)
            new = self._parameters.get(old.name)
            assert new is not None
            return [self._value(new)]
        return []

    def pending(self) -> list[Message]:
        """The next portion of a list that was asked for."""
        names = [self._listing.popleft() for _ in range(min(BURST, len(self._listing)))]
        return [self._value(found) for found in map(self._parameters.get, names) if found]

    def _value(self, parameter: Parameter) -> Message:
        wire, kind = self._profile.encode(parameter.name, parameter.value)
        return mav.MAVLink_param_value_message(
            parameter.name.encode(), wire, kind, len(self._parameters), parameter.number
        )

"""Texts to the pilot: longer than 50 characters they go out in numbered pieces, as the protocol
says.

PX4 ends each text with a tab when the same is also sent as an event; it is kept, since ground
stations have to cope with it. (MAVLink common, STATUSTEXT.)
"""

from __future__ import annotations

import itertools

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.modes import Severity

PIECE = 50
_SEVERITY = {
    Severity.EMERGENCY: mav.MAV_SEVERITY_EMERGENCY,
    Severity.CRITICAL: mav.MAV_SEVERITY_CRITICAL,
    Severity.ERROR: mav.MAV_SEVERITY_ERROR,
    Severity.WARNING: mav.MAV_SEVERITY_WARNING,
    Severity.NOTICE: mav.MAV_SEVERITY_NOTICE,
    Severity.INFO: mav.MAV_SEVERITY_INFO,
}


class TextPieces:
    """Numbers long texts 1..65535."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def messages(self, severity: Severity, text: str) -> list[mav.MAVLink_message]:
        """One STATUSTEXT, or several with a common id."""
        data = text.encode("ascii", "replace")
        level = _SEVERITY[severity]
        if len(data) <= PIECE:
            return [mav.MAVLink_statustext_message(level, data)]
        number = (next(self._ids) - 1) % 65535 + 1
        pieces = [data[i : i + PIECE] for i in range(0, len(data), PIECE)]
        if len(pieces[-1]) == PIECE:
            pieces.append(b"")
        return [
            mav.MAVLink_statustext_message(level, piece, number, i)
            for i, piece in enumerate(pieces)
        ]

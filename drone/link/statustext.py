"""Puts the vehicle's texts together and finds the one that explains a refusal.

MAVLink's STATUSTEXT holds 50 characters; longer texts come in pieces and PX4 ends texts that are
also events with a tab. Autopilots accept an order and give their reason for not doing it only here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_PIECE = 50
_JOIN_WITHIN_S = 0.5
_KEEP = 100


@dataclass(frozen=True)
class VehicleText:
    """One whole text. `severity`: MAVLink's, 0 emergency to 7 debug; 4 and below is a warning."""

    text: str
    severity: int
    at: float

    @property
    def is_warning(self) -> bool:
        # ArduCopter tells a breach of its fence as a mere notice
        return self.severity <= 4 or "fence breached" in self.text.lower()


class StatusTexts:
    """The newest texts of the vehicle, whole."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._texts: deque[VehicleText] = deque(maxlen=_KEEP)
        self._open: VehicleText | None = None

    def add(self, text: str, severity: int) -> VehicleText | None:
        """Take one piece. Returns the text that has become whole with it, if one has."""
        now = self._clock()
        before = self._open
        joined, since = text, now
        if before is not None and before.severity == severity and now - before.at < _JOIN_WITHIN_S:
            self._texts.pop()
            joined, since = before.text + text, before.at
        whole = VehicleText(joined.rstrip("\t\r\n\0 "), severity, since)
        is_open = len(text) >= _PIECE and len(text) % _PIECE == 0 and not text.endswith("\t")
        self._open = VehicleText(joined, severity, now) if is_open else None
        self._texts.append(whole)
        return None if is_open else whole

    def warnings_since(self, at: float) -> list[str]:
        """The different warnings and errors since `at` (monotonic s), oldest first."""
        seen = dict.fromkeys(t.text for t in self._texts if t.at >= at and t.is_warning and t.text)
        return list(seen)

    def reason_since(self, at: float) -> str:
        """The vehicle's own words since `at`, as one phrase; empty when it said nothing."""
        return "; ".join(self.warnings_since(at)[-3:])

    def since(self, at: float) -> list[VehicleText]:
        """The whole texts after `at` (monotonic s), oldest first."""
        open_one = self._texts[-1] if self._open is not None and self._texts else None
        return [t for t in self._texts if t.at > at and t.text and t is not open_one]

    @property
    def last(self) -> VehicleText | None:
        return self._texts[-1] if self._texts else None

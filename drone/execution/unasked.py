"""Modes that nobody here asked for: the autopilot's failsafes, a pilot's sticks, another ground
station.

They are respected: the flight is shown as paused or coming home, with the vehicle's own words as
the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from drone.link.state import Mode, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.plan import Part

#: A mode must last this long (s) before it is believed; modes pass through others on their way.
_BELIEVE_S = 2.5
_WORDS_BEFORE_S = 5.0


@dataclass(frozen=True)
class Verdict:
    comes_home: bool = False
    stranded: bool = False
    resumed_elsewhere: bool = False
    words: str = ""


class UnaskedMode:
    """Watches the mode of a vehicle that should fly its mission."""

    def __init__(
        self,
        view: VehicleView,
        texts: StatusTexts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._view = view
        self._texts = texts
        self._clock = clock
        self._mode: Mode | None = None
        self._since = 0.0
        self.is_paused = False
        self.words = ""

    def forget(self) -> None:
        """Start anew, after an order of our own changed the mode."""
        self._mode, self._since = None, self._clock()
        self.is_paused, self.words = False, ""

    def look(self, holding: bool, part: Part) -> Verdict:
        """What the mode of this moment means. `holding`: the vehicle was asked to hold."""
        mode = self._view.mode.fresh()
        now = self._clock()
        if mode is None:
            return Verdict()
        if mode is not self._mode:
            self._mode, self._since = mode, now
        lasts = now - self._since >= _BELIEVE_S
        if mode is Mode.MISSION:
            self.is_paused, self.words = False, ""
            return Verdict(resumed_elsewhere=holding and lasts)
        if holding or not lasts or mode is Mode.TAKEOFF:
            return Verdict()
        words = self._texts.reason_since(self._since - _WORDS_BEFORE_S)
        if mode in (Mode.RETURN, Mode.LAND):
            self.is_paused = False
            self.words = "" if part in (Part.RETURN, Part.LANDING) else f"in mode {mode}: {words}"
            return Verdict(comes_home=True, words=words or f"mode {mode}")
        self.is_paused = True
        self.words = f"the vehicle is in mode {mode}" + (f': "{words}"' if words else "")
        return Verdict(stranded=self._view.is_holding and part is Part.LANDING, words=self.words)

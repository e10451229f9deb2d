"""When a flight's last metres are the camera's: over its home, in the autopilot's own return.

The return is on board as the last item all the same, so that a vehicle whose companion dies lands
by itself; this takes over from it near the ground, and gives back to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from comms.contracts.place import Enu
from comms.logs import get_logger
from drone.execution.kit import Kit
from drone.landing.outcome import Outcome
from drone.link.state import Mode

#: Taken over within this of home, sideways, and so far above the height of the search (m).
_NEAR_M, _ABOVE_M = 4.0, 2.5
#: Lower than this (m) the autopilot's landing is not disturbed any more.
_LOWEST_M = 2.0


class BoardLanding:
    """One flight's landing on the board: tried once, and again only after an interruption."""

    def __init__(self, kit: Kit) -> None:
        self.words = ""
        self._kit = kit
        self._done = kit.config.landing != "precision"
        if not self._done and kit.precision is None:
            self._done, self.words = True, "not on the board: no camera's pictures come here"
        self._log = get_logger()

    def is_due(self, home: Enu, at_last_item: bool) -> bool:
        """Whether to take over now: in the autopilot's own return, over `home`, low enough.

        ArduCopter flies a return that is the mission's last item in mode mission."""
        mode = self._kit.view.mode.fresh()
        returns = mode in (Mode.RETURN, Mode.LAND) or (mode is Mode.MISSION and at_last_item)
        if self._done or not returns:
            return False
        here = self._kit.where()
        if here is None or math.dist(here[:2], home[:2]) > _NEAR_M:
            return False
        highest = self._kit.config.precision.search_height_m + _ABOVE_M
        return _LOWEST_M < here.up_m <= highest

    def leave(self, why: str) -> None:
        """Not on this flight: the autopilot comes home for a reason of its own."""
        if not self._done:
            self._done, self.words = True, f"not on the board: {why}"

    async def land(
        self, home: Enu, interrupted: Callable[[], bool], tell: Callable[[str], None]
    ) -> None:
        """Until the autopilot's landing takes the last bit, its return is taken, or it is
        interrupted; `words` then says how it went."""
        kit = self._kit
        assert kit.precision is not None
        tell("looking for the board on the pad")
        ended = await kit.precision.run(
            kit.view, kit.actions, kit.guidance, kit.where, home, interrupted, tell
        )
        self._done = ended.outcome is not Outcome.INTERRUPTED
        self.words = ended.words
        if ended.outcome in (Outcome.NOT_BEGUN, Outcome.TAKEN):
            self.words = f"not on the board: {ended.words}"
        self._log.info("precision landing ended", outcome=str(ended.outcome), words=self.words)

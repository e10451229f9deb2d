"""Gives an order until its effect is seen, and says in one sentence why it was not.

An acknowledgement is not an effect; which effect each order must have stands in `actions.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from mavsdk.exceptions import MavsdkError

from drone.errors import OrderError
from drone.link.state import VehicleView
from drone.link.statustext import StatusTexts

_POLL_S = 0.05
#: No order is repeated to a vehicle that has been silent for this long (s).
_SILENT_S = 4.0

Effect = Callable[[], bool]
#: Raises MavsdkError, or returns how it was refused; any other answer is a yes.
Order = Callable[[], Awaitable[Any]]


class Effects:
    """Orders to one vehicle, seen through its view and explained by its texts."""

    def __init__(self, view: VehicleView, texts: StatusTexts) -> None:
        self._view = view
        self._texts = texts

    async def bring(
        self, what: str, order: Order, effect: Effect, timeout_s: float, tries: int
    ) -> None:
        """Give `order`, at most once a second, until `effect` is seen within `timeout_s` of it.
        MAVSDK's own time-outs end a call that hangs. Raises OrderError."""
        started = time.monotonic()
        refusal = ""
        for number in range(tries):
            given = time.monotonic()
            try:
                said = await order()
                refusal = said if isinstance(said, str) else ""
            except MavsdkError as error:
                refusal = short(error)
            if not refusal:
                if await self.until(effect, timeout_s):
                    return
                refusal = "it said yes and did not do it"
            if effect():
                return
            if not self._view.connected and time.monotonic() - started > _SILENT_S:
                break
            if number + 1 < tries:
                await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - given)))
        raise self.failure(what, started, refusal)

    async def until(self, effect: Effect, timeout_s: float) -> bool:
        """Whether `effect` was seen in time."""
        end = time.monotonic() + timeout_s
        while not effect():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    def failure(self, what: str, since: float, refusal: str) -> OrderError:
        """That `what` was not done, with the vehicle's own words since `since` (monotonic s)."""
        words = self._texts.reason_since(since - 1.0)
        if not self._view.connected:
            refusal = "the autopilot has fallen silent"
        reason = f'{refusal}; it says "{words}"' if words else refusal
        return OrderError(f"the vehicle did not {what}: {reason}")


def short(error: MavsdkError) -> str:
    """MAVSDK's result in words."""
    result = getattr(error, "result", None)
    name: str = getattr(result, "name", type(error).__name__)
    return name.lower().replace("_", " ")

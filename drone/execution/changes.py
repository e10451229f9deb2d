"""Changes that people ask of a flight in the air, each waiting for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from drone.errors import DroneError, OrderError
from drone.missions.going_on import Change

_WITHIN_S = 40.0


class Changes:
    """A queue of them. Lives on the link's loop."""

    def __init__(self) -> None:
        self._asked: list[tuple[Change, asyncio.Future[str]]] = []

    async def ask(self, change: Change) -> str:
        """What came of it, in words. Raises DroneError with why not."""
        answer = asyncio.get_running_loop().create_future()
        self._asked.append((change, answer))
        try:
            return await asyncio.wait_for(answer, _WITHIN_S)
        except TimeoutError:
            raise OrderError(f"nothing has come of it in {_WITHIN_S:.0f} s") from None

    async def make(self, change: Callable[[Change], Awaitable[str]]) -> None:
        """Make those that somebody still waits for, and answer them."""
        while self._asked:
            wished, answer = self._asked.pop(0)
            if answer.done():
                continue
            try:
                words, error = await change(wished), None
            except DroneError as refusal:
                words, error = "", refusal
            if not answer.done():
                answer.set_exception(error) if error else answer.set_result(words)

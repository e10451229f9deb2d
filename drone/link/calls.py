"""The threads in which MAVSDK's blocking calls wait, and which of them have not come back.

MAVSDK's asyncio flavour gives each call to the loop's default executor. A call that is still out
when MAVSDK is destroyed never comes back, and a process with such a thread cannot end.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

#: A call blocks its thread until its own time-out; one that hangs must not stop an e-stop.
_THREADS = 8
#: MAVSDK's own longest time-out of one call (parameters) is 3 s.
_COME_BACK_S = 3.5


class CallThreads(ThreadPoolExecutor):
    """An executor that knows its open calls."""

    def __init__(self) -> None:
        super().__init__(_THREADS, thread_name_prefix="mavsdk-call")
        self._open: set[Future[Any]] = set()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        call = super().submit(fn, *args, **kwargs)
        self._open.add(call)
        call.add_done_callback(self._open.discard)
        return call

    async def come_back(self) -> None:
        """Wait until every call is back, as long as one may take."""
        calls = [asyncio.wrap_future(call) for call in tuple(self._open)]
        if calls:
            await asyncio.wait(calls, timeout=_COME_BACK_S)

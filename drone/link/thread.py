"""The link's own asyncio loop in a thread of its own, so that neither ROS nor MAVSDK waits for the
other.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from comms.logs import get_logger

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for callers on other threads."""

    def __init__(self, name: str = "autopilot-link") -> None:
        self.loop = asyncio.new_event_loop()
        # log lines from the loop carry the ids that were bound where it was made
        self._context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=self._context.copy().run, args=(self._run,), name=name, daemon=True
        )
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start `work` on the loop; the future belongs to the caller's thread."""
        return self._context.copy().run(asyncio.run_coroutine_threadsafe, work, self.loop)

    def close(self, timeout_s: float = 6.0) -> None:
        """Cancel what runs and end the thread."""
        if self._thread.is_alive():
            try:
                self.submit(self._cancel_all()).result(timeout_s)
            except TimeoutError:
                get_logger().warning("a call to the autopilot has not come back")
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self.loop.close()

    async def _cancel_all(self) -> None:
        mine = asyncio.current_task()
        tasks = [t for t in asyncio.all_tasks() if t is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

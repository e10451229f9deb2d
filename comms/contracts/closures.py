"""Which of a site's keep-outs count now: some are closed at certain times only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from comms.contracts.in_force import next_span
from comms.contracts.site import KeepOut, Site

_NO_CLOCK = 2000  # a simulation's clock that has not begun: all count


class Closures:
    """`now`: UTC. An area counts `ahead` before it closes, so that nobody is caught in it."""

    def __init__(
        self, site: Site, now: Callable[[], datetime], ahead: timedelta = timedelta(0)
    ) -> None:
        self._site, self._now, self._ahead = site, now, ahead
        self.has_times = any(area.applies for area in site.keep_outs)

    def closed(self) -> tuple[KeepOut, ...]:
        """Those that are closed now, or are before `ahead` has passed."""
        now = self._now()
        if not self.has_times or now.year < _NO_CLOCK:
            return self._site.keep_outs
        until = now + max(self._ahead, timedelta(seconds=1))
        return tuple(a for a in self._site.keep_outs if next_span(a.applies, now, until))

    def site_with(self, closed: tuple[KeepOut, ...]) -> Site:
        """The site as if there were no other keep-outs."""
        return self._site.model_copy(update={"keep_outs": closed})

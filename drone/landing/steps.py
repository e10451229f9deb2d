"""The precision landing's states and what it flies in each: small steps, no vehicle in them.

search -> align -> descend -> touch, and from each back to climb when the board is lost for long;
after the last retry, or when it takes too long, given up. Given the estimate and where the vehicle
is it returns a velocity (m/s, ENU); who calls it flies that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from comms.contracts.place import Enu
from drone.landing.config import LandingConfig
from drone.landing.pad_track import PadEstimate

_LOW_M = 2.0
#: Sideways speed (m/s) above which it is not at rest over the board.
_AT_REST_MPS = 0.35
_SETTLED_S = 0.6
#: Height (m) within which the height to search from counts as reached.
_NEAR_M = 0.7


class Step(StrEnum):
    """Where the landing is; the last two end it."""

    SEARCH = "search"
    ALIGN = "align"
    DESCEND = "descend"
    CLIMB = "climb"
    TOUCH = "touch"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Wish:
    """What to fly now (m/s, ENU)."""

    step: Step
    east_mps: float = 0.0
    north_mps: float = 0.0
    up_mps: float = 0.0


class LandingSteps:
    """Call `next` ten times a second. `home`: where the pad should be (ENU m, of the autopilot).

    `retries` counts climbs; `why` says in words why it was given up.
    """

    def __init__(self, config: LandingConfig, home: Enu, now_s: float) -> None:
        self.step = Step.SEARCH
        self.retries = 0
        self.why = ""
        self._config = config
        self._home = home
        self._began_s = self._since_s = now_s
        self._centred_since: float | None = None

    def next(
        self, now_s: float, here: Enu, velocity_mps: tuple[float, float], pad: PadEstimate | None
    ) -> Wish:
        """`velocity_mps`: the vehicle's (east, north)."""
        if self.step in (Step.TOUCH, Step.GIVEN_UP):
            return Wish(self.step)
        if now_s - self._began_s > self._config.total_s:
            return self._give_up(f"it took longer than {self._config.total_s:.0f} s")
        fresh = pad is not None and pad.age_s <= self._config.lost_s
        if self.step is Step.SEARCH:
            return self._search(now_s, here, fresh)
        if self.step is Step.CLIMB:
            return self._climb(now_s, here, fresh)
        if pad is None or pad.age_s > self._config.climb_after_s:
            return self._lost(now_s)
        return self._over(now_s, here, velocity_mps, pad, fresh)

    def _search(self, now_s: float, here: Enu, fresh: bool) -> Wish:
        """Over the place where the pad should be, at the height from which most of it is seen."""
        if fresh:
            return self._enter(Step.ALIGN, now_s)
        up = self._to_height(here, self._home.up_m + self._config.search_height_m)
        if abs(here.up_m - self._home.up_m - self._config.search_height_m) > _NEAR_M:
            self._since_s = now_s  # the search's time begins at its height
        elif now_s - self._since_s > self._config.search_s:
            return self._lost(now_s)
        east, north = self._sideways(
            self._home.east_m - here.east_m, self._home.north_m - here.north_m
        )
        return Wish(Step.SEARCH, east, north, up)

    def _climb(self, now_s: float, here: Enu, fresh: bool) -> Wish:
        aim = self._home.up_m + self._config.search_height_m
        if here.up_m > aim - _NEAR_M or (fresh and now_s - self._since_s > 2.0):
            return self._enter(Step.ALIGN if fresh else Step.SEARCH, now_s)
        east, north = self._sideways(
            self._home.east_m - here.east_m, self._home.north_m - here.north_m
        )
        return Wish(Step.CLIMB, east, north, self._config.climb_mps)

    def _over(
        self,
        now_s: float,
        here: Enu,
        velocity_mps: tuple[float, float],
        pad: PadEstimate,
        fresh: bool,
    ) -> Wish:
        """Align or descend: sideways always to the middle, down only while seen and centred."""
        config = self._config
        off_east, off_north = pad.at.east_m - here.east_m, pad.at.north_m - here.north_m
        east, north = self._sideways(off_east, off_north)
        off, height = math.hypot(off_east, off_north), here.up_m - pad.at.up_m
        allowed = config.centred_m + config.cone * max(0.0, height - config.touch_height_m)
        centred = off <= allowed and math.hypot(*velocity_mps) <= _AT_REST_MPS + 0.1 * height
        if not fresh:
            return Wish(self.step, east, north, 0.0)
        if not centred:
            self._centred_since = None
            # a little off while going down is steered out on the way
            if (
                self.step is Step.DESCEND
                and off <= 1.5 * allowed
                and height > config.touch_height_m
            ):
                return Wish(Step.DESCEND, east, north, -0.3 * self._descent(height))
            self.step = Step.ALIGN
            return Wish(Step.ALIGN, east, north, 0.0)
        if self._centred_since is None:
            self._centred_since = now_s
        if height <= config.touch_height_m:
            if now_s - self._centred_since >= _SETTLED_S:
                self.step = Step.TOUCH
                return Wish(Step.TOUCH)
            return Wish(self.step, east, north, 0.0)
        if self.step is Step.ALIGN and now_s - self._centred_since < _SETTLED_S:
            return Wish(Step.ALIGN, east, north, 0.0)
        self.step = Step.DESCEND
        return Wish(Step.DESCEND, east, north, -self._descent(height))

    def _descent(self, height: float) -> float:
        """Slower the lower, m/s."""
        config = self._config
        part = min(1.0, max(0.0, (height - _LOW_M) / _LOW_M))
        return config.slow_descend_mps + part * max(
            0.0, config.descend_mps - config.slow_descend_mps
        )

    def _sideways(self, off_east: float, off_north: float) -> tuple[float, float]:
        gain, most = self._config.gain_per_s, self._config.approach_mps
        speed = gain * math.hypot(off_east, off_north)
        scale = gain * (min(1.0, most / speed) if speed > 0 else 1.0)
        return off_east * scale, off_north * scale

    def _to_height(self, here: Enu, aim_m: float) -> float:
        off = aim_m - here.up_m
        return max(-self._config.descend_mps, min(self._config.climb_mps, off))

    def _lost(self, now_s: float) -> Wish:
        if self.retries >= self._config.retries:
            tries = "one try" if self.retries == 0 else f"{self.retries + 1} tries"
            return self._give_up(f"the board was not kept in sight in {tries}")
        self.retries += 1
        return self._enter(Step.CLIMB, now_s)

    def _enter(self, step: Step, now_s: float) -> Wish:
        self.step, self._since_s, self._centred_since = step, now_s, None
        return Wish(step)

    def _give_up(self, why: str) -> Wish:
        self.step, self.why = Step.GIVEN_UP, why
        return Wish(Step.GIVEN_UP)

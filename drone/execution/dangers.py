"""What is wrong in flight, and what is wished of the flight because of it.

The autopilot's own failsafes come first and are never countermanded: no hold is wished of a vehicle
that returns or lands. Times count by the vehicle's clock.

| seen | wished |
|---|---|
| no satellite fix, or the global position not well, for 1 s | hold; on when it is back for 5 s |
| still so after `gnss_land_after_s` | land here |
| the position jumps further than the vehicle can fly | hold; on when it has jumped back; else |
| | a person decides |
| a motor's failure in the vehicle's words | land at the nearest pad, or here |
| wind above `max_wind_mps` for 10 s | home |
| battery below the way home plus reserve | the nearest of home and pads |
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.execution.energy import UseMeter
from drone.link.state import Mode, VehicleView
from drone.link.statustext import StatusTexts

_LOST_FOR_S = 1.0
_BACK_FOR_S = 5.0
_WINDY_FOR_S = 10.0
#: Beyond what it can have flown, m; as much may be left when a jump is taken back.
_JUMP_M = 6.0
_OWN_MODES = (Mode.RETURN, Mode.LAND)
#: PX4: "Motor failure: Motor 2 undercurrent detected", "Preflight Fail: Motor failure detected";
#: ArduCopter: "Potential Thrust Loss (2)".
_MOTOR = re.compile(r"motor failure|thrust loss|esc\w* .*fail", re.IGNORECASE)
_CAUSES = (
    ("geofence breach", re.compile(r"fence", re.IGNORECASE)),
    ("link lost", re.compile(r"gcs failsafe|ground control|gcs connection|data ?link", re.I)),
    ("low battery", re.compile(r"battery", re.IGNORECASE)),
    ("motor failure", _MOTOR),
    ("position lost", re.compile(r"ekf|gps|gnss|position|descend", re.IGNORECASE)),
)


class To(StrEnum):
    """Where a flight that ends early comes down."""

    HOME = "home"
    NEAREST = "nearest"
    HERE = "here"


@dataclass(frozen=True)
class Advice:
    """`hold`: the flight's wish to hold from now on, "" for none; `ends`: why it must end.
    `lets_go`: it was held from here and the autopilot now acts by itself."""

    hold: str = ""
    ends: str = ""
    to: To = To.HOME
    is_urgent: bool = False
    lets_go: bool = False


def cause_of(words: str) -> str:
    """The name of what made an autopilot act by itself, by its texts, with them."""
    names = [name for name, pattern in _CAUSES if pattern.search(words)]
    return f"{names[0]}: {words}" if names else words


class Dangers:
    """Looks at one vehicle through one flight."""

    def __init__(
        self,
        view: VehicleView,
        texts: StatusTexts,
        config: DroneConfig,
        battery_wh: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._view, self._texts, self._config = view, texts, config
        self._battery_wh = battery_wh
        self._clock = clock
        self._began = clock()
        self._hold = ""
        self._use = UseMeter()
        self._bad_since: float | None = None
        self._good_since: float | None = None
        self._windy_since: float | None = None
        self._before: tuple[float, Enu] | None = None
        self._off = (0.0, 0.0)
        self._jumped_at: float | None = None
        #: when the autopilot last did what is right by itself: without satellites it is left alone
        #: to its landing, at which its mode may change before it says that it has landed
        self._acted_at = -math.inf

    def look(self, here: Enu | None, home: Enu, wish_hold: str, is_over: bool = False) -> Advice:
        """Call some times a second in the air. `wish_hold`: the flight's own wish, kept unless it
        came from here. `is_over`: it ends early already."""
        now = self._view.clock_s.fresh()
        if now is None:
            return Advice(wish_hold)
        was_ours = bool(self._hold) and wish_hold == self._hold
        if self._hold and not was_ours:
            self._forget_jump()  # a person has decided
        lost_s = self._lost_s(now)
        self._watch_jumps(now, here)
        acts_itself = self._view.mode.fresh() in _OWN_MODES
        if acts_itself:
            self._acted_at = now
        hold = "" if is_over or acts_itself else self._why_hold(now, lost_s)
        theirs = "" if was_ours else wish_hold
        self._hold = "" if theirs else hold
        advice = Advice(theirs or hold, lets_go=was_ours and acts_itself)
        if is_over:
            return advice
        ends = (
            self._motor()
            or self._lost(min(lost_s, now - self._acted_at))
            or self._wind(now)
            or self._battery(now, here, home)
        )
        if ends is None:
            return advice
        self._hold = ""
        return replace(ends, hold=theirs, lets_go=advice.lets_go)

    def _lost_s(self, now: float) -> float:
        """For how long (s) the satellite position has been gone, 0 when it is there or back."""
        gnss, health = self._view.gnss.fresh(), self._view.health.fresh()
        is_bad = (gnss is not None and not gnss.has_3d_fix) or (
            health is not None and not health.global_position
        )
        if is_bad:
            self._good_since = None
            self._bad_since = now if self._bad_since is None else self._bad_since
        elif self._bad_since is not None:
            self._good_since = now if self._good_since is None else self._good_since
            if now - self._good_since >= _BACK_FOR_S:
                self._bad_since = self._good_since = None
        return 0.0 if self._bad_since is None else now - self._bad_since

    def _watch_jumps(self, now: float, here: Enu | None) -> None:
        before = self._before
        if before is not None and now == before[0]:
            return
        self._before = (now, here) if here is not None else None
        if before is None or here is None or not now - before[0] < 10.0:
            return
        moved = here.east_m - before[1].east_m, here.north_m - before[1].north_m
        velocity, dt = self._view.velocity.fresh(), now - before[0]
        east, north = (velocity.east, velocity.north) if velocity is not None else (0.0, 0.0)
        can = 1.3 * max(math.hypot(east, north), self._config.cruise_mps) * dt
        if math.hypot(*moved) > can + _JUMP_M:
            self._jumped_at = now
            self._off = self._off[0] + moved[0] - east * dt, self._off[1] + moved[1] - north * dt

    def _forget_jump(self) -> None:
        self._off, self._jumped_at = (0.0, 0.0), None

    def _why_hold(self, now: float, lost_s: float) -> str:
        if self._jumped_at is not None:
            off_m = math.hypot(*self._off)
            if off_m > 2.0 * _JUMP_M:
                return (
                    f"the position jumped by {off_m:.0f} m: it holds until that is taken back, "
                    "or a person has it go on"
                )
            if now - self._jumped_at < _BACK_FOR_S:
                return "the position jumped to and fro: it holds until that is steady"
            self._forget_jump()
        if lost_s >= _LOST_FOR_S:
            return "no satellite position: it holds until that is back"
        return ""

    def _lost(self, lost_s: float) -> Advice | None:
        still_bad = self._good_since is None
        if lost_s < self._config.gnss_land_after_s or not still_bad:
            return None
        return Advice("", f"no satellite position for {lost_s:.0f} s", To.HERE, is_urgent=True)

    def _motor(self) -> Advice | None:
        said = next((t for t in self._texts.warnings_since(self._began) if _MOTOR.search(t)), None)
        if said is None:
            return None
        return Advice("", f'motor failure: "{said}"', To.NEAREST, is_urgent=True)

    def _wind(self, now: float) -> Advice | None:
        wind, most = self._view.wind.fresh(), self._config.max_wind_mps
        if wind is None or wind.speed <= most:
            self._windy_since = None
            return None
        self._windy_since = now if self._windy_since is None else self._windy_since
        if now - self._windy_since < _WINDY_FOR_S:
            return None
        lasted = now - self._windy_since
        return Advice(
            "", f"wind of {wind.speed:.0f} m/s for {lasted:.0f} s, at most {most:.0f} m/s is safe"
        )

    def _battery(self, now: float, here: Enu | None, home: Enu) -> Advice | None:
        battery = self._view.battery.fresh()
        if battery is None:
            return None
        self._use.put(now, battery.fraction)
        if here is None:
            return None
        way = [here, Enu(home.east_m, home.north_m, here.up_m), home]
        needed = self._use.needed(way, self._config, self._battery_wh, self._view.air())
        if battery.fraction >= needed:
            return None
        by = "by the use measured" if self._use.per_s is not None else "as planned"
        words = f"the battery has {battery.fraction:.0%}, {needed:.0%} are needed from here {by}"
        return Advice("", words, To.NEAREST)

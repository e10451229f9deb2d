"""The decision, without ROS: what the base may do now, and in one sentence why not more.

A velocity passes only when everything is known to be good. The checks stand in the order of their
weight; the first that says stop gives the reason. Nothing here waits or remembers beyond the
newest word of each input, so the decision can be taken as often as one likes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from comms.contracts.site import Xy
from comms.contracts.vehicle import RobotBody
from robot.safety.config import SafetyConfig
from robot.safety.estop import EstopLatch
from robot.safety.freshness import InputWatch, Now
from robot.safety.keep_out import KeepOut
from robot.safety.lidar import Obstacles
from robot.safety.motion import Braking, Command, Hull
from robot.safety.zones import Passed, Zones

STANDING = Command(0.0, 0.0)


class State(StrEnum):
    """As patrol_interfaces/SafetyState."""

    GO = "go"
    SLOW = "slow"
    STOP = "stop"
    ESTOP = "estop"


@dataclass(frozen=True, slots=True)
class Decision:
    """What goes to the base. `cause` is a word for programs, `reason` a sentence for a person."""

    command: Command
    state: State
    cause: str
    reason: str
    speed_limit_mps: float
    nearest_m: float = math.inf


class SafetyMonitor:
    """Tell it what is heard (`hear_*`), then ask `decide`."""

    def __init__(
        self,
        config: SafetyConfig,
        body: RobotBody,
        keep_outs: Iterable[tuple[Xy, ...]],
        estop: EstopLatch,
    ) -> None:
        c = self._config = config
        self.hull = Hull(body.length_m / 2, body.width_m / 2)
        self._braking = Braking(c.reaction_s, c.brake_mps2, c.turn_brake_radps2)
        self._zones = Zones(c, self.hull)
        self.keep_out(keep_outs)
        self._max_speed = min(c.max_speed_mps, body.max_speed_mps)
        self._max_turn = min(c.max_turn_radps, body.max_turn_radps)
        self.estop = estop
        self._scan = InputWatch("lidar scan", c.scan_age_s)
        self._odometry = InputWatch("position from localisation", c.odometry_age_s)
        self._status = InputWatch("word from localisation", c.status_age_s)
        self._bumper = InputWatch("word from the bumper", c.bumper_age_s)
        self._command = InputWatch("velocity command", c.command_age_s)
        self._watches = (self._scan, self._odometry, self._status, self._bumper, self._command)
        self._seen = Obstacles(np.zeros(0), np.zeros(0), 1.0, False)
        self._wanted = STANDING
        self._pose = (math.nan, math.nan, math.nan)
        self._speed_now = math.nan
        self._lost = ""
        self._contact = ""
        self._pressed_until_s = -math.inf
        self._away = -1.0  # direction that leads away from a contact

    def keep_out(self, rings: Iterable[tuple[Xy, ...]]) -> None:
        """The areas from now on: outlines in `map`, m."""
        self._keep_out = KeepOut(rings, self.hull, self._braking, self._config.keep_out_margin_m)

    # -- what is heard
    def hear_scan(self, now: Now, stamp_s: float, seen: Obstacles) -> None:
        if self._scan.hear(now, stamp_s):
            self._seen = seen

    def hear_command(self, now: Now, stamp_s: float | None, wanted: Command) -> None:
        if self._command.hear(now, stamp_s):
            self._wanted = wanted

    def hear_odometry(
        self, now: Now, stamp_s: float, pose: tuple[float, float, float], speed_mps: float
    ) -> None:
        """`pose` in map (m, m, rad); one with NaN is taken as it is and stops the robot."""
        if self._odometry.hear(now, stamp_s):
            self._pose, self._speed_now = pose, speed_mps

    def hear_status(self, now: Now, *, is_error: bool, message: str) -> None:
        self._status.hear(now, None)
        self._lost = (message or "no reason given") if is_error else ""

    def hear_bumper(self, now: Now, stamp_s: float, *, pressed: bool, with_what: str) -> None:
        if not self._bumper.hear(now, stamp_s) or not pressed:
            return
        if now.wall_s > self._pressed_until_s:  # a new contact: away is against the motion
            speed = self._speed_now if math.isfinite(self._speed_now) else 0.0
            backwards = speed < -0.02 or (abs(speed) <= 0.02 and self._wanted.speed_mps < 0.0)
            self._away = 1.0 if backwards else -1.0
        self._contact = with_what
        self._pressed_until_s = now.wall_s + self._config.bumper_hold_s

    # -- the decision
    def decide(self, now: Now) -> Decision:
        """What may go to the base at this moment."""
        if self.estop.record is not None:
            record = self.estop.record
            reason = f"e-stop by {record.who}: {record.reason}"
            return Decision(STANDING, State.ESTOP, "estop", reason, 0.0)
        for watch in self._watches:
            complaint = watch.complaint(now)
            if complaint:
                return _stop(watch.name, complaint)
        if self._lost:
            return _stop("localisation", f"localisation says: {self._lost}")
        if not all(map(math.isfinite, (*self._pose, self._speed_now))):
            return _stop("odometry", "the position is not a number")
        if self._seen.blind_share > self._config.blind_share:
            share = round(100 * self._seen.blind_share)
            return _stop("blind", f"the lidar is blind: {share} % of its rays say nothing")
        if not self._wanted.is_finite():
            return _stop("command", "the velocity command is not a number")
        return self._weigh(now)

    def _weigh(self, now: Now) -> Decision:
        """Everything is fresh: how much of the wanted velocity passes."""
        wanted, why = self._within_limits(self._wanted)
        if now.wall_s <= self._pressed_until_s:
            wanted = self._away_from_contact(wanted)
            against = f" with {self._contact}" if self._contact else ""
            if wanted.is_zero:
                return _stop("bumper", f"the bumper is pressed{against}")
            why = f"the bumper is pressed{against}: slowly away from it"
        passed = self._zones.limit(wanted, self._speed_now, self._seen)
        allowed = self._keep_out.limit(passed.command, self._pose)
        if allowed.is_zero and not passed.command.is_zero:
            return replace(
                _stop("keep_out", "a keep-out area is ahead"), nearest_m=passed.nearest_m
            )
        if allowed.is_zero and not wanted.is_zero:
            return Decision(
                STANDING, State.STOP, passed.cause, _obstacle(passed), 0.0, passed.nearest_m
            )
        if allowed != passed.command:
            return self._slowed(allowed, "keep_out", "a keep-out area is near", passed.nearest_m)
        if passed.cause:
            return self._slowed(allowed, passed.cause, _obstacle(passed), passed.nearest_m)
        if why:
            return self._slowed(allowed, "limit", why, passed.nearest_m)
        return Decision(allowed, State.GO, "", "all clear", self._max_speed, passed.nearest_m)

    def _slowed(self, command: Command, cause: str, reason: str, nearest_m: float) -> Decision:
        return Decision(command, State.SLOW, cause, reason, abs(command.speed_mps), nearest_m)

    def _within_limits(self, wanted: Command) -> tuple[Command, str]:
        """Both parts scaled by one factor, so that the arc stays."""
        c = self._config
        reverse = c.max_reverse_mps
        why = "speed limit"
        if wanted.speed_mps < 0.0 and not self._seen.sees_behind:
            reverse, why = min(reverse, c.bumper_mps), "the lidar does not see what is behind"
        fastest = self._max_speed if wanted.speed_mps >= 0.0 else reverse
        share = min(
            1.0,
            fastest / max(abs(wanted.speed_mps), 1e-9),
            self._max_turn / max(abs(wanted.turn_radps), 1e-9),
        )
        return (wanted, "") if share >= 1.0 else (wanted.scaled(share), why)

    def _away_from_contact(self, wanted: Command) -> Command:
        c = self._config
        if wanted.speed_mps * self._away <= 0.0:
            return STANDING
        share = min(1.0, c.bumper_mps / abs(wanted.speed_mps))
        turn = max(-c.bumper_radps, min(c.bumper_radps, wanted.turn_radps * share))
        return Command(wanted.speed_mps * share, turn)


def _stop(cause: str, reason: str) -> Decision:
    return Decision(STANDING, State.STOP, cause, reason, 0.0)


def _obstacle(passed: Passed) -> str:
    where = f"{passed.nearest_m:.1f} m ahead" if math.isfinite(passed.nearest_m) else "beside"
    return f"something is {where}"

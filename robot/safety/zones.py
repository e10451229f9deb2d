"""How much of a command may pass, given what the lidar sees: stop, approach and slow zones.

- *stop*: a box ahead of the hull in the direction of motion, longer the faster the robot is.
Anything in it ends the motion. - *approach*: the hull, with a margin and with the stop zone at
rest, is moved along the command's arc. The command is slowed so that reaction time and braking
end before anything is reached. - *slow*: a wider and longer box; the nearer something is in it,
the slower. What is inside the margin already (a wall beside the robot) does not forbid motion
that brings it no nearer: so the robot can turn or drive away, at creeping speed. Modelled on
Nav2's collision monitor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot.safety.config import SafetyConfig
from robot.safety.lidar import Obstacles
from robot.safety.motion import Array, Braking, Command, Hull, seen_from_arc

_STEP_M = 0.04  # hull points move at most so far between two looks; under the margin
_FINEST_STEP_M = 0.004
_MOST_STEPS = 150
_TRACE = 1e-6  # m/s or rad/s: rounding, not a wish


@dataclass(frozen=True, slots=True)
class Passed:
    """What may pass, why not more (`cause`; empty: all may), and the nearest thing ahead (m)."""

    command: Command
    cause: str
    nearest_m: float

    @property
    def stops(self) -> bool:
        return self.cause in ("stop", "contact")


class Zones:
    def __init__(self, config: SafetyConfig, hull: Hull) -> None:
        self._config = config
        self._hull = hull
        self._braking = Braking(config.reaction_s, config.brake_mps2, config.turn_brake_radps2)

    def limit(self, wanted: Command, speed_now_mps: float, seen: Obstacles) -> Passed:
        """`wanted` as far as the zones allow. `speed_now_mps` is measured."""
        c = self._config
        wanted = Command(_no_trace(wanted.speed_mps), _no_trace(wanted.turn_radps))
        if wanted.is_zero:
            return Passed(wanted, "", _least(self._hull.distance(seen.x, seen.y)))
        # Backwards is forwards in a mirror.
        back = wanted.speed_mps < 0.0
        x = -seen.x if back else seen.x
        command = Command(-wanted.speed_mps, -wanted.turn_radps) if back else wanted
        passed = self._forwards(command, abs(speed_now_mps), x, seen.y)
        share = passed.command
        if 0.0 < math.hypot(share.speed_mps, share.turn_radps * self._hull.radius_m) < c.crawl_mps:
            wanted_speed = math.hypot(wanted.speed_mps, wanted.turn_radps * self._hull.radius_m)
            if wanted_speed >= c.crawl_mps:
                passed = Passed(Command(0.0, 0.0), "contact", passed.nearest_m)
        if back:
            mirrored = Command(-passed.command.speed_mps, -passed.command.turn_radps)
            return Passed(mirrored, passed.cause, passed.nearest_m)
        return passed

    def _forwards(self, command: Command, speed_now: float, x: Array, y: Array) -> Passed:
        c, hull = self._config, self._hull
        gap = x - hull.half_length_m
        aside = np.abs(y) - hull.half_width_m
        lanes = self._lanes(gap, aside, y)
        in_way = (gap > 0.0) & (aside <= np.where(y > 0.0, *lanes))
        moves = command.speed_mps > c.crawl_mps
        nearest = _least(gap[in_way]) if moves else _least(hull.distance(x, y))
        if moves and nearest <= c.stop_m + c.stop_s * speed_now:
            return Passed(Command(0.0, 0.0), "stop", nearest)
        if not moves:  # a turn in place with a trace of speed is a turn in place
            command = Command(0.0 if command.turn_radps else command.speed_mps, command.turn_radps)
        slowed, cause = self._slow(command, gap, aside) if moves else (command, "")
        clear = hull.distance(x, y)
        if len(clear) and float(clear.min()) < c.margin_m:
            creeping = min(
                1.0,
                c.creep_mps / max(abs(slowed.speed_mps), 1e-9),
                c.creep_radps / max(abs(slowed.turn_radps), 1e-9),
            )
            if creeping < 1.0:
                slowed, cause = slowed.scaled(creeping), "margin"
        share = self._braking.share_for(
            slowed, self._free_u(slowed, x, y, clear, lanes if moves else None)
        )
        if share < 1.0:
            return Passed(slowed.scaled(share), "approach" if share > 0.0 else "contact", nearest)
        return Passed(slowed, cause, nearest)

    def _slow(self, command: Command, gap: Array, aside: Array) -> tuple[Command, str]:
        """Proportional to the distance of the nearest thing in the slow zone."""
        c = self._config
        length = c.slow_m + c.slow_s * command.speed_mps
        inside = (gap > -self._hull.half_length_m) & (gap < length) & (aside < c.slow_aside_m)
        if not inside.any():
            return command, ""
        way = max(0.0, float(gap[inside].min()) - c.stop_m) / max(length - c.stop_m, 1e-6)
        allowed = c.slow_mps + way * max(0.0, c.max_speed_mps - c.slow_mps)
        if command.speed_mps <= allowed:
            return command, ""
        return command.scaled(allowed / command.speed_mps), "slow"

    def _lanes(self, gap: Array, aside: Array, y: Array) -> tuple[float, float]:
        """How much wider than the hull (m) the stop zone is to the left and to the right.

        Not wider than the room that is left beside the hull already: a wall along which the robot
        drives is not ahead of it.
        """
        beside = (gap <= 0.0) & (gap >= -2 * self._hull.half_length_m)

        def lane(side: NDArray[np.bool_]) -> float:
            return min(self._config.stop_aside_m, _least(aside[side]) - 0.005)

        return lane(beside & (y > 0.0)), lane(beside & (y <= 0.0))

    def _free_u(
        self,
        command: Command,
        x: Array,
        y: Array,
        clear: Array,
        lanes: tuple[float, float] | None,
    ) -> float:
        """Arc time until the hull with its margin, or the stop zone at rest, reaches a point.

        `lanes`: see `_lanes`; None: a turn in place, which has no stop zone.
        """
        c, hull = self._config, self._hull
        horizon = self._braking.stopping_u(command)
        fastest = abs(command.speed_mps) + abs(command.turn_radps) * hull.radius_m
        reach = fastest * horizon + c.margin_m + (c.stop_m if lanes else 0.0)
        near = clear <= reach + 0.01
        if not near.any() or fastest == 0.0:
            return math.inf
        x, y, clear = x[near], y[near], clear[near]
        step = min(max(float(clear.min()), _FINEST_STEP_M), _STEP_M)
        count = min(math.ceil(fastest * horizon / step) + 1, _MOST_STEPS)
        u = np.linspace(0.0, horizon, count + 1)
        bx, by = seen_from_arc(x, y, command, u)
        left = y > 0.0
        kept = np.where(
            left, min(c.margin_m, _least(clear[left])), min(c.margin_m, _least(clear[~left]))
        )
        hit = hull.distance(bx, by) < kept[None, :] - 1e-6
        if lanes:
            ahead = bx - hull.half_length_m
            width = hull.half_width_m + np.where(by > 0.0, *lanes)
            hit |= (ahead > 0.0) & (ahead <= c.stop_m) & (np.abs(by) <= width)
        when = hit.any(axis=1)
        if not when.any():
            return math.inf
        return float(u[max(int(np.argmax(when)) - 1, 0)])


def _no_trace(value: float) -> float:
    return 0.0 if abs(value) < _TRACE else value


def _least(values: Array) -> float:
    return float(values.min()) if len(values) else math.inf

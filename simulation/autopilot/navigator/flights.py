"""The simple flight modes: hold (and goto), take off, land, orbit. Each says at 50 Hz where to fly.

`update` returns a target, or None to rest on the ground; `done` turns true when the mode has done
its work and hold takes over.
"""

from __future__ import annotations

import math
from typing import Protocol

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector, distance, wrap_angle
from simulation.autopilot.navigator.situation import Situation

FAR_BELOW_M = 50.0


class Flight(Protocol):
    """A flight mode in action."""

    done: bool

    def update(self, now: Situation) -> Target | None:
        """Where to fly now; None: stay on the ground."""
        ...


class Hold:
    """Stays, or flies to a point and stays there. On the ground it does not take off."""

    def __init__(
        self,
        now: Situation,
        point_m: Vector | None = None,
        yaw_rad: float | None = None,
        speed_mps: float | None = None,
    ) -> None:
        self.done = False
        self._point_m = point_m or _stopping_point(now)
        self._speed_mps = speed_mps
        self._fixed_yaw = yaw_rad
        self._yaw_rad = now.yaw_rad
        self._moving = point_m is not None

    def change_speed(self, speed_mps: float) -> None:
        """From now on, m/s."""
        self._speed_mps = speed_mps

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        if self._fixed_yaw is not None:
            self._yaw_rad = self._fixed_yaw
        elif self._moving and math.dist(self._point_m[:2], now.position_m[:2]) > 3.0:
            self._yaw_rad = now.look_at(self._point_m, self._yaw_rad)
        return now.target(self._point_m, self._yaw_rad, speed_mps=self._speed_mps)


class Takeoff:
    """Straight up to a height, then done once it is reached and calm."""

    def __init__(self, now: Situation, height_m: float) -> None:
        self.done = False
        x, y, z = now.position_m
        self._point_m = (x, y, z + height_m if now.landed else max(z, z + height_m))
        self._yaw_rad = now.yaw_rad
        self._calm_since: float | None = None

    def update(self, now: Situation) -> Target | None:
        if not now.armed:  # starts from where it stands when it is armed
            height = self._point_m[2] - now.position_m[2]
            self._point_m = (*now.position_m[:2], now.position_m[2] + height)
            return None
        if not now.landed and abs(now.position_m[2] - self._point_m[2]) < 0.4:
            self._calm_since = self._calm_since or now.time_s
            self.done = now.time_s - self._calm_since > 1.5
        else:
            self._calm_since = None
        target = now.target(self._point_m, self._yaw_rad)
        return target._replace(climb_mps=now.figures.takeoff_mps)


class Land:
    """Straight down here, slower near the ground. Never done by itself: disarming ends it."""

    def __init__(self, now: Situation, point_m: Vector | None = None) -> None:
        self.done = False
        x, y, _ = point_m or _stopping_point(now)
        self._point_m = (x, y, now.position_m[2] - FAR_BELOW_M)
        self._yaw_rad = now.yaw_rad

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        f = now.figures
        ground_m = now.home_m[2] if now.home_m else 0.0
        height = now.position_m[2] - ground_m
        fast, slow = f.land_fast_mps, f.land_slow_mps
        high, low = f.land_high_m, f.land_low_m
        part = min(1.0, max(0.0, (height - low) / max(high - low, 0.1)))
        self._point_m = (*self._point_m[:2], now.position_m[2] - FAR_BELOW_M)
        return now.target(
            self._point_m, self._yaw_rad, descend_mps=slow + part * (fast - slow), speed_mps=3.0
        )


class Orbit:
    """Round a centre, looking at it (MAV_CMD_DO_ORBIT). Positive radius: clockwise from above."""

    def __init__(self, now: Situation, centre_m: Vector, radius_m: float, speed_mps: float) -> None:
        self.done = False
        self._centre, self._radius, self._speed = centre_m, abs(radius_m), abs(speed_mps)
        turn = math.copysign(1.0, radius_m) * math.copysign(1.0, speed_mps)
        self._clockwise = turn > 0
        self._angle = math.atan2(now.position_m[1] - centre_m[1], now.position_m[0] - centre_m[0])
        self._on_circle = False
        self._time_s = now.time_s

    def update(self, now: Situation) -> Target | None:
        if now.landed:
            return None
        dt_s, self._time_s = now.time_s - self._time_s, now.time_s
        lead = 0.0
        if self._on_circle:
            step = self._speed / max(self._radius, 1.0) * dt_s
            self._angle = wrap_angle(self._angle - step if self._clockwise else self._angle + step)
            lead = min(0.5, 1.0 * self._speed / max(self._radius, 1.0))
        angle = self._angle - lead if self._clockwise else self._angle + lead
        point = (
            self._centre[0] + self._radius * math.cos(angle),
            self._centre[1] + self._radius * math.sin(angle),
            self._centre[2],
        )
        self._on_circle = self._on_circle or distance(point, now.position_m) < 2.0
        yaw = now.look_at(self._centre, now.yaw_rad)
        passing = self._speed if self._on_circle else 0.0
        target = now.target(point, yaw, speed_mps=self._speed, passing_mps=passing)
        return target._replace(yaw_rad=yaw)


def _stopping_point(now: Situation) -> Vector:
    """Where it comes to a stop when braking now at 2 m/s2."""
    x, y, z = now.position_m
    vx, vy, vz = now.velocity_mps
    speed = math.hypot(vx, vy)
    ahead = speed / 4.0
    return x + vx * ahead, y + vy * ahead, z + vz * 0.3

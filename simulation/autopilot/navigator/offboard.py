"""Flying by a stream of velocities from outside (SET_POSITION_TARGET_LOCAL_NED), as PX4's offboard.

The mode is refused while no stream comes, and left when the stream ends (COM_OF_LOSS_T,
COM_OBL_RC_ACT). Velocities only: positions and accelerations are not taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.modes import Mode
from simulation.autopilot.navigator.flights import Hold
from simulation.autopilot.navigator.situation import Situation

#: A target so far away (m) along the wanted velocity is never reached before the next setpoint.
_AHEAD_M = 60.0
_STANDS_MPS = 0.02
#: COM_OBL_RC_ACT: position, altitude and manual mode cannot be flown without sticks, so they hold.
BY_LOSS_ACTION = {3: Mode.RETURN, 4: Mode.LAND}


@dataclass(frozen=True)
class VelocitySetpoint:
    """World ENU m/s, ENU yaw (None: as it is), and when it came."""

    velocity_mps: Vector
    yaw_rad: float | None
    time_s: float


class SetpointStream:
    """The newest setpoint, and whether more of them come."""

    def __init__(self) -> None:
        self.newest: VelocitySetpoint | None = None

    def put(self, velocity_mps: Vector, yaw_rad: float | None, time_s: float) -> None:
        self.newest = VelocitySetpoint(velocity_mps, yaw_rad, time_s)

    def alive(self, time_s: float, timeout_s: float) -> bool:
        return self.newest is not None and time_s - self.newest.time_s <= timeout_s


class Offboard:
    """Does what the stream says; `update` at 50 Hz."""

    def __init__(self, now: Situation, stream: SetpointStream) -> None:
        self.done = False
        self._stream = stream
        self._yaw_rad = now.yaw_rad
        self._hold: Hold | None = None

    def stand(self, now: Situation) -> Target | None:
        """Stop, and stay there."""
        self._hold = self._hold or Hold(now, yaw_rad=self._yaw_rad)
        return self._hold.update(now)

    def update(self, now: Situation) -> Target | None:
        newest = self._stream.newest
        if newest is None:
            return None
        if newest.yaw_rad is not None:
            self._yaw_rad = newest.yaw_rad
        east, north, up = newest.velocity_mps
        level = math.hypot(east, north)
        size = math.hypot(level, up)
        if now.landed and up <= 0:
            return None
        if size < _STANDS_MPS:
            return self.stand(now)
        self._hold = None
        x, y, z = now.position_m
        k = _AHEAD_M / size
        return Target(
            position_m=(x + east * k, y + north * k, z + up * k),
            speed_mps=max(level, 1e-3),
            climb_mps=max(up, 1e-3),
            descend_mps=max(-up, 1e-3),
            yaw_rad=self._yaw_rad,
            passing_mps=size,
        )

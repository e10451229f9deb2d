"""Where the stabilised camera looks: forward, at a commanded pitch, or at a region of interest.

Roll is kept level. There is no yaw axis: the drone itself turns towards a region of interest, as
PX4 does with such a mount. Angles move at a limited rate.
"""

from __future__ import annotations

import math

from simulation.autopilot.flight.vectors import clamp, wrap_angle
from simulation.autopilot.navigator.situation import Situation

PITCH_MIN_RAD, PITCH_MAX_RAD = math.radians(-100.0), math.radians(30.0)
RATE_RADPS = math.radians(90.0)


class Gimbal:
    """`pitch_rad` against the horizon, positive looks up (as in MAVLink); `yaw_rad` is ENU."""

    def __init__(self) -> None:
        self.pitch_rad = 0.0
        self.yaw_rad = 0.0
        self.commanded_pitch_rad = 0.0
        self.controller: tuple[int, int] = (0, 0)  # MAVLink ids of who has control

    def command_pitch(self, pitch_rad: float) -> None:
        """Look there until told otherwise."""
        self.commanded_pitch_rad = clamp(pitch_rad, PITCH_MIN_RAD, PITCH_MAX_RAD)

    def update(self, now: Situation, dt_s: float) -> None:
        """Moves the mount; called at 50 Hz."""
        wanted = self.commanded_pitch_rad
        if now.roi_m is not None:
            east, north, up = (r - p for r, p in zip(now.roi_m, now.position_m, strict=True))
            wanted = clamp(math.atan2(up, math.hypot(east, north)), PITCH_MIN_RAD, PITCH_MAX_RAD)
        step = RATE_RADPS * dt_s
        self.pitch_rad += clamp(wanted - self.pitch_rad, -step, step)
        self.yaw_rad = wrap_angle(now.yaw_rad)

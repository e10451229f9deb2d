"""A fake of a motor controller: what on the real robot runs in the drive electronics, under the
computer.

It alone turns Gazebo's wheels. It takes wheel speeds from the base driver, limits acceleration, and
stops the wheels when no command has come for 0.2 s of simulated time, so that a driver that dies
stops the robot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from simulation.gazebo.motor_link import WheelCommand

SILENCE_NS = 200_000_000
SPEED_UP_RADPS2 = 12.0  # 1.2 m/s^2 at a wheel of 0.1 m
SLOW_DOWN_RADPS2 = 40.0


@dataclass
class MotorFirmware:
    """State of the controller. Speeds in rad/s, forward positive; times are simulated ns."""

    max_radps: float
    left_radps: float = 0.0
    right_radps: float = 0.0
    _command: WheelCommand | None = None
    _heard_ns: int = 0
    _last_ns: int = field(default=0)

    def receive(self, command: WheelCommand, now_ns: int) -> bool:
        """Take a command; False for one that is old, repeated or not a number."""
        known = self._command
        if (
            known is not None
            and known.session == command.session
            and command.sequence <= known.sequence
        ):
            return False
        if not (math.isfinite(command.left_radps) and math.isfinite(command.right_radps)):
            return False
        self._command, self._heard_ns = command, now_ns
        return True

    def silent(self, now_ns: int) -> bool:
        return self._command is None or now_ns - self._heard_ns > SILENCE_NS

    def step(self, now_ns: int) -> tuple[float, float]:
        """The wheel speeds (left, right) to turn at from now on."""
        passed_s = max(0.0, min(0.2, (now_ns - self._last_ns) * 1e-9))
        self._last_ns = now_ns
        command = None if self.silent(now_ns) else self._command
        wanted = (command.left_radps, command.right_radps) if command else (0.0, 0.0)
        self.left_radps = self._towards(self.left_radps, wanted[0], passed_s)
        self.right_radps = self._towards(self.right_radps, wanted[1], passed_s)
        return self.left_radps, self.right_radps

    def _towards(self, speed: float, wanted: float, passed_s: float) -> float:
        wanted = max(-self.max_radps, min(self.max_radps, wanted))
        faster = abs(wanted) > abs(speed) and wanted * speed >= 0
        change = (SPEED_UP_RADPS2 if faster else SLOW_DOWN_RADPS2) * passed_s
        return speed + max(-change, min(change, wanted - speed))

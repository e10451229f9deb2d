"""The base's driver: a wanted speed and turn become wheel speeds on the motor link; silence becomes
zero."""

from __future__ import annotations

import math

from comms.contracts.vehicle import RobotBody
from simulation.gazebo.motor_link import MotorLink


class BaseDriver:
    """Keeps the last command for `silence_s` of simulated time and repeats it to the motors."""

    def __init__(self, body: RobotBody, link: MotorLink, silence_s: float) -> None:
        self._body, self._link = body, link
        self._silence_ns = int(silence_s * 1e9)
        self._wheels = (0.0, 0.0)
        self._heard_ns = -self._silence_ns

    def command(self, now_ns: int, speed_mps: float, turn_radps: float) -> bool:
        """A new command, passed on at once; False for one that is not a number (wheels stop)."""
        good = math.isfinite(speed_mps) and math.isfinite(turn_radps)
        self._wheels = wheel_speeds(self._body, speed_mps, turn_radps) if good else (0.0, 0.0)
        self._heard_ns = now_ns
        self.repeat(now_ns)
        return good

    def repeat(self, now_ns: int) -> None:
        """Tell the motors again: the last command while it is fresh, else zero."""
        fresh = now_ns - self._heard_ns <= self._silence_ns
        self._link.send(now_ns, *(self._wheels if fresh else (0.0, 0.0)))


def wheel_speeds(body: RobotBody, speed_mps: float, turn_radps: float) -> tuple[float, float]:
    """(left, right) rad/s, limited to what the body may do with the curve kept."""
    excess = max(1.0, abs(speed_mps) / body.max_speed_mps, abs(turn_radps) / body.max_turn_radps)
    speed, turn = speed_mps / excess, turn_radps / excess
    half = turn * body.wheel_track_m / 2
    return (speed - half) / body.wheel_radius_m, (speed + half) / body.wheel_radius_m

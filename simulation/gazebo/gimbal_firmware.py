"""A fake of a gimbal's controller: it keeps the drone's camera where the joint commands point it,
level in the world.

The gimbal's joints run free, so the camera's own inertia holds it still while the drone tilts;
small turns of the camera's two links correct what is left. Commands are joint angles (see README),
of which the camera's pitch over the horizon follows; roll over the horizon is kept at zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.quaternions import Quaternion, pitch_of, roll_of, yaw_of

Vector = tuple[float, float, float]

CORRECT_PER_S = 4.0
FASTEST_RADPS = 1.5
SHARE = 0.6  # of the wanted change of rate, per step: measured rates are a step old
SMOOTH_S = 0.3  # the joint command and the drone's tilt are not of the same moment


@dataclass
class GimbalFirmware:
    """State of the controller; times in simulated s, angles in rad."""

    pitch_rad: float = 0.0  # wanted, over the horizon, down positive
    _commanded_s: float | None = None
    _last: tuple[float, float, float] | None = None  # time, roll, pitch of the camera

    def command(self, sim_s: float, pitch_joint_rad: float, drone: Quaternion) -> None:
        """A command for the pitch joint while the drone's attitude is `drone`."""
        wanted = max(-math.pi / 4, min(math.pi / 2, pitch_joint_rad + pitch_of(drone)))
        if self._commanded_s is None or abs(wanted - self.pitch_rad) > 0.35:
            self.pitch_rad = wanted
        else:
            passed = max(0.0, sim_s - self._commanded_s)
            self.pitch_rad += (wanted - self.pitch_rad) * (1 - math.exp(-passed / SMOOTH_S))
        self._commanded_s = sim_s

    def step(self, sim_s: float, camera: Quaternion) -> Vector:
        """The change of angular velocity (rad/s, world axes) to give a camera that looks along
        `camera`, so that it goes level and to the wanted pitch."""
        # near straight down roll and yaw are one; the drone's yaw holds the camera there
        roll = roll_of(camera) if abs(pitch_of(camera)) < 1.3 else 0.0
        pitch = pitch_of(camera)
        last, self._last = self._last, (sim_s, roll, pitch)
        if last is None or sim_s <= last[0]:
            return (0.0, 0.0, 0.0)
        passed = sim_s - last[0]
        roll_change = self._change(-roll, (roll - last[1]) / passed)
        pitch_change = self._change(self.pitch_rad - pitch, (pitch - last[2]) / passed)
        yaw = yaw_of(camera)
        ahead = (math.cos(yaw), math.sin(yaw))  # the axis of roll; pitch turns about its left
        return (
            roll_change * ahead[0] - pitch_change * ahead[1],
            roll_change * ahead[1] + pitch_change * ahead[0],
            0.0,
        )

    def _change(self, error: float, rate: float) -> float:
        wanted = max(-FASTEST_RADPS, min(FASTEST_RADPS, error * CORRECT_PER_S))
        return (wanted - rate) * SHARE

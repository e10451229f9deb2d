"""The quadrotor in Gazebo, through the ArduCopter plugin's UDP protocol, in lock-step.

The plugin sends a state and waits for one command before it makes the next physics step. A command
that is lost would stop both sides for good, so the last one is repeated while nothing comes.
Simulated time goes on counting upwards across a restart of Gazebo.

State: 17 doubles (time, gyro, accelerometer, quaternion wxyz, velocity, position) in NED/FRD with
the IMU mounted upside down, which makes them world ENU and body FLU once y and z are negated.
"""

from __future__ import annotations

import socket
import struct

from simulation.autopilot.flight.physics import MOTORS_OFF, BodyState, Motors
from simulation.autopilot.flight.vectors import Quaternion, Vector, rates_between

STATE = struct.Struct("<17d")
COMMAND = struct.Struct("<4f")
SILENT_S = 1.0  # the plugin waits one second for a command before it gives up on us
KNOCK_S = 0.25
HOST = "127.0.0.1"


class GazeboFdm:
    """See the module. Ports are the plugin's: commands go to one, states come to the other."""

    def __init__(self, command_port: int, state_port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, state_port))
        self._socket.setblocking(False)
        self._plugin = (HOST, command_port)
        self._command = COMMAND.pack(*MOTORS_OFF)
        self._heard_s: float | None = None
        self._sent_s = -1e9
        self._now_s = 0.0
        self._raw_s = 0.0
        self._time_s = 0.0
        self._attitude: Quaternion | None = None
        self._rates: Vector = (0.0, 0.0, 0.0)

    def poll(self, now_s: float) -> BodyState | None:
        self._now_s = now_s
        try:
            packet = self._socket.recv(256)
        except (BlockingIOError, ConnectionError):
            self._knock(now_s)
            return None
        if len(packet) != STATE.size:
            return None
        self._heard_s = now_s
        return self._state(STATE.unpack(packet))

    def send(self, motors: Motors) -> None:
        self._command = COMMAND.pack(*motors)
        self._transmit()

    def filenos(self) -> tuple[int, ...]:
        return (self._socket.fileno(),)

    def idle_s(self, now_s: float) -> float:
        return 0.05

    def close(self) -> None:
        self._socket.close()

    @property
    def silent(self) -> bool:
        """Whether the world gives no states now (paused, restarting, not there)."""
        return self._heard_s is None or self._now_s - self._heard_s > SILENT_S

    def _knock(self, now_s: float) -> None:
        """Repeats the last command while nothing comes: a packet was lost, or the world is not
        up."""
        if self.silent and now_s - self._sent_s >= KNOCK_S:
            self._transmit()

    def _transmit(self) -> None:
        self._sent_s = self._now_s
        try:
            self._socket.sendto(self._command, self._plugin)
        except (BlockingIOError, ConnectionError):
            return  # as good as lost: `_knock` repeats it

    def _state(self, v: tuple[float, ...]) -> BodyState:
        step_s = v[0] - self._raw_s
        self._raw_s = v[0]
        attitude = (v[7], v[8], -v[9], -v[10])
        if 0 < step_s < 0.1 and self._attitude is not None:
            self._time_s += step_s
            self._rates = rates_between(self._attitude, attitude, step_s)
        else:  # the first state, a reset world, or a gap in which others flew
            self._time_s += step_s if 0 < step_s < 3600 else 0.0025
            self._rates = (v[1], -v[2], -v[3])
        self._attitude = attitude
        return BodyState(
            self._time_s,
            (v[14], -v[15], -v[16]),
            (v[11], -v[12], -v[13]),
            attitude,
            self._rates,
        )

"""Moves the gimbal's joints in Gazebo so that the camera keeps level and looks where the mount
points.

Joint commands go over Gazebo's transport at 20 Hz of simulated time; the plugin-free PID of
Gazebo's joint controller does the rest. When the world goes away they are dropped, and the
connection is made again.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from comms.logs import get_logger
from simulation.autopilot.flight.physics import BodyState
from simulation.autopilot.flight.vectors import euler_from_quaternion
from simulation.autopilot.gimbal.pointing import Gimbal
from simulation.gazebo.errors import GazeboConnectionError
from simulation.gazebo.messages import message_class
from simulation.gazebo.run_file import RunFile
from simulation.gazebo.transport import GazeboTransport

PERIOD_S = 0.05
TRY_AGAIN_S = 2.0
# Of Gazebo's joint controller. Ten times as much tears the light joints apart at 2.5 ms steps.
P_GAIN, D_GAIN, LIMIT_NM = 0.08, 0.004, 0.2
log = get_logger()


class GimbalJoints:
    """`after_state` is called at every physics step and mostly returns at once."""

    def __init__(self, world: RunFile, gimbal: Gimbal, drone: str) -> None:
        """`drone`: the model's name."""
        self._world, self._gimbal, self._drone = world, gimbal, drone
        self._joint_cmd = message_class("JointCmd")
        self._transport: GazeboTransport | None = None
        self._publisher: Any = None
        self._sent_s = -1e9
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep_connected, daemon=True)
        self._thread.start()

    def after_state(self, state: BodyState) -> None:
        """Publishes both joints' targets when it is time."""
        if self._publisher is None or 0 <= state.time_s - self._sent_s < PERIOD_S:
            return
        self._sent_s = state.time_s
        roll, pitch, _ = euler_from_quaternion(state.attitude)
        drone = self._drone
        looks_down = -self._gimbal.pitch_rad
        self._publisher.publish(self._message(f"{drone}::gimbal_roll_joint", -roll))
        self._publisher.publish(self._message(f"{drone}::gimbal_pitch_joint", looks_down - pitch))

    def close(self) -> None:
        """Ends the connection."""
        self._closing.set()
        if self._transport is not None:
            self._transport.close()

    def _message(self, joint: str, target_rad: float) -> Any:
        message = self._joint_cmd(name=joint)
        message.position.target = target_rad
        message.position.p_gain = P_GAIN
        message.position.i_gain = 0.0
        message.position.d_gain = D_GAIN
        message.position.limit = LIMIT_NM
        return message

    def _keep_connected(self) -> None:
        """In a thread of its own, because connecting blocks and flying must not."""
        while not self._closing.wait(0 if self._transport is None else TRY_AGAIN_S):
            if self._transport is not None and not self._transport.lost:
                continue
            self._publisher = None
            try:
                transport = GazeboTransport(self._world.port, self._world.world, timeout_s=5.0)
            except (GazeboConnectionError, OSError) as error:
                log.warning("gimbal_not_connected", reason=str(error))
                time.sleep(TRY_AGAIN_S)
                continue
            topic = f"~/{self._drone}/joint_cmd"
            self._transport = transport
            self._publisher = transport.advertise(topic, self._joint_cmd)

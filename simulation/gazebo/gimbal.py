"""The gimbal firmware at work: joint commands of the autopilot in, turns of the camera's links out.

Gazebo 11 takes joint commands only over a transport that we do not speak, so this stands in their
place, on the same topic and with the same message.
"""

from __future__ import annotations

from typing import Any

from simulation.gazebo.gimbal_firmware import GimbalFirmware
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.transport import GazeboTransport, Publisher
from simulation.quaternions import Quaternion, of, product
from simulation.world import drone_model
from simulation.world.physics import STEP_S

PERIOD_NS = 28_000_000


class Gimbal:
    """Works in the transport's threads."""

    def __init__(self, transport: GazeboTransport) -> None:
        self._firmware = GimbalFirmware()
        self._now_ns = self._stepped_ns = 0
        self._drone: Quaternion = (1.0, 0.0, 0.0, 0.0)
        self._wrench = message_class("Wrench")
        self._links: list[Publisher[Any]] = [
            transport.advertise(f"~/{drone_model.NAME}/{link}/wrench", self._wrench)
            for link in (drone_model.GIMBAL_ROLL, drone_model.GIMBAL_PITCH)
        ]
        transport.subscribe(
            f"~/{drone_model.NAME}/joint_cmd", message_class("JointCmd"), self._on_command
        )
        transport.subscribe("~/pose/info", message_class("PosesStamped"), self._on_poses, max_hz=60)

    def _on_command(self, message: Any) -> None:
        if message.name.endswith(f"{drone_model.GIMBAL_PITCH}_joint"):
            self._firmware.command(self._now_ns * 1e-9, message.position.target, self._drone)

    def _on_poses(self, message: Any) -> None:
        self._now_ns = stamp_ns(message.time)
        if self._now_ns - self._stepped_ns < PERIOD_NS:
            return
        found = {
            pose.name: pose.orientation
            for pose in message.pose
            if pose.name in (drone_model.NAME, f"{drone_model.NAME}::{drone_model.GIMBAL_PITCH}")
        }
        if len(found) < 2:
            return
        self._stepped_ns = self._now_ns
        self._drone = of(found[drone_model.NAME])
        in_drone = of(found[f"{drone_model.NAME}::{drone_model.GIMBAL_PITCH}"])
        camera = product(self._drone, in_drone)
        change = self._firmware.step(self._now_ns * 1e-9, camera)
        message = self._wrench()
        for name, rate in zip("xyz", change, strict=True):
            setattr(message.torque, name, rate * drone_model.GIMBAL_INERTIA / STEP_S)
            setattr(message.force, name, 0.0)
            setattr(message.force_offset, name, 0.0)
        for link in self._links:
            link.publish(message)

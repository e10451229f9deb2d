"""The gimbal firmware at work: joint commands of the autopilot in, turns of the camera's links out.

Gazebo 11 takes joint commands only over a transport that we do not speak, so this stands in their
place, on the same topic and with the same message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulation.gazebo.gimbal_firmware import GimbalFirmware, Vector
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.transport import GazeboTransport, Publisher
from simulation.quaternions import Quaternion, of, product, rotate_inverse
from simulation.world import drone_model
from simulation.world.physics import STEP_S

PERIOD_NS = 28_000_000
LINKS = (drone_model.GIMBAL_ROLL, drone_model.GIMBAL_PITCH)  # the camera is on the last one


class Gimbals:
    """Those of all drones of a world."""

    def __init__(self, transport: GazeboTransport, drones: Sequence[str]) -> None:
        """`drones`: names of the models."""
        self._gimbals = [Gimbal(transport, drone) for drone in drones]
        if drones:
            poses = message_class("PosesStamped")
            transport.subscribe("~/pose/info", poses, self._on_poses, max_hz=60)

    def _on_poses(self, message: Any) -> None:
        now_ns = stamp_ns(message.time)
        poses = {pose.name: of(pose.orientation) for pose in message.pose}
        for gimbal in self._gimbals:
            gimbal.on_poses(now_ns, poses)


class Gimbal:
    """That of one drone. Works in the transport's threads."""

    def __init__(self, transport: GazeboTransport, drone: str) -> None:
        self._name = drone
        self._firmware = GimbalFirmware()
        self._now_ns = self._stepped_ns = 0
        self._drone: Quaternion = (1.0, 0.0, 0.0, 0.0)
        self._wrench = message_class("Wrench")
        self._publishers: list[Publisher[Any]] = [
            transport.advertise(f"~/{drone}/{link}/wrench", self._wrench) for link in LINKS
        ]
        transport.subscribe(f"~/{drone}/joint_cmd", message_class("JointCmd"), self._on_command)

    def _on_command(self, message: Any) -> None:
        if message.name.endswith(f"{drone_model.GIMBAL_PITCH}_joint"):
            self._firmware.command(self._now_ns * 1e-9, message.position.target, self._drone)

    def on_poses(self, now_ns: int, poses: dict[str, Quaternion]) -> None:
        """The attitudes of all that moves in the world; a part of them each time."""
        self._now_ns = now_ns
        if self._now_ns - self._stepped_ns < PERIOD_NS:
            return
        drone = poses.get(self._name)
        links = [poses.get(f"{self._name}::{link}") for link in LINKS]
        if drone is None or None in links:
            return
        self._stepped_ns = self._now_ns
        self._drone = drone
        attitudes = [product(drone, link) for link in links if link is not None]
        change = self._firmware.step(self._now_ns * 1e-9, attitudes[-1])
        for attitude, publisher in zip(attitudes, self._publishers, strict=True):
            publisher.publish(self._torque(rotate_inverse(attitude, change)))

    def _torque(self, change_radps: Vector) -> Any:
        """A wrench in the link's own axes, as Gazebo takes it, for one physics step."""
        message = self._wrench()
        for name, rate in zip("xyz", change_radps, strict=True):
            setattr(message.torque, name, rate * drone_model.GIMBAL_INERTIA / STEP_S)
            setattr(message.force, name, 0.0)
            setattr(message.force_offset, name, 0.0)
        return message

"""A moving model's pose from Gazebo's truth, and its velocity from successive poses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulation import quaternions
from simulation.quaternions import Quaternion

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Motion:
    """Pose in `map`; velocity (m/s) in the body's axes and turn rate (rad/s) about the vertical."""

    stamp_ns: int
    position: Vector
    attitude: Quaternion
    velocity: Vector = (0.0, 0.0, 0.0)
    turn_radps: float = 0.0


def next_motion(last: Motion | None, stamp_ns: int, pose: Any) -> Motion:
    """`pose`: a gazebo.msgs.Pose of a model at `stamp_ns`."""
    at = (pose.position.x, pose.position.y, pose.position.z)
    attitude = quaternions.of(pose.orientation)
    if last is None or stamp_ns <= last.stamp_ns:
        return Motion(stamp_ns, at, attitude)
    passed_s = (stamp_ns - last.stamp_ns) * 1e-9
    east, north, up = ((new - old) / passed_s for new, old in zip(at, last.position, strict=True))
    turned = quaternions.product(attitude, quaternions.inverse(last.attitude))
    return Motion(
        stamp_ns,
        at,
        attitude,
        quaternions.rotate_inverse(attitude, (east, north, up)),
        quaternions.yaw_of(turned) / passed_s,
    )

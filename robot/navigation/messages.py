"""ROS messages of navigation to plain values and back. The only place where quaternions are met."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import PoseStamped, Quaternion
from nav_msgs.msg import Odometry
from nav_msgs.msg import Path as PathMessage
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan

from comms.contracts.vehicle import Mount
from robot.navigation.drive import Goal
from robot.navigation.errors import BadGoal, NoTransform
from robot.navigation.motion import Pose, Velocity

Floats = NDArray[np.float64]


def yaw_of(q: Quaternion) -> float | None:
    """ENU yaw of a unit quaternion; None when it is not one."""
    norm = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w
    if not abs(norm - 1.0) < 0.05:  # also when it is not a number
        return None
    return math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))


def quaternion_of(yaw_rad: float) -> Quaternion:
    return Quaternion(z=math.sin(yaw_rad / 2), w=math.cos(yaw_rad / 2))


def goals_of(poses: Sequence[PoseStamped]) -> list[Goal]:
    """The goals of an action's request. A quaternion of zeros means: any heading will do.

    Raises NoTransform for another frame than map, BadGoal for what is not a number, with a
    sentence that names the pose.
    """
    goals = []
    for number, stamped in enumerate(poses, 1):
        frame, at, q = stamped.header.frame_id, stamped.pose.position, stamped.pose.orientation
        if frame not in ("map", ""):
            raise NoTransform(f"pose {number} is in the frame {frame!r}, not in map")
        if not all(map(math.isfinite, (at.x, at.y, at.z))):
            raise BadGoal(f"pose {number} has a position that is not a number")
        yaw = yaw_of(q)
        if yaw is None and (q.x, q.y, q.z, q.w) != (0.0, 0.0, 0.0, 0.0):
            raise BadGoal(
                f"pose {number} has a heading that is none: it must be a quaternion of length 1"
            )
        goals.append(Goal(at.x, at.y, yaw))
    return goals


def pose_of(message: Odometry) -> Pose | None:
    """The robot's pose; None when something in it is not a number."""
    at, yaw = message.pose.pose.position, yaw_of(message.pose.pose.orientation)
    if yaw is None or not (math.isfinite(at.x) and math.isfinite(at.y)):
        return None
    return Pose(at.x, at.y, yaw)


def velocity_of(message: Odometry) -> Velocity | None:
    """The robot's velocity; None when it is not a number."""
    v, w = message.twist.twist.linear.x, message.twist.twist.angular.z
    return Velocity(v, w) if math.isfinite(v) and math.isfinite(w) else None


def seconds(stamp: object) -> float:
    """builtin_interfaces/Time as seconds."""
    return float(stamp.sec) + 1e-9 * float(stamp.nanosec)  # type: ignore[attr-defined]


def scan_points(scan: LaserScan, pose: Pose, mount: Mount) -> tuple[Floats, Floats]:
    """Hits (N, 2) in map m, in scan order, and the lidar's place (2,), for the robot at `pose`."""
    ranges = np.asarray(scan.ranges, dtype=np.float64)
    angles = scan.angle_min + np.arange(len(ranges)) * scan.angle_increment
    hit = np.isfinite(ranges) & (ranges > max(scan.range_min, 0.05)) & (ranges < scan.range_max)
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    sensor = np.array(
        [pose.x_m + mount.x_m * cos - mount.y_m * sin, pose.y_m + mount.x_m * sin + mount.y_m * cos]
    )
    angles = angles[hit] + pose.yaw_rad
    return sensor + ranges[hit, None] * np.column_stack([np.cos(angles), np.sin(angles)]), sensor


def path_message(points: Floats, stamp: object) -> PathMessage:
    message = PathMessage()
    message.header.frame_id = "map"
    message.header.stamp = stamp
    for x, y in points:
        pose = PoseStamped()
        pose.header.frame_id = "map"
        pose.pose.position.x, pose.pose.position.y = float(x), float(y)
        message.poses.append(pose)
    return message

"""ROS messages of navigation to plain values and back. The only place where quaternions are met."""

from __future__ import annotations

import math

import numpy as np
from geometry_msgs.msg import PoseStamped, Quaternion
from nav_msgs.msg import Odometry
from nav_msgs.msg import Path as PathMessage
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan

from comms.contracts.vehicle import Mount
from robot.navigation.controller import Pose, Velocity
from robot.navigation.driver import Goal

Floats = NDArray[np.float64]


def yaw_of(q: Quaternion) -> float | None:
    """ENU yaw of a unit quaternion; None when it is not one (all zero: any heading will do)."""
    norm = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w
    if abs(norm - 1.0) > 0.05:
        return None
    return math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))


def quaternion_of(yaw_rad: float) -> Quaternion:
    return Quaternion(z=math.sin(yaw_rad / 2), w=math.cos(yaw_rad / 2))


def goal_of(message: PoseStamped) -> Goal:
    at = message.pose.position
    return Goal(at.x, at.y, yaw_of(message.pose.orientation))


def pose_of(message: Odometry) -> Pose:
    at = message.pose.pose.position
    return Pose(at.x, at.y, yaw_of(message.pose.pose.orientation) or 0.0)


def velocity_of(message: Odometry) -> Velocity:
    return Velocity(message.twist.twist.linear.x, message.twist.twist.angular.z)


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

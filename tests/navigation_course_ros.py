"""What a FAKE robot on a course says over ROS: its clock, position and lidar as messages.

Used by the fake base that runs as a process and by the bench that steps time itself.
"""

from __future__ import annotations

import math

import numpy as np
from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import SafetyState
from sensor_msgs.msg import LaserScan

from tests.navigation_course import Course

_LIDAR_AHEAD_M = 0.10  # where the lidar sits on the default body


def stamp_of(now_s: float) -> Time:
    """Seconds as a stamp, rounded to the millisecond: sums of steps carry rounding errors."""
    millis = round(now_s * 1e3)
    return Time(sec=millis // 1000, nanosec=millis % 1000 * 1_000_000)


def odometry_of(course: Course) -> Odometry:
    message = Odometry()
    message.header.stamp, message.header.frame_id = stamp_of(course.now_s), "map"
    message.child_frame_id = "base_link"
    pose = message.pose.pose
    pose.position.x, pose.position.y = course.x_m, course.y_m
    pose.orientation.z = math.sin(course.yaw_rad / 2)
    pose.orientation.w = math.cos(course.yaw_rad / 2)
    message.twist.twist.linear.x = course.v_mps
    message.twist.twist.angular.z = course.w_radps
    return message


def scan_of(course: Course) -> LaserScan:
    eye = Course(course.site, course.x_m, course.y_m, course.yaw_rad, discs=course.discs)
    eye.x_m += _LIDAR_AHEAD_M * math.cos(course.yaw_rad)
    eye.y_m += _LIDAR_AHEAD_M * math.sin(course.yaw_rad)
    scan = LaserScan()
    scan.header.stamp, scan.header.frame_id = stamp_of(course.now_s), "lidar_link"
    scan.angle_min = -math.pi
    scan.angle_increment = 2 * math.pi / eye.rays
    scan.angle_max = math.pi - scan.angle_increment
    scan.range_min, scan.range_max = 0.05, eye.range_m + 0.1
    scan.ranges = eye.scan().astype(np.float32).tolist()
    return scan


def safety_of(now_s: float, estop_by: str) -> SafetyState:
    """The collision monitor's word: go, or an e-stop that somebody engaged."""
    safety = SafetyState(state="estop" if estop_by else "go", nearest_m=math.inf)
    safety.header.stamp = stamp_of(now_s)
    safety.estop_latched, safety.estop_by = bool(estop_by), estop_by
    safety.speed_limit_mps = 0.0 if estop_by else 1.5
    return safety

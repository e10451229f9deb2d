"""ROS messages to what the monitor takes, and its decision to ROS messages."""

from __future__ import annotations

import math

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import SafetyState
from std_msgs.msg import Header

from robot.safety.estop import EstopRecord
from robot.safety.monitor import Decision
from robot.safety.motion import Command


def stamp_of(header: Header) -> float:
    """Seconds on the ROS clock."""
    return float(header.stamp.sec + header.stamp.nanosec * 1e-9)


def command_from(message: TwistStamped) -> Command:
    """A differential drive's part of a twist; any other part makes it not a number."""
    twist = message.twist
    others = (twist.linear.y, twist.linear.z, twist.angular.x, twist.angular.y)
    if not all(map(math.isfinite, others)):
        return Command(math.nan, math.nan)
    return Command(twist.linear.x, twist.angular.z)


def pose_from(message: Odometry) -> tuple[tuple[float, float, float], float]:
    """(east m, north m, yaw rad) in map, and the speed along x in m/s."""
    position, q = message.pose.pose.position, message.pose.pose.orientation
    yaw = math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))
    return (position.x, position.y, yaw), message.twist.twist.linear.x


def state_message(decision: Decision, estop: EstopRecord | None, stamp: Time) -> SafetyState:
    message = SafetyState()
    message.header.stamp = stamp
    message.header.frame_id = "base_link"
    message.state = decision.state.value
    message.reason = decision.reason
    message.speed_limit_mps = decision.speed_limit_mps
    message.nearest_m = decision.nearest_m
    message.estop_latched = estop is not None
    message.estop_by = estop.who if estop is not None else ""
    return message

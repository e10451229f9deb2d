"""Gazebo's messages as ROS messages: fields, frames and covariances, no decisions.

A stamp is UTC in ns. Frames: `lidar_link`, `imu_link`, `gnss_link`, the cameras' optical frames,
`map`.
"""

from __future__ import annotations

import math
from array import array
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Pose
from nav_msgs.msg import Odometry
from sensor_msgs.msg import (
    BatteryState,
    CameraInfo,
    Imu,
    JointState,
    LaserScan,
    NavSatFix,
    NavSatStatus,
)

from comms.contracts.place import GeoPoint
from comms.contracts.vehicle import Camera
from simulation.bridge.battery import FakeBattery
from simulation.bridge.motion import Motion
from simulation.bridge.wheel_odometry import OdometryState
from simulation.quaternions import Quaternion, about_z

SPEED_VARIANCE = 0.0025  # (0.05 m/s)^2
TURN_VARIANCE = 0.0025  # (0.05 rad/s)^2
UNMEASURED = 1e6  # variance of what a planar base does not measure


def time_of(utc_ns: int) -> Time:
    seconds, nanoseconds = divmod(utc_ns, 1_000_000_000)
    return Time(sec=seconds, nanosec=nanoseconds)


def scan(utc_ns: int, gazebo: Any) -> LaserScan:
    message = LaserScan()
    message.header.stamp = time_of(utc_ns)
    message.header.frame_id = "lidar_link"
    message.angle_min, message.angle_max = gazebo.angle_min, gazebo.angle_max
    message.angle_increment = gazebo.angle_step
    message.range_min, message.range_max = gazebo.range_min, gazebo.range_max
    message.ranges = array("f", gazebo.ranges)
    return message


def imu(
    utc_ns: int,
    attitude: Quaternion,
    rates: tuple[float, float, float],
    acceleration: tuple[float, float, float],
    variances: tuple[float, float, float],
) -> Imu:
    """`variances`: of heading, of each axis of rates, of each axis of acceleration (squared SI)."""
    message = Imu()
    message.header.stamp = time_of(utc_ns)
    message.header.frame_id = "imu_link"
    _set_quaternion(message.orientation, attitude)
    _set_vector(message.angular_velocity, rates)
    _set_vector(message.linear_acceleration, acceleration)
    heading, rate, accel = variances
    message.orientation_covariance[0] = message.orientation_covariance[4] = 1e-4
    message.orientation_covariance[8] = heading
    for axis in (0, 4, 8):
        message.angular_velocity_covariance[axis] = rate
        message.linear_acceleration_covariance[axis] = accel
    return message


def fix(utc_ns: int, place: GeoPoint, sigma_m: float) -> NavSatFix:
    message = NavSatFix()
    message.header.stamp = time_of(utc_ns)
    message.header.frame_id = "gnss_link"
    message.status.status = NavSatStatus.STATUS_GBAS_FIX
    message.status.service = NavSatStatus.SERVICE_GPS | NavSatStatus.SERVICE_COMPASS
    message.latitude, message.longitude = place.latitude_deg, place.longitude_deg
    message.altitude = math.nan if place.altitude_m is None else place.altitude_m
    variance = max(sigma_m, 0.01) ** 2
    message.position_covariance[0] = message.position_covariance[4] = variance
    message.position_covariance[8] = 4 * variance
    message.position_covariance_type = NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN
    return message


def wheel_odometry(utc_ns: int, state: OdometryState) -> Odometry:
    message = Odometry()
    message.header.stamp = time_of(utc_ns)
    message.header.frame_id, message.child_frame_id = "odom", "base_link"
    message.pose.pose.position.x, message.pose.pose.position.y = state.x_m, state.y_m
    _set_quaternion(message.pose.pose.orientation, about_z(state.yaw_rad))
    message.twist.twist.linear.x = state.speed_mps
    message.twist.twist.angular.z = state.turn_radps
    at, yaw = state.variance_m2, state.yaw_variance_rad2
    for axis, (pose, twist) in enumerate(
        zip(
            (at, at, UNMEASURED, UNMEASURED, UNMEASURED, yaw),
            (SPEED_VARIANCE, SPEED_VARIANCE, UNMEASURED, UNMEASURED, UNMEASURED, TURN_VARIANCE),
            strict=True,
        )
    ):
        message.pose.covariance[axis * 7] = pose
        message.twist.covariance[axis * 7] = twist
    return message


def joint_states(utc_ns: int, left_rad: float, right_rad: float) -> JointState:
    message = JointState()
    message.header.stamp = time_of(utc_ns)
    message.name = ["left_wheel_joint", "right_wheel_joint"]
    message.position = [left_rad, right_rad]
    return message


def battery(utc_ns: int, pack: FakeBattery) -> BatteryState:
    message = BatteryState()
    message.header.stamp = time_of(utc_ns)
    message.voltage = pack.voltage_v
    message.current = pack.power_w / pack.voltage_v
    message.percentage = pack.fraction
    message.capacity = message.design_capacity = pack.capacity_wh / pack.voltage_v
    message.charge = message.capacity * pack.fraction
    message.temperature = math.nan
    message.present = True
    message.power_supply_technology = BatteryState.POWER_SUPPLY_TECHNOLOGY_LION
    message.power_supply_health = BatteryState.POWER_SUPPLY_HEALTH_GOOD
    message.power_supply_status = (
        BatteryState.POWER_SUPPLY_STATUS_CHARGING
        if pack.charging
        else BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
    )
    return message


def camera_info(camera: Camera, frame: str) -> CameraInfo:
    """Without a stamp; a pinhole whose middle is the picture's middle."""
    message = CameraInfo()
    message.header.frame_id = frame
    message.width, message.height = camera.width_px, camera.height_px
    message.distortion_model = "plumb_bob"
    message.d = [0.0] * 5
    focal, middle_x, middle_y = camera.focal_px, camera.width_px / 2, camera.height_px / 2
    message.k = [focal, 0.0, middle_x, 0.0, focal, middle_y, 0.0, 0.0, 1.0]
    message.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    message.p = [focal, 0.0, middle_x, 0.0, 0.0, focal, middle_y, 0.0, 0.0, 0.0, 1.0, 0.0]
    return message


def truth(utc_ns: int, motion: Motion, child_frame: str) -> Odometry:
    message = Odometry()
    message.header.stamp = time_of(utc_ns)
    message.header.frame_id, message.child_frame_id = "map", child_frame
    pose = message.pose.pose
    pose.position.x, pose.position.y, pose.position.z = motion.position
    _set_quaternion(pose.orientation, motion.attitude)
    _set_vector(message.twist.twist.linear, motion.velocity)
    message.twist.twist.angular.z = motion.turn_radps
    return message


def pose_2d(x_m: float, y_m: float, yaw_rad: float) -> Pose:
    pose = Pose()
    pose.position.x, pose.position.y = x_m, y_m
    _set_quaternion(pose.orientation, about_z(yaw_rad))
    return pose


def _set_quaternion(target: Any, q: Quaternion) -> None:
    target.w, target.x, target.y, target.z = q


def _set_vector(target: Any, vector: tuple[float, float, float]) -> None:
    target.x, target.y, target.z = vector

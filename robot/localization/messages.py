"""ROS messages to measurements, and the estimate to ROS messages. Only this file knows both."""

from __future__ import annotations

import math

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Quaternion, TransformStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu, LaserScan, NavSatFix, NavSatStatus

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.vehicle import Mount, RobotBody
from robot.localization.estimate import Estimate, Health
from robot.localization.measurements import Fix, Inertial, Scan, WheelSpeed
from robot.localization.planar import Pose

_LEVELS = (DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR)
#: 1 sigma per axis by kind of fix, where the receiver gives no covariance.
_SIGMA_BY_STATUS = {NavSatStatus.STATUS_SBAS_FIX: 1.5, NavSatStatus.STATUS_GBAS_FIX: 0.05}
_MOST_RAYS, _NEAREST_M = 180, 0.3
_PLANAR_VARIANCE = 0.05**2  # z (m^2), roll and pitch (rad^2): not estimated, about flat


def seconds(stamp: Time) -> float:
    return float(stamp.sec + stamp.nanosec * 1e-9)


def to_stamp(stamp_s: float) -> Time:
    sec = math.floor(stamp_s)
    return Time(sec=sec, nanosec=min(int((stamp_s - sec) * 1e9), 999_999_999))


def yaw_of(q: Quaternion) -> float:
    """ENU yaw (rad) of an orientation."""
    return math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z))


def yaw_quaternion(yaw: float) -> Quaternion:
    return Quaternion(z=math.sin(yaw / 2), w=math.cos(yaw / 2))


def _sigma(variance: float) -> float:
    return math.sqrt(variance) if variance > 0.0 else 0.0


def wheels_from(message: Odometry) -> WheelSpeed:
    twist, covariance = message.twist.twist, message.twist.covariance
    position = message.pose.pose.position
    pose = (position.x, position.y, yaw_of(message.pose.pose.orientation))
    return WheelSpeed(
        stamp_s=seconds(message.header.stamp),
        speed_mps=twist.linear.x,
        turn_radps=twist.angular.z,
        speed_sigma=_sigma(covariance[0]),
        turn_sigma=_sigma(covariance[35]),
        pose=pose if all(map(math.isfinite, pose)) else None,
    )


def inertial_from(message: Imu) -> Inertial | None:
    """None where the message says that it has no gyro (first covariance -1: sensor_msgs/Imu)."""
    if message.angular_velocity_covariance[0] < 0.0:
        return None
    gyro, accel = message.angular_velocity, message.linear_acceleration
    has_accel = message.linear_acceleration_covariance[0] >= 0.0
    return Inertial(
        stamp_s=seconds(message.header.stamp),
        gyro=(gyro.x, gyro.y, gyro.z),
        accel=(accel.x, accel.y, accel.z) if has_accel else None,
        gyro_sigma=_sigma(message.angular_velocity_covariance[8]),
    )


def fix_from(message: NavSatFix, frame: LocalFrame, sigma_unknown_m: float) -> Fix | None:
    """None where the receiver has no fix or its numbers are not a place."""
    if message.status.status == NavSatStatus.STATUS_NO_FIX:
        return None
    unknown = message.position_covariance_type == NavSatFix.COVARIANCE_TYPE_UNKNOWN
    if message.status.status < NavSatStatus.STATUS_NO_FIX and unknown:  # nothing is said at all
        return None
    if not (abs(message.latitude) <= 90.0 and abs(message.longitude) <= 180.0):  # also for NaN
        return None
    place = frame.to_enu(GeoPoint(latitude_deg=message.latitude, longitude_deg=message.longitude))
    if unknown:
        variance = _SIGMA_BY_STATUS.get(message.status.status, sigma_unknown_m) ** 2
        covariance = (variance, 0.0, variance)
    else:
        c = message.position_covariance
        covariance = (float(c[0]), float(c[1]), float(c[4]))
    return Fix(seconds(message.header.stamp), place.east_m, place.north_m, covariance)


def scan_from(message: LaserScan, lidar: Mount) -> Scan:
    """At most so many of its rays, evenly spread; those that came back from nothing are left out.

    A lidar that turns while the robot does sees each ray from elsewhere; at a robot's speed and ten
    turns a second that is some centimetres, which the outlines' own sigma covers.
    """
    ranges = np.frombuffer(message.ranges, dtype=np.float32)
    step = max(1, len(ranges) // _MOST_RAYS)
    ranges = ranges[::step].astype(float)
    bearings = message.angle_min + message.angle_increment * step * np.arange(len(ranges))
    with np.errstate(invalid="ignore"):
        hit = (ranges > max(message.range_min, _NEAREST_M)) & (ranges < 0.99 * message.range_max)
    points = ranges[hit, None] * np.column_stack([np.cos(bearings[hit]), np.sin(bearings[hit])])
    mount = np.array([lidar.x_m, lidar.y_m])
    return Scan(seconds(message.header.stamp), points + mount)


def odometry_from(estimate: Estimate) -> Odometry:
    """map -> base_link with the body's twist."""
    message = Odometry()
    message.header.stamp = to_stamp(estimate.stamp_s)
    message.header.frame_id = "map"
    message.child_frame_id = "base_link"
    message.pose.pose.position.x = estimate.pose.x
    message.pose.pose.position.y = estimate.pose.y
    message.pose.pose.orientation = yaw_quaternion(estimate.pose.yaw)
    message.twist.twist.linear.x = estimate.speed_mps
    message.twist.twist.angular.z = estimate.turn_radps
    planar = np.diag([0.0, 0.0, *[_PLANAR_VARIANCE] * 3, 0.0])
    pose = planar.copy()
    pose[np.ix_((0, 1, 5), (0, 1, 5))] = estimate.covariance
    message.pose.covariance = pose.ravel()
    planar[np.ix_((0, 5), (0, 5))] = estimate.twist_covariance
    planar[1, 1] = _PLANAR_VARIANCE
    message.twist.covariance = planar.ravel()
    return message


def transform(parent: str, child: str, pose: Pose, stamp: Time) -> TransformStamped:
    message = TransformStamped()
    message.header.stamp = stamp
    message.header.frame_id, message.child_frame_id = parent, child
    message.transform.translation.x = pose.x
    message.transform.translation.y = pose.y
    message.transform.rotation = yaw_quaternion(pose.yaw)
    return message


def mounts(body: RobotBody) -> list[TransformStamped]:
    """The fixed transforms: where the sensors sit (REP-103, optical frame z ahead, x right)."""

    def at(child: str, mount: Mount) -> TransformStamped:
        message = transform("base_link", child, Pose(mount.x_m, mount.y_m, 0.0), Time())
        message.transform.translation.z = mount.z_m
        half = mount.pitch_rad / 2
        message.transform.rotation = Quaternion(y=math.sin(half), w=math.cos(half))
        return message

    optical = transform("camera_link", "camera_optical_frame", Pose(0.0, 0.0, 0.0), Time())
    optical.transform.rotation = Quaternion(x=-0.5, y=0.5, z=-0.5, w=0.5)
    return [
        at("lidar_link", body.lidar),
        at("camera_link", body.camera.mount),
        optical,
        at("imu_link", Mount()),
    ]


def status_from(health: Health) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=_LEVELS[health.level],
        name="robot/localization",
        hardware_id="robot",
        message=health.message,
        values=[KeyValue(key=key, value=value) for key, value in health.values.items()],
    )

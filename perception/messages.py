"""ROS messages to perception's plain types and back. Nothing else here touches their fields."""

from __future__ import annotations

import array
from datetime import UTC, datetime

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import QuaternionStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Finding as FindingMessage
from sensor_msgs.msg import CameraInfo, CompressedImage, LaserScan

from comms.contracts import finding as contract
from perception.locate.camera_model import Lens
from perception.locate.lidar import Scan
from perception.locate.pose_buffer import Pose

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(stamp: Time) -> float:
    """A stamp as s, UTC (sub-microsecond for this century)."""
    return float(stamp.sec) + float(stamp.nanosec) * 1e-9


def time_message(at: datetime) -> Time:
    since = at - _EPOCH
    whole = since.days * 86_400 + since.seconds
    return Time(sec=whole, nanosec=since.microseconds * 1000)


def pose_of(message: Odometry) -> Pose:
    """The pose of nav_msgs/Odometry, whose covariance is 6 x 6 row-major (x, y, z, turns)."""
    p, q = message.pose.pose.position, message.pose.pose.orientation
    covariance = np.array(message.pose.covariance, dtype=np.float64).reshape(6, 6)
    covariance = np.where(np.isfinite(covariance), covariance, 0.0)
    return Pose(
        seconds(message.header.stamp),
        np.array([p.x, p.y, p.z]),
        np.array([q.x, q.y, q.z, q.w]),
        covariance[:3, :3],
        max(0.0, float(covariance[5, 5])),
    )


def attitude_of(message: QuaternionStamped) -> Pose:
    """A camera's attitude, as a pose without a place."""
    q = message.quaternion
    return Pose(
        *(seconds(message.header.stamp), np.zeros(3), np.array([q.x, q.y, q.z, q.w])),
        np.zeros((3, 3)),
    )


def scan_of(message: LaserScan) -> Scan:
    return Scan(
        time_s=seconds(message.header.stamp),
        ranges=np.array(message.ranges, dtype=np.float64),
        first_rad=message.angle_min,
        step_rad=message.angle_increment,
        range_max_m=message.range_max,
    )


def lens_of(message: CameraInfo) -> Lens:
    """The lens that a camera says it has. Raises PerceptionError when its numbers make no sense."""
    return Lens.calibrated(message.width, message.height, list(message.k), list(message.d))


def jpeg_message(jpeg: bytes, stamp: Time, frame_id: str) -> CompressedImage:
    message = CompressedImage(format="jpeg")
    message.header.stamp = stamp
    message.header.frame_id = frame_id
    message.data = array.array("B", jpeg)
    return message


def finding_message(finding: contract.Finding) -> FindingMessage:
    message = FindingMessage(
        finding_id=finding.finding_id,
        revision=finding.revision,
        phase=finding.phase.value,
        kind=finding.kind,
        label=finding.label,
        confidence=finding.confidence,
        reason=finding.reason,
        source=finding.source.value,
        first_seen=time_message(finding.first_seen),
        last_seen=time_message(finding.last_seen),
        position_covariance=finding.position_covariance,
        count=finding.count,
    )
    message.position.latitude = finding.position.latitude_deg
    message.position.longitude = finding.position.longitude_deg
    altitude = finding.position.altitude_m
    message.position.altitude = float("nan") if altitude is None else altitude
    if finding.snapshot_jpeg:
        stamp = time_message(finding.last_seen)
        message.snapshot = jpeg_message(finding.snapshot_jpeg, stamp, "")
    return message

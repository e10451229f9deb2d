"""Everything that comes out of Gazebo's poses: wheel encoders with their odometry, and the truth
for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import PoseArray
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import JointState

from comms.contracts.vehicle import RobotBody
from comms.ros.qos import SENSOR
from simulation.bridge import ros_messages
from simulation.bridge.motion import Motion, next_motion
from simulation.bridge.wheel_odometry import WheelEncoder, WheelOdometry
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.run_file import RunFile
from simulation.gazebo.transport import GazeboTransport
from simulation.quaternions import of
from simulation.world.walks import Walker

ODOMETRY_NS = 33_000_000
TRUTH_NS = 95_000_000
STILL_NS = 60_000_000  # Gazebo tells poses only of what moves


class PoseChannel:
    """`/robot/wheel/odometry`, `/robot/joint_states` and `/sim/ground_truth/*`."""

    def __init__(
        self,
        node: Node,
        transport: GazeboTransport,
        body: RobotBody,
        run: RunFile,
        to_utc_ns: Callable[[int], int],
    ) -> None:
        self._run, self._to_utc_ns = run, to_utc_ns
        self._encoders = (WheelEncoder(), WheelEncoder())
        self._angles = (0.0, 0.0)
        self._odometry = WheelOdometry(body.wheel_radius_m, body.wheel_track_m)
        self._odometry_ns = self._truth_ns = -1
        self.robot: Motion | None = None
        self._drone: Motion | None = None
        self._walkers = [Walker(walk) for walk in run.walks]
        self._bystanders = dict(zip(run.models.bystanders, run.bystanders, strict=True))
        create = node.create_publisher
        self._odometries = create(Odometry, "/robot/wheel/odometry", SENSOR)
        self._joints = create(JointState, "/robot/joint_states", SENSOR)
        self._robot_truth = create(Odometry, "/sim/ground_truth/robot", SENSOR)
        self._drone_truth = create(Odometry, "/sim/ground_truth/drone", SENSOR)
        self._people_truth = create(PoseArray, "/sim/ground_truth/people", SENSOR)
        transport.subscribe("~/pose/info", message_class("PosesStamped"), self._on_poses, max_hz=60)

    def _on_poses(self, gazebo: Any) -> None:
        now = stamp_ns(gazebo.time)
        odometry_due = now - self._odometry_ns >= ODOMETRY_NS
        truth_due = now - self._truth_ns >= TRUTH_NS
        if not (odometry_due or truth_due):
            return
        poses = {pose.name: pose for pose in gazebo.pose}
        left, right = poses.get("robot::left_wheel"), poses.get("robot::right_wheel")
        if left is not None and right is not None:
            self._angles = (
                self._encoders[0].read(of(left.orientation)),
                self._encoders[1].read(of(right.orientation)),
            )
        if odometry_due:
            self._publish_odometry(now)
        if truth_due:
            self._truth_ns = now
            self._publish_truth(now, poses)

    def on_time(self, now_ns: int) -> None:
        """Odometry goes on while nothing moves."""
        if now_ns - self._odometry_ns > STILL_NS:
            self._publish_odometry(now_ns)

    def _publish_odometry(self, now_ns: int) -> None:
        self._odometry_ns = now_ns
        utc_ns = self._to_utc_ns(now_ns)
        state = self._odometry.update(now_ns, *self._angles)
        self._odometries.publish(ros_messages.wheel_odometry(utc_ns, state))
        if self._joints.get_subscription_count():
            self._joints.publish(ros_messages.joint_states(utc_ns, *self._angles))

    def _publish_truth(self, now_ns: int, poses: dict[str, Any]) -> None:
        utc_ns = self._to_utc_ns(now_ns)
        if "robot" in poses:
            self.robot = next_motion(self.robot, now_ns, poses["robot"])
        if self.robot is not None:
            self._robot_truth.publish(ros_messages.truth(utc_ns, self.robot, "base_link"))
        if "drone" in poses:
            self._drone = next_motion(self._drone, now_ns, poses["drone"])
        if self._drone is not None:
            self._drone_truth.publish(ros_messages.truth(utc_ns, self._drone, "drone/base_link"))
        self._publish_people(now_ns, utc_ns, poses)

    def _publish_people(self, now_ns: int, utc_ns: int, poses: dict[str, Any]) -> None:
        """The walkers, then the bystanders."""
        if not self._people_truth.get_subscription_count():
            return
        people = PoseArray()
        people.header.stamp, people.header.frame_id = ros_messages.time_of(utc_ns), "map"
        for walker in self._walkers:
            stride = walker.at(now_ns * 1e-9)
            people.poses.append(ros_messages.pose_2d(stride.x_m, stride.y_m, stride.yaw_rad))
        for name in self._bystanders:
            if name in poses:
                self._bystanders[name] = (poses[name].position.x, poses[name].position.y)
            people.poses.append(ros_messages.pose_2d(*self._bystanders[name], 0.0))
        self._people_truth.publish(people)

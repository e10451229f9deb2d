"""The witness of a run: keeps what Gazebo's truth, the bumper and perception say while it goes on.

It only listens. What it reports is measured in the world, not in the unit's own opinion of itself.
"""

from __future__ import annotations

import math
import threading
import time

import rclpy
from geometry_msgs.msg import PoseArray
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Contact, Finding
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from comms.ros.qos import RECORDS, RELIABLE, SENSOR
from simulation.quaternions import yaw_of
from simulation.scenarios.pose_errors import Placed, PoseErrors

_FLYING_M = 2.0
_LANDED_M = 0.5


class Witness:
    """Spins in a thread of its own from construction to `close`. All values are SI."""

    def __init__(self) -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._node = Node("witness", context=self._context)
        self.robot_xy: tuple[float, float] | None = None
        self.robot_speed_mps = 0.0
        self.robot_path_m = 0.0
        self.robot_heading_rad = 0.0
        self.people_xy: list[tuple[float, float]] = []
        self.drone_xyz: tuple[float, float, float] | None = None
        self.drone_highest_m = 0.0
        self.drone_flights = 0
        self.drone_landed = False
        self.collisions: list[str] = []
        self.finding_ids: set[str] = set()
        self.pose_errors = PoseErrors()
        self.sim_s = 0.0
        self._clock: list[tuple[float, float]] = []
        self._ground_m: float | None = None
        self._flying = self._pressed = False
        node = self._node
        node.create_subscription(Odometry, "/sim/ground_truth/robot", self._robot, SENSOR)
        node.create_subscription(Odometry, "/robot/odometry", self._believed, RELIABLE)
        node.create_subscription(Odometry, "/sim/ground_truth/drone", self._drone, SENSOR)
        node.create_subscription(PoseArray, "/sim/ground_truth/people", self._people, SENSOR)
        node.create_subscription(Contact, "/robot/bumper", self._bumper, RELIABLE)
        node.create_subscription(Finding, "/findings", self._finding, RECORDS)
        node.create_subscription(Clock, "/clock", self._time, SENSOR)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, name="witness", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._executor.shutdown()
        self._thread.join(3.0)
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    @property
    def real_time_factor(self) -> float:
        """Simulated seconds per real second since the clock began."""
        if len(self._clock) < 2:
            return 0.0
        (sim0, wall0), (sim1, wall1) = self._clock
        return (sim1 - sim0) / max(1e-9, wall1 - wall0)

    def _time(self, message: Clock) -> None:
        self.sim_s = message.clock.sec + message.clock.nanosec * 1e-9
        now = (self.sim_s, time.monotonic())
        self._clock = [*self._clock[:1], now]

    def _robot(self, message: Odometry) -> None:
        place = message.pose.pose.position
        here = (place.x, place.y)
        placed = _placed(message)
        self.robot_heading_rad = placed.yaw_rad
        self.pose_errors.add_truth(placed)
        if self.robot_xy is not None:
            step = math.dist(self.robot_xy, here)
            if step < 0.02:  # its trembling at rest is no path
                self.robot_speed_mps = abs(message.twist.twist.linear.x)
                return
            self.robot_path_m += step
        self.robot_xy = here
        self.robot_speed_mps = abs(message.twist.twist.linear.x)

    def _believed(self, message: Odometry) -> None:
        """Where the robot says that it is."""
        self.pose_errors.add_estimate(_placed(message))

    def _drone(self, message: Odometry) -> None:
        place = message.pose.pose.position
        self.drone_xyz = (place.x, place.y, place.z)
        if self._ground_m is None:
            self._ground_m = place.z
        height = place.z - self._ground_m
        self.drone_highest_m = max(self.drone_highest_m, height)
        if height > _FLYING_M and not self._flying:
            self._flying, self.drone_landed = True, False
            self.drone_flights += 1
        if height < _LANDED_M and self._flying:
            self._flying, self.drone_landed = False, True

    def _people(self, message: PoseArray) -> None:
        """The walkers, then the bystanders."""
        self.people_xy = [(pose.position.x, pose.position.y) for pose in message.poses]

    def _bumper(self, message: Contact) -> None:
        if message.pressed and not self._pressed:
            self.collisions.append(message.with_what or "something")
        self._pressed = message.pressed

    def _finding(self, message: Finding) -> None:
        self.finding_ids.add(message.finding_id)


def _placed(message: Odometry) -> Placed:
    at, turn, stamp = (
        message.pose.pose.position,
        message.pose.pose.orientation,
        message.header.stamp,
    )
    variances = (message.pose.covariance[n] for n in (0, 7, 35))
    east, north, yaw = (math.sqrt(max(0.0, variance)) for variance in variances)
    return Placed(
        stamp.sec + stamp.nanosec * 1e-9,
        at.x,
        at.y,
        yaw_of((turn.w, turn.x, turn.y, turn.z)),
        (east, north, yaw),
    )

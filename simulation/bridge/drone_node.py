"""Gazebo to ROS 2 for a further drone of the world, which is a unit of its own: in its own ROS
domain it has the names that the first one has in its.

Parameter `drone`: which one, counted from 1. Channels: /clock, /drone/camera, and the truth.
"""

from __future__ import annotations

from typing import Any

from nav_msgs.msg import Odometry
from rclpy.clock import Clock as WallClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from comms.logs import get_logger
from comms.ros.qos import RELIABLE, SENSOR
from comms.ros.run import run_node
from simulation.bodies import read_bodies
from simulation.bridge import ros_messages
from simulation.bridge.camera_channel import CameraChannel
from simulation.bridge.motion import Motion, next_motion
from simulation.gazebo.errors import GazeboConnectionError
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.run_file import RunFile, run_in_world
from simulation.gazebo.transport import GazeboTransport
from simulation.world import drone_model, robot_model

CLOCK_NS = 15_000_000  # at each reading of a 50 Hz IMU
TRUTH_NS = 50_000_000
LOOK_S = 0.5
log = get_logger()


class DroneBridge(Node):
    """Ends with an error when the world ends."""

    def __init__(self, run: RunFile) -> None:
        super().__init__("gazebo_drone_bridge")
        unit_config = self.declare_parameter("unit_config", "").value
        number = self.declare_parameter("drone", 2).value
        for name in ("site_file", "beats_dir"):
            self.declare_parameter(name, "")
        self._name = run.drone(number).name
        self._start_utc_ns = run.start_utc_ns
        self._clock_ns = self._truth_ns = -1
        self._motion: Motion | None = None
        self._clock = self.create_publisher(Clock, "/clock", RELIABLE)
        self._truth = self.create_publisher(Odometry, "/sim/ground_truth/drone", SENSOR)
        self._transport = transport = GazeboTransport(run.port, run.world)
        drone = read_bodies(unit_config).drone
        self._camera = CameraChannel(
            self, transport, drone_model.image_topic(self._name), "/drone/camera",
            "drone/camera_optical_frame", drone.camera, self._to_utc_ns,
        )  # fmt: skip
        transport.subscribe("~/pose/info", message_class("PosesStamped"), self._on_poses, max_hz=60)
        transport.subscribe(robot_model.IMU_TOPIC, message_class("IMU"), self._on_imu)
        self.create_timer(LOOK_S, self._look, clock=WallClock(clock_type=ClockType.STEADY_TIME))
        log.info("connected to Gazebo", port=run.port, world=run.world, drone=self._name)

    def close(self) -> None:
        self._transport.close()

    def _to_utc_ns(self, sim_ns: int) -> int:
        return self._start_utc_ns + sim_ns

    def _on_imu(self, gazebo: Any) -> None:
        """The simulation's pulse, as in the other bridge."""
        now_ns = stamp_ns(gazebo.stamp)
        if now_ns - self._clock_ns >= CLOCK_NS:
            self._clock_ns = now_ns
            self._clock.publish(Clock(clock=ros_messages.time_of(self._to_utc_ns(now_ns))))

    def _on_poses(self, gazebo: Any) -> None:
        now_ns = stamp_ns(gazebo.time)
        pose = next((pose for pose in gazebo.pose if pose.name == self._name), None)
        if pose is None or now_ns - self._truth_ns < TRUTH_NS:
            return
        self._truth_ns = now_ns
        self._motion = next_motion(self._motion, now_ns, pose)
        utc_ns = self._to_utc_ns(now_ns)
        self._truth.publish(ros_messages.truth(utc_ns, self._motion, "drone/base_link"))

    def _look(self) -> None:
        if self._transport.lost:
            raise GazeboConnectionError(self._transport.lost)
        self._camera.look_whether_wanted()


def main() -> int:
    return run_in_world(
        lambda run: run_node(lambda: DroneBridge(run), name="gazebo_drone_bridge"),
        "gazebo_drone_bridge",
    )


if __name__ == "__main__":
    raise SystemExit(main())

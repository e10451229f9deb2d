"""`gazebo_bridge`: the simulated unit's drivers. Gazebo's sensors become ROS topics,
`/robot/cmd_vel` becomes wheel speeds, and Gazebo's time becomes `/clock`, which carries UTC: the
run's start plus simulated time.

This node makes `/clock`, so it must not follow it: its `use_sim_time` stays false.
"""

from __future__ import annotations

import math

from geometry_msgs.msg import TwistStamped
from rclpy.clock import Clock as WallClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState

from comms.contracts.config import load_section
from comms.contracts.site_reader import read_site
from comms.logs import get_logger
from comms.ros.qos import RELIABLE
from comms.ros.run import run_node
from simulation.bodies import read_bodies
from simulation.bridge import ros_messages
from simulation.bridge.base_driver import BaseDriver
from simulation.bridge.battery import FakeBattery
from simulation.bridge.camera_channel import CameraChannel
from simulation.bridge.config import BridgeConfig
from simulation.bridge.pose_channel import PoseChannel
from simulation.bridge.sensor_channels import BumperChannel, GnssChannel, ImuChannel, LidarChannel
from simulation.gazebo.errors import GazeboConnectionError
from simulation.gazebo.motor_link import MotorLink
from simulation.gazebo.run_file import RunFile, run_in_world
from simulation.gazebo.transport import GazeboTransport
from simulation.world import drone_model, robot_model
from simulation.world import kiosk as kiosk_model

CLOCK_NS = 15_000_000  # at each reading of a 50 Hz IMU
DRIVE_NS = 40_000_000
BUMPER_NS = 100_000_000
BATTERY_NS = 1_000_000_000
LOOK_S = 0.5
log = get_logger()


class GazeboBridge(Node):
    """All channels of one running world; ends with an error when that world ends."""

    def __init__(self, run: RunFile) -> None:
        super().__init__("gazebo_bridge")
        unit_config = self.declare_parameter("unit_config", "").value
        site_file = self.declare_parameter("site_file", "").value
        self.declare_parameter("beats_dir", "")
        config = load_section(unit_config, "simulation", BridgeConfig)
        bodies = read_bodies(unit_config)
        robot, drone = bodies.robot, bodies.drone
        kiosks = read_site(site_file).kiosks if site_file else ()
        self._docks = [kiosk.dock for kiosk in kiosks]
        self._dock_reach_m = config.dock_reach_m
        self._start_utc_ns = run.start_utc_ns
        self._now_ns = 0
        self._due = {"clock": 0, "drive": 0, "bumper": 0, "battery": 0}
        self._battery = FakeBattery(robot.battery_wh, config)
        self._clock = self.create_publisher(Clock, "/clock", RELIABLE)
        self._battery_states = self.create_publisher(BatteryState, "/robot/battery_state", RELIABLE)
        self._link = MotorLink(run.motor_port)
        self._driver = BaseDriver(robot, self._link, config.command_silence_s)
        self._transport = transport = GazeboTransport(run.port, run.world)
        to_utc = self._to_utc_ns
        self._poses = PoseChannel(self, transport, robot, run, to_utc)
        self._bumper = BumperChannel(self, transport, to_utc)
        LidarChannel(self, transport, to_utc)
        GnssChannel(self, transport, robot, config, run.seed, to_utc)
        self._cameras = [
            CameraChannel(
                self, transport, f"~/robot/{robot_model.LINK}/{robot_model.CAMERA}/image",
                "/robot/camera", "camera_optical_frame", robot.camera, to_utc,
            )
        ]  # fmt: skip
        if run.drones:
            self._cameras.append(
                CameraChannel(
                    self, transport, drone_model.image_topic(run.drones[0].name),
                    "/drone/camera", "drone/camera_optical_frame", drone.camera, to_utc,
                )
            )  # fmt: skip
        if kiosks:
            self._cameras.append(
                CameraChannel(
                    self, transport, kiosk_model.IMAGE_TOPIC,
                    "/kiosk/camera", "kiosk/camera_optical_frame", bodies.kiosk.camera, to_utc,
                )
            )  # fmt: skip
        ImuChannel(self, transport, config, run.robot_start[2], run.seed, to_utc, self._on_time)
        self.create_subscription(TwistStamped, "/robot/cmd_vel", self._on_command, RELIABLE)
        self.create_timer(LOOK_S, self._look, clock=WallClock(clock_type=ClockType.STEADY_TIME))
        log.info("connected to Gazebo", port=run.port, world=run.world)

    def close(self) -> None:
        self._link.close()
        self._transport.close()

    def _to_utc_ns(self, sim_ns: int) -> int:
        return self._start_utc_ns + sim_ns

    def _on_command(self, message: TwistStamped) -> None:
        twist = message.twist
        if not self._driver.command(self._now_ns, twist.linear.x, twist.angular.z):
            log.error("a velocity command is not a number; the wheels stop")

    def _on_time(self, now_ns: int) -> None:
        """Called for each IMU reading: the simulation's pulse."""
        if now_ns <= self._now_ns:
            return
        self._now_ns = now_ns
        if self._is_due("clock", now_ns, CLOCK_NS):
            self._clock.publish(Clock(clock=ros_messages.time_of(self._to_utc_ns(now_ns))))
        if self._is_due("drive", now_ns, DRIVE_NS):
            self._driver.repeat(now_ns)
            self._poses.on_time(now_ns)
        if self._is_due("bumper", now_ns, BUMPER_NS):
            self._bumper.publish(now_ns)
        if self._is_due("battery", now_ns, BATTERY_NS):
            self._step_battery(now_ns)

    def _is_due(self, what: str, now_ns: int, period_ns: int) -> bool:
        if now_ns < self._due[what]:
            return False
        late = now_ns - self._due[what]
        self._due[what] = now_ns + period_ns - (late if late < period_ns else 0)
        return True

    def _step_battery(self, now_ns: int) -> None:
        robot = self._poses.robot
        speed, docked = 0.0, False
        if robot is not None:
            speed = math.hypot(robot.velocity[0], robot.velocity[1])
            docked = speed < 0.02 and any(
                math.dist(robot.position[:2], dock) < self._dock_reach_m for dock in self._docks
            )
        self._battery.step(now_ns, speed, docked)
        utc_ns = self._to_utc_ns(now_ns)
        self._battery_states.publish(ros_messages.battery(utc_ns, self._battery))

    def _look(self) -> None:
        if self._transport.lost:
            raise GazeboConnectionError(self._transport.lost)
        for camera in self._cameras:
            camera.look_whether_wanted()


def main() -> int:
    return run_in_world(
        lambda run: run_node(lambda: GazeboBridge(run), name="gazebo_bridge"), "gazebo_bridge"
    )


if __name__ == "__main__":
    raise SystemExit(main())

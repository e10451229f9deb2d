"""The robot's IMU, satellite receiver, lidar and bumper: Gazebo's clean readings in, ROS ones with
errors out."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from patrol_interfaces.msg import Contact
from rclpy.node import Node
from sensor_msgs.msg import Imu, LaserScan, NavSatFix

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.vehicle import RobotBody
from comms.ros.qos import RELIABLE, SENSOR
from simulation.bridge import ros_messages
from simulation.bridge.config import BridgeConfig
from simulation.bridge.gnss_error import GnssError, Multipath, Reflections
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.transport import GazeboTransport
from simulation.quaternions import about_z, of, product
from simulation.world.robot_model import IMU_TOPIC

ToUtc = Callable[[int], int]
CONTACT_HOLD_NS = 150_000_000  # a touch shows for at least one publication


class ImuChannel:
    """`/robot/imu/data`, at the rate of Gazebo's sensor; tells the simulated time to who asks."""

    def __init__(
        self,
        node: Node,
        transport: GazeboTransport,
        config: BridgeConfig,
        start_yaw_rad: float,
        seed: int,
        to_utc_ns: ToUtc,
        on_time: Callable[[int], None],
    ) -> None:
        self._config, self._to_utc_ns, self._on_time = config, to_utc_ns, on_time
        self._dice = random.Random(f"{seed} imu")
        bias = config.gyro_bias_sigma_radps
        self._gyro_bias = tuple(self._dice.gauss(0.0, bias) for _ in range(3))
        # Gazebo gives the attitude relative to that at the start.
        self._start_yaw = start_yaw_rad + self._dice.gauss(0.0, config.heading_bias_sigma_rad)
        heading = config.heading_sigma_rad**2 + config.heading_bias_sigma_rad**2
        self._variances = (
            max(heading, 1e-6),
            max(config.gyro_sigma_radps**2 + bias**2, 1e-8),
            max(config.accel_sigma_mps2**2, 1e-6),
        )
        self._publisher = node.create_publisher(Imu, "/robot/imu/data", SENSOR)
        transport.subscribe(IMU_TOPIC, message_class("IMU"), self._on_imu)

    def _on_imu(self, gazebo: Any) -> None:
        now = stamp_ns(gazebo.stamp)
        self._on_time(now)
        config, gauss = self._config, self._dice.gauss
        heading = about_z(self._start_yaw + gauss(0.0, config.heading_sigma_rad))
        rate, accel = gazebo.angular_velocity, gazebo.linear_acceleration
        bx, by, bz = self._gyro_bias
        sigma, accel_sigma = config.gyro_sigma_radps, config.accel_sigma_mps2
        self._publisher.publish(
            ros_messages.imu(
                self._to_utc_ns(now),
                product(heading, of(gazebo.orientation)),
                (
                    rate.x + bx + gauss(0.0, sigma),
                    rate.y + by + gauss(0.0, sigma),
                    rate.z + bz + gauss(0.0, sigma),
                ),
                (
                    accel.x + gauss(0.0, accel_sigma),
                    accel.y + gauss(0.0, accel_sigma),
                    accel.z + gauss(0.0, accel_sigma),
                ),
                self._variances,
            )
        )


class GnssChannel:
    """`/robot/gnss/fix`."""

    def __init__(
        self,
        node: Node,
        transport: GazeboTransport,
        body: RobotBody,
        config: BridgeConfig,
        seed: int,
        to_utc_ns: ToUtc,
    ) -> None:
        self._sigma, self._to_utc_ns = body.gnss_sigma_m, to_utc_ns
        self._error = GnssError(body.gnss_sigma_m, config.gnss_correlation_s, seed)
        reflections = Reflections(config.gnss_jump_m, config.gnss_jump_every_s, config.gnss_jump_s)
        self._multipath = Multipath(reflections, seed)
        self._frame: LocalFrame | None = None
        self._publisher = node.create_publisher(NavSatFix, "/robot/gnss/fix", SENSOR)
        transport.subscribe("~/robot/base/gnss", message_class("GPS"), self._on_gps)

    def _on_gps(self, gazebo: Any) -> None:
        now = stamp_ns(gazebo.time)
        place = GeoPoint(
            latitude_deg=gazebo.latitude_deg,
            longitude_deg=gazebo.longitude_deg,
            altitude_m=gazebo.altitude,
        )
        if self._frame is None:
            self._frame = LocalFrame(place)
        at, error = self._frame.to_enu(place), self._error.draw(now)
        jump = self._multipath.draw(now)
        east, north = at.east_m + error[0] + jump[0], at.north_m + error[1] + jump[1]
        wrong = self._frame.to_geo(east, north, at.up_m + error[2])
        self._publisher.publish(ros_messages.fix(self._to_utc_ns(now), wrong, self._sigma))


class LidarChannel:
    """`/robot/scan`; its noise is Gazebo's."""

    def __init__(self, node: Node, transport: GazeboTransport, to_utc_ns: ToUtc) -> None:
        self._to_utc_ns = to_utc_ns
        self._publisher = node.create_publisher(LaserScan, "/robot/scan", SENSOR)
        transport.subscribe(
            "~/robot/base/lidar/scan", message_class("LaserScanStamped"), self._on_scan
        )

    def _on_scan(self, gazebo: Any) -> None:
        utc_ns = self._to_utc_ns(stamp_ns(gazebo.time))
        self._publisher.publish(ros_messages.scan(utc_ns, gazebo.scan))


class BumperChannel:
    """`/robot/bumper`, pressed or not; Gazebo speaks only while something touches."""

    def __init__(self, node: Node, transport: GazeboTransport, to_utc_ns: ToUtc) -> None:
        self._to_utc_ns = to_utc_ns
        self._touched_ns = -CONTACT_HOLD_NS - 1
        self._with_what = ""
        self._publisher = node.create_publisher(Contact, "/robot/bumper", RELIABLE)
        transport.subscribe("~/robot/base/bumper", message_class("Contacts"), self._on_contacts)

    def publish(self, now_ns: int) -> None:
        message = Contact()
        message.header.stamp = ros_messages.time_of(self._to_utc_ns(now_ns))
        message.header.frame_id = "base_link"
        message.pressed = now_ns - self._touched_ns <= CONTACT_HOLD_NS
        message.with_what = self._with_what if message.pressed else ""
        self._publisher.publish(message)

    def _on_contacts(self, gazebo: Any) -> None:
        for contact in gazebo.contact:
            names = (contact.collision1, contact.collision2)
            others = [name for name in names if not name.startswith("robot::")]
            if others:
                self._touched_ns = max(self._touched_ns, stamp_ns(contact.time))
                self._with_what = _for_a_person(others[0])


def _for_a_person(collision: str) -> str:
    """`cars::link::car_7` as `car_7`, `building_3::link::walls` as `building_3`."""
    model, *_, shape = collision.split("::")
    return shape if shape.startswith(("car_", "tree_")) else model

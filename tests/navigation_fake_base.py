"""A FAKE base: /clock, odometry, lidar, battery and e-stop of a robot of pure kinematics.

Run as a process. Simulated time runs `speed` times as fast as real time. The wish of the navigator
goes straight to the wheels (no collision monitor), unless the e-stop is latched or the wish is
older than 0.5 s.
"""

from __future__ import annotations

import json
import math
import os

from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import SafetyState
from patrol_interfaces.srv import SetEstop
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState, LaserScan
from std_msgs.msg import String

from comms.contracts.site_reader import read_site
from comms.ros.qos import RELIABLE, SENSOR
from comms.ros.run import run_node
from tests.navigation_course import Course, Disc
from tests.navigation_course_ros import odometry_of, safety_of, scan_of, stamp_of

STEP_S = 0.05


class FakeBase(Node):
    def __init__(self) -> None:
        super().__init__("fake_base")
        plan = json.loads(os.environ["FAKE_BASE"])
        site = read_site(plan["site"])
        x, y, yaw = plan["start"]
        discs = [Disc(*disc) for disc in plan.get("discs", [])]
        self.course = Course(site, x, y, yaw, discs=discs)
        self.course.now_s = plan.get("start_s", 1_700_000_000.0)
        self.battery = plan.get("battery", 0.9)
        self.speed = plan.get("speed", 8.0)
        self.wish, self.wish_s = TwistStamped(), -math.inf
        self.estop_by = ""
        self.count = 0
        self.clock_out = self.create_publisher(Clock, "/clock", SENSOR)
        self.odometry = self.create_publisher(Odometry, "/robot/odometry", RELIABLE)
        self.scan = self.create_publisher(LaserScan, "/robot/scan", SENSOR)
        self.power = self.create_publisher(BatteryState, "/robot/battery_state", RELIABLE)
        self.safety = self.create_publisher(SafetyState, "/robot/safety/state", RELIABLE)
        self.health = self.create_publisher(
            DiagnosticStatus, "/robot/localization/status", RELIABLE
        )
        self.create_subscription(TwistStamped, "/robot/cmd_vel_nav", self._on_wish, RELIABLE)
        self.create_subscription(String, "/fake/order", self._on_order, RELIABLE)
        self.create_service(SetEstop, "/robot/set_estop", self._on_estop)
        self.create_timer(STEP_S / self.speed, self._step)

    def _on_wish(self, message: TwistStamped) -> None:
        self.wish, self.wish_s = message, self.course.now_s

    def _on_order(self, message: String) -> None:
        order = json.loads(message.data)
        self.battery = order.get("battery", self.battery)
        if "discs" in order:
            self.course.discs = [Disc(*disc) for disc in order["discs"]]

    def _on_estop(
        self, request: SetEstop.Request, response: SetEstop.Response
    ) -> SetEstop.Response:
        self.estop_by = request.who if request.engage else ""
        response.success = True
        return response

    def _step(self) -> None:
        course = self.course
        drive = not self.estop_by and course.now_s - self.wish_s < 0.5
        twist = self.wish.twist
        course.move(twist.linear.x if drive else 0.0, twist.angular.z if drive else 0.0, STEP_S)
        self.clock_out.publish(Clock(clock=stamp_of(course.now_s)))
        self.odometry.publish(odometry_of(course))
        self.count += 1
        if self.count % 2 == 0:
            self.scan.publish(scan_of(course))
        if self.count % 10 == 0:
            self.power.publish(BatteryState(percentage=self.battery))
            self.health.publish(DiagnosticStatus(level=DiagnosticStatus.OK, message="fake"))
            self.safety.publish(safety_of(course.now_s, self.estop_by))


if __name__ == "__main__":
    raise SystemExit(run_node(FakeBase, name="fake_base"))

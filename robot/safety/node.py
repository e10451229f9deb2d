"""The ROS node of the collision monitor: the only publisher of `/robot/cmd_vel`.

Decides 20 times a second on a wall timer, which runs also when simulated time stands, and at once
when a scan, a contact, a lost position or an e-stop asks for less than what was last sent. Should
this process die, the base's own watchdog stops the robot.
"""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import Contact, SafetyState
from patrol_interfaces.srv import SetEstop
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from sensor_msgs.msg import LaserScan

from comms.contracts.closures import Closures
from comms.contracts.config import load_section
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import RobotBody
from comms.logs import get_logger
from comms.ros.clock import utc_now
from comms.ros.light import PolledSubscription, publisher, subscription
from comms.ros.qos import RELIABLE, SENSOR
from comms.ros.run import run_node
from robot.safety.config import SafetyConfig
from robot.safety.estop import EstopLatch
from robot.safety.freshness import Now
from robot.safety.lidar import ScanReader
from robot.safety.messages import command_from, pose_from, stamp_of, state_message
from robot.safety.monitor import STANDING, Decision, SafetyMonitor

_STATE_PERIOD_S = 0.1
_CLOSURES_S = 1.0


class CollisionMonitorNode(Node):
    def __init__(self) -> None:
        super().__init__("collision_monitor")
        self._log = get_logger()
        unit_config = str(self.declare_parameter("unit_config", "").value)
        site_file = str(self.declare_parameter("site_file", "").value)
        self._config, body = _configuration(unit_config)
        folder = Path(os.environ.get("PATROL_STATE_DIR") or Path.home() / ".local/state/patrol")
        estop = EstopLatch(folder)
        self._closures = self._closures_of(site_file)
        self._closed = self._closures.closed() if self._closures is not None else ()
        rings = [area.ring for area in self._closed]
        self._monitor = SafetyMonitor(self._config, body, rings, estop)
        self._scan_reader = ScanReader(body.lidar, self._monitor.hull)
        self._simulated = bool(self.get_parameter("use_sim_time").value)
        self._ros_s = self._ros_moved_at = 0.0
        self._sent: Decision | None = None
        self._said: tuple[str, str] = ("", "")
        self._said_at = 0.0

        self._velocity = publisher(self, TwistStamped, "/robot/cmd_vel", RELIABLE)
        self._state = publisher(self, SafetyState, "/robot/safety/state", RELIABLE)
        subscription(self, LaserScan, "/robot/scan", self._on_scan, SENSOR)
        self._commands = PolledSubscription(self, TwistStamped, "/robot/cmd_vel_nav", RELIABLE)
        self._odometry = PolledSubscription(self, Odometry, "/robot/odometry", RELIABLE)
        subscription(self, Contact, "/robot/bumper", self._on_bumper, RELIABLE)
        subscription(
            self, DiagnosticStatus, "/robot/localization/status", self._on_status, RELIABLE
        )
        self.create_service(SetEstop, "/robot/set_estop", self._on_set_estop)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / self._config.rate_hz, self._tick, clock=self._steady)
        if self._closures is not None and self._closures.has_times:
            self.create_timer(_CLOSURES_S, self._watch_closures, clock=self._steady)
        if estop.record is not None:
            self._log.warning("e-stop is latched", who=estop.record.who, why=estop.record.reason)

    def _closures_of(self, site_file: str) -> Closures | None:
        if not site_file:
            self._log.warning("no site file: no keep-out area is watched")
            return None
        return Closures(read_site(site_file), partial(utc_now, self))

    def _watch_closures(self) -> None:
        """Areas open and close."""
        assert self._closures is not None
        closed = self._closures.closed()
        if closed != self._closed:
            self._closed = closed
            self._monitor.keep_out(area.ring for area in closed)
            self._log.info("keep-out areas opened or closed", closed=len(closed))

    def _now(self) -> Now:
        wall = time.monotonic()
        ros = self.get_clock().now().nanoseconds * 1e-9
        if ros != self._ros_s:
            self._ros_s, self._ros_moved_at = ros, wall
        runs = wall - self._ros_moved_at <= self._config.clock_stall_s
        return Now(wall, ros, self._simulated and runs)

    # -- inputs
    def _on_scan(self, message: LaserScan) -> None:
        ranges = np.frombuffer(message.ranges, dtype=np.float32)
        seen = self._scan_reader.read(
            ranges, message.angle_min, message.angle_increment, message.range_min
        )
        now = self._now()
        self._monitor.hear_scan(now, stamp_of(message.header), seen)
        self._send_if_less(now)

    def _catch_up(self, now: Now) -> None:
        """Commands and odometry are taken when a decision is due; they need not wake the node."""
        for message in self._commands.take():
            stamp = stamp_of(message.header)
            self._monitor.hear_command(now, stamp if stamp > 0.0 else None, command_from(message))
        for message in self._odometry.take():
            pose, speed = pose_from(message)
            self._monitor.hear_odometry(now, stamp_of(message.header), pose, speed)

    def _on_bumper(self, message: Contact) -> None:
        now = self._now()
        self._monitor.hear_bumper(
            now, stamp_of(message.header), pressed=message.pressed, with_what=message.with_what
        )
        if message.pressed:
            self._send_if_less(now)

    def _on_status(self, message: DiagnosticStatus) -> None:
        is_error = message.level not in (DiagnosticStatus.OK, DiagnosticStatus.WARN)
        now = self._now()
        self._monitor.hear_status(now, is_error=is_error, message=message.message)
        if is_error:
            self._send_if_less(now)

    def _on_set_estop(
        self, request: SetEstop.Request, response: SetEstop.Response
    ) -> SetEstop.Response:
        """Engage: zero goes out first, then the latch to disk, then the answer."""
        latch = self._monitor.estop
        if request.engage:
            latch.engage(request.who, request.reason)
            self._send(self._monitor.decide(self._now()))
            trouble = latch.keep()
            response.success = True
            response.message = trouble or "the e-stop is engaged; the robot stands"
        elif not request.who.strip():
            response.success, response.message = False, "say who releases the e-stop"
        else:
            latch.release()
            response.message = latch.keep()
            response.success = not response.message
            response.message = response.message or "the e-stop is released"
        self._log.warning(
            "e-stop", engage=request.engage, who=request.who, why=request.reason,
            done=response.success, says=response.message,
        )  # fmt: skip
        return response

    # -- output
    def _tick(self) -> None:
        now = self._now()
        self._catch_up(now)
        self._send(self._monitor.decide(now))

    def _send_if_less(self, now: Now) -> None:
        """Send at once when the decision asks for less than what the base was last told."""
        self._catch_up(now)
        decision = self._monitor.decide(now)
        last = self._sent.command if self._sent is not None else STANDING
        if abs(decision.command.speed_mps) < abs(last.speed_mps) or (
            abs(decision.command.turn_radps) < abs(last.turn_radps)
        ):
            self._send(decision)

    def _send(self, decision: Decision) -> None:
        stamp = self.get_clock().now().to_msg()
        message = TwistStamped()
        message.header.stamp = stamp
        message.header.frame_id = "base_link"
        message.twist.linear.x = decision.command.speed_mps
        message.twist.angular.z = decision.command.turn_radps
        self._velocity.publish(message)
        self._sent = decision
        wall = time.monotonic()
        what = (decision.state.value, decision.cause)
        if what != self._said or wall - self._said_at >= _STATE_PERIOD_S - 0.01:
            if what != self._said:
                self._log.info("safety", state=decision.state.value, why=decision.reason)
            self._said, self._said_at = what, wall
            self._state.publish(state_message(decision, self._monitor.estop.record, stamp))

    def close(self) -> None:
        """The last word of this process is zero."""
        message = TwistStamped()
        message.header.stamp = self.get_clock().now().to_msg()
        message.header.frame_id = "base_link"
        self._velocity.publish(message)


def _configuration(unit_config: str) -> tuple[SafetyConfig, RobotBody]:
    return (
        load_section(unit_config, "safety", SafetyConfig),
        load_section(unit_config, "robot_body", RobotBody),
    )


def main() -> int:
    return run_node(CollisionMonitorNode, name="collision_monitor")


if __name__ == "__main__":
    raise SystemExit(main())

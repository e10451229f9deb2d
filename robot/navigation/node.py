"""The navigator as a ROS node: goals come over Nav2's action, a wish for a velocity goes to
safety.

Thin: it keeps the newest position and scans, asks the driver at every control step, and tells
what it does. A new goal replaces the present one without stopping. The velocity is a wish: the
collision monitor decides.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import numpy as np
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry
from nav_msgs.msg import Path as PathMessage
from patrol_interfaces.msg import SafetyState
from rclpy.node import Node
from sensor_msgs.msg import LaserScan
from shapely.geometry import Point, Polygon
from std_msgs.msg import String

from comms.contracts.closures import Closures
from comms.contracts.config import load_section
from comms.contracts.site_reader import read_site
from comms.contracts.vehicle import RobotBody
from comms.logs import get_logger
from comms.ros.clock import utc_now
from comms.ros.qos import LATCHED, RELIABLE, SENSOR
from comms.ros.run import run_node
from robot.navigation.config import NavigationConfig
from robot.navigation.costmap import Costmap
from robot.navigation.drive import DriveState, Goal, Inputs, Outcome, Report
from robot.navigation.driver import Driver
from robot.navigation.errands import Advance, Errands
from robot.navigation.errors import NoTransform
from robot.navigation.messages import path_message, pose_of, scan_points, seconds, velocity_of
from robot.navigation.motion import Hull, Pose, Velocity
from robot.navigation.planner import Planner
from robot.navigation.static_map import StaticMap

_FEEDBACK_S = 0.25
_CLOSURES_S = 2.0
_USUAL_SHARE = 0.9  # of the cruising speed, over a whole drive


class NavigatorNode(Node):
    def __init__(self) -> None:
        super().__init__("robot_navigator")
        for name in ("unit_config", "site_file", "beats_dir"):
            self.declare_parameter(name, "")
        unit = self.get_parameter("unit_config").value
        self.config = load_section(unit, "navigation", NavigationConfig)
        self.body = load_section(unit, "robot_body", RobotBody)
        site = read_site(self.get_parameter("site_file").value)
        ahead = timedelta(seconds=self.config.closing_ahead_s)
        self._closures = Closures(site, partial(utc_now, self), ahead)
        self._closed = self._closures.closed()
        ground = StaticMap(self._closures.site_with(self._closed))
        self.costmap = Costmap(ground, self.config)
        hull = Hull.of(self.body.length_m, self.body.width_m)
        self.driver = Driver(Planner(ground, self.config), self.costmap, self.config, hull)
        self.log = get_logger()
        self._poses: deque[tuple[float, Pose]] = deque(maxlen=40)
        self._velocity = Velocity()
        self._scan_s = -math.inf
        self._safety: SafetyState | None = None
        self._shown: tuple[str, int] = ("", -1)
        self._feedback_s = 0.0
        self._step_ms: deque[float] = deque(maxlen=600)

        self._wish = self.create_publisher(TwistStamped, "/robot/cmd_vel_nav", RELIABLE)
        self._plan = self.create_publisher(PathMessage, "/robot/plan", LATCHED)
        self._state = self.create_publisher(String, "/robot/navigation/state", LATCHED)
        self.create_subscription(Odometry, "/robot/odometry", self._on_odometry, RELIABLE)
        self.create_subscription(LaserScan, "/robot/scan", self._on_scan, SENSOR)
        self.create_subscription(SafetyState, "/robot/safety/state", self._on_safety, RELIABLE)
        self._errands = Errands(self, self._begin)
        self.create_timer(1.0 / self.config.rate_hz, self._control)
        if self._closures.has_times:
            self.create_timer(_CLOSURES_S, self._watch_closures)
        graph = self.driver.planner.graph
        site_id, places, ways = ground.site.site_id, len(graph.places), len(graph.edges)
        self.log.info("navigator is ready", site=site_id, places=places, ways=ways)

    # -- inputs ---------------------------------------------------------------------------------

    def _now_s(self) -> float:
        return float(self.get_clock().now().nanoseconds) * 1e-9

    def _on_odometry(self, message: Odometry) -> None:
        pose, velocity = pose_of(message), velocity_of(message)
        if pose is None or velocity is None:
            return  # as good as silent: it gets too old
        stamp = seconds(message.header.stamp)
        if self._poses and stamp < self._poses[-1][0]:
            self._poses.clear()  # the simulation started anew
        self._poses.append((stamp, pose))
        self._velocity = velocity

    def _on_scan(self, message: LaserScan) -> None:
        stamp = seconds(message.header.stamp)
        pose = self._pose_at(stamp)
        if pose is None:
            return
        points, sensor = scan_points(message, pose, self.body.lidar)
        self.costmap.add_scan(points, sensor, stamp)
        self._scan_s = stamp

    def _on_safety(self, message: SafetyState) -> None:
        self._safety = message

    def _pose_at(self, stamp_s: float) -> Pose | None:
        """The position nearest in time, none when that is more than 0.3 s away."""
        if not self._poses:
            return None
        best_s, best = min(self._poses, key=lambda item: abs(item[0] - stamp_s))
        return best if abs(best_s - stamp_s) < 0.3 else None

    # -- what is closed -------------------------------------------------------------------------

    def _watch_closures(self) -> None:
        """When an area opens or closes, plan on the map of now. One that the robot stands in counts
        once it has left it."""
        if not self._closures.has_times or not self._poses:
            return
        pose = self._poses[-1][1]
        here, near_m = Point(pose.x_m, pose.y_m), self.config.solid_clearance_m
        closed = tuple(
            area
            for area in self._closures.closed()
            if area in self._closed or Polygon(area.ring).distance(here) > near_m
        )
        if closed == self._closed:
            return
        changed = {area.name or area.feature_id for area in {*closed} ^ {*self._closed}}
        self._closed = closed
        self.log.info("areas opened or closed", changed=sorted(changed), closed=len(closed))
        planner = Planner(StaticMap(self._closures.site_with(closed)), self.config)
        ended = self.driver.use(planner, pose, self._now_s())
        if ended is not None:
            self._end(ended.outcome, ended.reason)

    # -- drives ---------------------------------------------------------------------------------

    def _begin(self, goals: Sequence[Goal]) -> None:
        """Start a drive. Raises NoTransform or NoRoute; then the present drive goes on."""
        now = self._now_s()
        if not self._poses or now - self._poses[-1][0] > self.config.input_age_s:
            raise NoTransform("the robot's position is not known")
        self._watch_closures()
        begin = time.perf_counter()
        self.driver.go(goals, self._poses[-1][1], now)
        planned_ms = round(1e3 * (time.perf_counter() - begin), 1)
        length_m = round(self.driver.remaining_m, 1)
        self.log.info("driving", poses=len(goals), length_m=length_m, planned_ms=planned_ms)

    def _end(self, outcome: Outcome | None, reason: str) -> None:
        steps = np.array(self._step_ms) if self._step_ms else np.zeros(1)
        self.log.info(
            "drive ended",
            outcome=str(outcome or "cancelled"),
            reason=reason,
            recoveries=self.driver.recoveries,
            step_p50_ms=round(float(np.percentile(steps, 50)), 1),
            step_p99_ms=round(float(np.percentile(steps, 99)), 1),
        )
        self._errands.end(outcome, reason)

    # -- the control step -----------------------------------------------------------------------

    def _control(self) -> None:
        begin = time.perf_counter()
        now = self._now_s()
        if self._errands.is_cancelled:
            self.driver.stop()
            self._end(None, "cancelled")
        report = self._step(now)
        wish = TwistStamped()
        wish.header.stamp = self.get_clock().now().to_msg()
        wish.header.frame_id = "base_link"
        wish.twist.linear.x = report.command.v_mps
        wish.twist.angular.z = report.command.w_radps
        self._wish.publish(wish)
        self._show(report.state)
        if not self._errands.is_under_way:
            return
        self._step_ms.append(1e3 * (time.perf_counter() - begin))
        if report.outcome is not None:
            self._end(report.outcome, report.reason)
        elif now - self._feedback_s >= _FEEDBACK_S - 1e-3 or now < self._feedback_s:
            self._feedback_s = now
            remaining_m = self.driver.remaining_m
            self._errands.tell(
                Advance(
                    pose=self._poses[-1][1],
                    remaining_m=remaining_m,
                    remaining_s=remaining_m / (_USUAL_SHARE * self.config.cruise_mps),
                    goals_left=self.driver.goals_left,
                    recoveries=self.driver.recoveries,
                )
            )

    def _step(self, now_s: float) -> Report:
        if not self._poses:
            return Report(Velocity(), DriveState.IDLE)
        stamp_s, pose = self._poses[-1]
        safety = self._safety
        held = safety is not None and safety.estop_latched
        slow = safety is not None and safety.state == SafetyState.SLOW
        return self.driver.step(
            Inputs(
                now_s=now_s,
                pose=pose,
                velocity=self._velocity,
                pose_age_s=now_s - stamp_s,
                scan_age_s=now_s - self._scan_s,
                held=held,
                speed_limit_mps=max(safety.speed_limit_mps, 0.1) if slow and safety else math.inf,
            )
        )

    def _show(self, state: DriveState) -> None:
        """Publish state and plan when they changed."""
        shown_state, shown_plan = self._shown
        if state != shown_state:
            self._state.publish(String(data=str(state)))
        if self.driver.plan_number != shown_plan:
            stamp = self.get_clock().now().to_msg()
            self._plan.publish(path_message(self.driver.plan, stamp))
        self._shown = (str(state), self.driver.plan_number)

    def close(self) -> None:
        self._errands.close()


def main() -> int:
    return run_node(NavigatorNode, name="robot_navigator")


if __name__ == "__main__":
    raise SystemExit(main())

"""The robot's state for telemetry: where it is, what it does, what holds it, in plain words."""

from __future__ import annotations

import math

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from nav_msgs.msg import Path
from patrol_interfaces.msg import GeoPoint, SafetyState, UnitState
from rclpy.node import Node
from sensor_msgs.msg import BatteryState

from comms.contracts.site import Site
from comms.contracts.task import TaskKind
from comms.ros.conversions import point_to_ros
from comms.ros.qos import LATCHED, RELIABLE
from robot.behaviour.config import BehaviourConfig
from robot.behaviour.desk import Desk
from robot.behaviour.ros_capabilities import RosCapabilities
from robot.behaviour.trees import Area

_ROUTE_POINTS = 100
_SILENT_S = 2.0
_MODES = {TaskKind.PATROL: "patrolling", TaskKind.GO_TO: "going", TaskKind.RETURN: "returning"}


class Reporter:
    """Listens to battery, safety, localisation and plan; `state` puts them into one message."""

    def __init__(
        self, node: Node, area: Area, desk: Desk, robot: RosCapabilities, config: BehaviourConfig
    ) -> None:
        self._node = node
        self._area = area
        self._desk = desk
        self._robot = robot
        self._config = config
        self._battery = math.nan
        self._health: DiagnosticStatus | None = None
        self._safety: SafetyState | None = None
        self._safety_s = -math.inf
        self._route: list[GeoPoint] = []
        subscribe = node.create_subscription
        subscribe(BatteryState, "/robot/battery_state", self._on_battery, RELIABLE)
        subscribe(DiagnosticStatus, "/robot/localization/status", self._on_health, RELIABLE)
        subscribe(SafetyState, "/robot/safety/state", self._on_safety, RELIABLE)
        subscribe(Path, "/robot/plan", self._on_plan, LATCHED)

    def _on_battery(self, message: BatteryState) -> None:
        self._battery = message.percentage

    def _on_health(self, message: DiagnosticStatus) -> None:
        self._health = message

    def _on_safety(self, message: SafetyState) -> None:
        self._safety, self._safety_s = message, self._now_s()
        who = message.estop_by or "somebody"
        self._desk.safety_heard(who if message.estop_latched else "")

    def _on_plan(self, message: Path) -> None:
        self._route = _thinned(self._area.site, message)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds) * 1e-9

    def state(self, stamp: Time) -> UnitState:
        message = UnitState(stamp=stamp, vehicle="robot", battery_fraction=self._battery)
        site, pose, odometry = self._area.site, self._robot.pose(), self._robot.odometry
        message.position = point_to_ros(site.origin)
        if odometry is not None:
            at = odometry.pose.pose.position
            message.position = point_to_ros(site.frame.to_geo(at.x, at.y))
            wide = odometry.pose.covariance
            message.position_covariance = [wide[0], wide[1], wide[6], wide[7]]
        if pose is not None and odometry is not None:
            message.heading_rad = pose.yaw_rad or 0.0
            message.speed_mps = odometry.twist.twist.linear.x
        lost = self._health is not None and self._health.level >= DiagnosticStatus.ERROR
        message.localized = pose is not None and not lost
        safety = self._safety if abs(self._now_s() - self._safety_s) < _SILENT_S else None
        message.connected = safety is not None
        message.safety = safety.state if safety is not None else SafetyState.STOP
        message.estop = safety is not None and safety.estop_latched
        current = self._desk.current
        message.task_id = current.task.task_id if current is not None else ""
        message.route = self._route if current is not None else []
        message.mode, message.detail = self._words(safety)
        return message

    def _words(self, safety: SafetyState | None) -> tuple[str, str]:
        current, work = self._desk.current, self._desk.work
        if safety is None:
            return "stopped", "no word from the collision monitor: the base gets no speed"
        if safety.estop_latched:
            return "stopped", f"emergency stop by {safety.estop_by or 'somebody'}"
        if current is not None and current.paused:
            return "paused", current.paused
        if self._health is not None and self._health.level >= DiagnosticStatus.ERROR:
            return "lost", self._health.message
        if current is None:
            return ("docked", "") if self._is_docked() else ("idle", "")
        if self._desk.is_staying or work is None:
            return "idle", "stays here for a moment, then goes on with its patrol"
        mode = "returning" if work.is_going_home else _MODES[current.task.kind]
        held = f" ({safety.reason})" if safety.state == SafetyState.STOP and safety.reason else ""
        upcoming = f"{work.next_name()}: " if work.next_name() else ""
        return mode, f"{upcoming}{work.doing}{held}"

    def _is_docked(self) -> bool:
        home, pose = self._area.home, self._robot.pose()
        if home is None or pose is None:
            return False
        return math.dist(home.dock, pose[:2]) < self._config.dock_radius_m


def _thinned(site: Site, path: Path) -> list[GeoPoint]:
    """At most 100 points of a path, its last one among them."""
    places = [(p.pose.position.x, p.pose.position.y) for p in path.poses]
    if not places:
        return []
    step = max(1, math.ceil(len(places) / (_ROUTE_POINTS - 1)))
    kept = [*places[:-1:step], places[-1]]
    return [point_to_ros(site.frame.to_geo(x, y)) for x, y in kept]

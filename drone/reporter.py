"""What the drone's node tells the unit: odometry, camera direction and the state for telemetry."""

from __future__ import annotations

import math

from builtin_interfaces.msg import Time
from geometry_msgs.msg import QuaternionStamped
from nav_msgs.msg import Odometry
from patrol_interfaces.msg import UnitState

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu, GeoPoint
from comms.contracts.task import TaskKind
from drone.attitude import Quaternion, enu_yaw, flu_in_enu, from_euler, looking_at
from drone.config import DroneConfig
from drone.execution.desk import Desk
from drone.execution.flight import Flight
from drone.execution.kit import Kit
from drone.link.state import Attitude, Mode, Position
from drone.messages import geo_to_message
from drone.missions.plan import FlightPlan, Part

_ROUTE_POINTS = 100
_WORK_WORDS = {
    TaskKind.ORBIT: "orbiting",
    TaskKind.SURVEY: "surveying",
    TaskKind.CORRIDOR: "along_way",
    TaskKind.PERIMETER: "around_area",
    TaskKind.SEARCH: "searching",
    TaskKind.ESCORT: "escorting",
    TaskKind.PLAN: "flying_plan",
}  # others watch
_GNSS_SIGMA_M = 1.5
_HEIGHT_SIGMA_M = 1.5


class Reporter:
    """Reads the vehicle's view from ROS's thread; `frame` is its own: PROJ is not shared."""

    def __init__(self, kit: Kit, desk: Desk, frame: LocalFrame, config: DroneConfig) -> None:
        self._kit = kit
        self._desk = desk
        self._frame = frame
        self._config = config
        self._ground_m = frame.origin.altitude_m or 0.0
        self._route: tuple[FlightPlan | None, list[GeoPoint]] = (None, [])

    def odometry(self, stamp: Time) -> Odometry | None:
        """map -> drone/base_link from the autopilot's estimate; None while it gives none."""
        position, attitude = self._kit.view.position.fresh(), self._kit.view.attitude.fresh()
        if position is None or attitude is None:
            return None
        at = self._place(position)
        message = Odometry()
        message.header.stamp = stamp
        message.header.frame_id = "map"
        message.child_frame_id = "drone/base_link"
        pose = message.pose.pose
        pose.position.x, pose.position.y, pose.position.z = at
        q = flu_in_enu(from_euler(attitude.roll, attitude.pitch, attitude.yaw))
        o = pose.orientation
        o.w, o.x, o.y, o.z = q
        covariance = [0.0] * 36
        covariance[0] = covariance[7] = _GNSS_SIGMA_M**2
        covariance[14] = _HEIGHT_SIGMA_M**2
        covariance[21] = covariance[28] = covariance[35] = 0.03**2
        message.pose.covariance = covariance
        velocity = self._kit.view.velocity.fresh()
        if velocity is not None:
            body = _turned_back(q, (velocity.east, velocity.north, velocity.up))
            linear = message.twist.twist.linear
            linear.x, linear.y, linear.z = body
        return message

    def camera(self, stamp: Time) -> QuaternionStamped:
        """map -> camera (FLU): the gimbal's own word, else towards what the flight looks at."""
        message = QuaternionStamped()
        message.header.stamp = stamp
        message.header.frame_id = "map"
        q = message.quaternion
        q.w, q.x, q.y, q.z = self.camera_direction()
        return message

    def camera_direction(self) -> Quaternion:
        """Where the camera looks (FLU in ENU), by the best word there is."""
        gimbal = self._kit.view.gimbal.fresh()
        if gimbal is not None:
            return flu_in_enu(gimbal.quaternion)
        attitude = self._kit.view.attitude.fresh() or Attitude(0.0, 0.0, math.pi / 2)
        yaw = enu_yaw(attitude.yaw)
        flight, position = self._desk.flight, self._kit.view.position.fresh()
        if flight is not None and position is not None and flight.part is Part.WORK:
            target = flight.plan.look_at
            if target is not None:
                return looking_at(self._place(position), target, yaw)
        return from_euler(0.0, self._config.camera_pitch_rad, yaw)

    def unit_state(self, stamp: Time) -> UnitState:
        """The state for telemetry, with the last known position while the link is silent."""
        view, flight = self._kit.view, self._desk.flight
        message = UnitState(stamp=stamp, vehicle="drone", battery_fraction=math.nan)
        position = view.position.last
        message.connected = view.connected
        if position is not None:
            height = self._ground_m + position.above_home_m
            message.position = geo_to_message(
                GeoPoint(
                    latitude_deg=position.latitude_deg,
                    longitude_deg=position.longitude_deg,
                    altitude_m=height,
                )
            )
            message.height_m = position.above_home_m
        else:
            message.position = geo_to_message(self._frame.origin)
        variance = _GNSS_SIGMA_M**2
        message.position_covariance = [variance, 0.0, 0.0, variance]
        attitude, velocity = view.attitude.last, view.velocity.fresh()
        if attitude is not None:
            message.heading_rad = enu_yaw(attitude.yaw)
        if velocity is not None:
            message.speed_mps = math.hypot(velocity.east, velocity.north, velocity.up)
        battery = view.battery.last
        if battery is not None:
            message.battery_fraction = battery.fraction
        health = view.health.fresh()
        message.localized = (
            view.position.fresh() is not None and health is not None and health.global_position
        )
        message.estop = bool(self._desk.estop)
        message.safety = str(view.mode.last or Mode.UNKNOWN)
        message.mode, message.detail = self._words(flight)
        if flight is not None:
            message.task_id = flight.task.task_id
            message.route = [geo_to_message(p) for p in self._route_of(flight.plan)]
        return message

    def _words(self, flight: Flight | None) -> tuple[str, str]:
        view = self._kit.view
        if not view.connected:
            return "no_link", "no autopilot answers"
        if flight is not None:
            if flight.pause_words:
                return "holding", flight.pause_words
            word = str(flight.part)
            if flight.part is Part.WORK:
                word = _WORK_WORDS.get(flight.task.kind, "watching")
            return word, flight.detail
        if view.is_airborne:
            return "in_air", "in the air on somebody else's order"
        if self._desk.estop:
            return "stopped", f"emergency stop {self._desk.estop}"
        return "on_ground", ""

    def _route_of(self, plan: FlightPlan) -> list[GeoPoint]:
        if self._route[0] is not plan:
            track = plan.track()
            step = max(1, math.ceil(len(track) / _ROUTE_POINTS))
            thinned = [*track[:-1:step], track[-1]][:_ROUTE_POINTS]
            self._route = (plan, [self._frame.to_geo(*p) for p in thinned])
        return self._route[1]

    def _place(self, position: Position) -> Enu:
        at = self._frame.to_enu(
            GeoPoint(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)
        )
        return Enu(at.east_m, at.north_m, position.above_home_m)


def _turned_back(q: Quaternion, v: tuple[float, float, float]) -> tuple[float, float, float]:
    """The vector `v` of the outer frame in the body frame that `q` describes."""
    w, x, y, z = q[0], -q[1], -q[2], -q[3]
    tx, ty, tz = 2 * (y * v[2] - z * v[1]), 2 * (z * v[0] - x * v[2]), 2 * (x * v[1] - y * v[0])
    return (
        v[0] + w * tx + y * tz - z * ty,
        v[1] + w * ty + z * tx - x * tz,
        v[2] + w * tz + x * ty - y * tx,
    )

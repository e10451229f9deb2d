"""MAVLink commands, long and int, turned into requests to the commander, and their acks.

The table at the end says what is known; everything else is answered UNSUPPORTED, as a ground
station expects. Mission items that command instead of fly come through the same table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.modes import Mode, Verdict
from simulation.autopilot.navigator.flights import Hold
from simulation.autopilot.navigator.plan import Item, place_of
from simulation.autopilot.vehicle import Vehicle

FORCE = 21196  # MAV_CMD_COMPONENT_ARM_DISARM's magic number


class Order(NamedTuple):
    """A command with its seven parameters; latitude and longitude in degrees, NaN when not
    given."""

    command: int
    p1: float
    p2: float
    p3: float
    p4: float
    latitude_deg: float
    longitude_deg: float
    z_m: float
    frame: int
    source: tuple[int, int]
    is_int: bool = False  # of a COMMAND_INT


def order_of(message: Message | Item, source: tuple[int, int]) -> Order:
    """From COMMAND_LONG, COMMAND_INT or a mission item."""
    if not isinstance(message, Item) and message.get_type() == "COMMAND_LONG":
        place = (message.param5, message.param6, message.param7)
        frame = mav.MAV_FRAME_GLOBAL
    else:
        x, y = (math.nan if v == 2**31 - 1 else v * 1e-7 for v in (message.x, message.y))
        place, frame = (x, y, message.z), message.frame
    p = (message.param1, message.param2, message.param3, message.param4)
    is_int = not isinstance(message, Item) and message.get_type() == "COMMAND_INT"
    return Order(message.command, *p, *place, frame, source, is_int)


def whole(value: float, otherwise: int = 0) -> int:
    """A parameter that means a whole number; what is no number counts as `otherwise`."""
    return round(value) if math.isfinite(value) else otherwise


class Commands:
    """Does orders on the vehicle; `handle` returns the verdict for the ack."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        vehicle.on_item = lambda item: self.handle(order_of(item, (0, 0)))

    def handle(self, order: Order) -> Verdict:
        """What is answered; effects follow when the commander says so."""
        method = TABLE.get(order.command)
        return method(self, order) if method else Verdict.UNSUPPORTED

    def _arm(self, order: Order) -> Verdict:
        commander, force = self._vehicle.commander, whole(order.p2) == FORCE
        if order.p1 not in (0.0, 1.0):
            return Verdict.UNSUPPORTED
        return commander.arm(force) if order.p1 == 1.0 else commander.disarm(force)

    def _set_mode(self, order: Order) -> Verdict:
        mode = self._vehicle.profile.mode_from_command(
            whole(order.p1), whole(order.p2), whole(order.p3)
        )
        return Verdict.DENIED if mode is None else self._vehicle.commander.request_mode(mode)

    def _takeoff(self, order: Order) -> Verdict:
        height = None
        if order.z_m == order.z_m and order.z_m:
            here = self._vehicle.now.position_m
            height = self._place(order, here)[2] - here[2]
        return self._vehicle.commander.takeoff(height if height and height > 0 else None)

    def _land(self, order: Order) -> Verdict:
        return self._vehicle.commander.request_mode(Mode.LAND)

    def _return(self, order: Order) -> Verdict:
        return self._vehicle.commander.request_mode(Mode.RETURN)

    def _start_mission(self, order: Order) -> Verdict:
        first = whole(order.p1)
        if first > 0 and not self._vehicle.commander.set_mission_index(first):
            return Verdict.DENIED
        return self._vehicle.commander.request_mode(Mode.MISSION)

    def _pause_or_continue(self, order: Order) -> Verdict:
        mode = Mode.HOLD if order.p1 == 0 else Mode.MISSION
        return self._vehicle.commander.request_mode(mode)

    def _reposition(self, order: Order) -> Verdict:
        yaw = None if order.p4 != order.p4 else math.pi / 2 - order.p4
        speed = order.p1 if order.p1 == order.p1 and order.p1 > 0 else None
        point = self._place(order, self._vehicle.now.position_m)
        may_switch = bool(whole(order.p2) & 1)
        return self._vehicle.commander.goto(point, yaw, speed, may_switch)

    def _orbit(self, order: Order) -> Verdict:
        centre = self._place(order, self._vehicle.now.position_m)
        radius = order.p1 if order.p1 == order.p1 and order.p1 else 10.0
        speed = order.p2 if order.p2 == order.p2 and order.p2 else 3.0
        return self._vehicle.commander.orbit(centre, radius, speed)

    def _change_speed(self, order: Order) -> Verdict:
        if order.p2 != order.p2 or order.p2 == -1:
            return Verdict.ACCEPTED
        now, speed = self._vehicle.now, None if order.p2 <= 0 else order.p2
        if order.p1 == 2:
            now.climb_mps = speed
        elif order.p1 == 3:
            now.descend_mps = speed
        else:
            now.cruise_mps = speed
            flight = self._vehicle.commander.flight
            if isinstance(flight, Hold) and speed:
                flight.change_speed(speed)
        return Verdict.ACCEPTED

    def _set_current(self, order: Order) -> Verdict:
        done = self._vehicle.commander.set_mission_index(whole(order.p1, -1))
        return Verdict.ACCEPTED if done else Verdict.FAILED

    def _set_home(self, order: Order) -> Verdict:
        here = self._vehicle.now.position_m
        self._vehicle.commander.set_home(here if order.p1 == 1 else self._place(order, here))
        return Verdict.ACCEPTED

    def _look_at(self, order: Order) -> Verdict:
        home = self._vehicle.now.home_m or (0.0, 0.0, 0.0)
        self._vehicle.now.roi_m = self._place(order, home)
        return Verdict.ACCEPTED

    def _look_at_old(self, order: Order) -> Verdict:
        """MAV_CMD_DO_SET_ROI: parameter 1 is MAV_ROI."""
        if order.p1 == mav.MAV_ROI_LOCATION:
            return self._look_at(order)
        return self._look_away(order) if order.p1 == mav.MAV_ROI_NONE else Verdict.UNSUPPORTED

    def _look_away(self, order: Order) -> Verdict:
        self._vehicle.now.roi_m = None
        return Verdict.ACCEPTED

    def _gimbal_pitch(self, order: Order) -> Verdict:
        if order.p1 == order.p1:
            self._vehicle.now.roi_m = None
            self._vehicle.gimbal.command_pitch(math.radians(order.p1))
        return Verdict.ACCEPTED

    def _gimbal_control(self, order: Order) -> Verdict:
        system = order.source[0] if order.p1 == -2 else whole(order.p1, -1)
        component = order.source[1] if order.p2 == -2 else whole(order.p2, -1)
        if system >= 0 and component >= 0:
            self._vehicle.gimbal.controller = (system, component)
        return Verdict.ACCEPTED

    def _inject_failure(self, order: Order) -> Verdict:
        vehicle = self._vehicle
        if vehicle.profile.faults_are_parameters:
            return Verdict.UNSUPPORTED
        wanted = (whole(order.p1, -1), whole(order.p2, -1), whole(order.p3))
        return vehicle.faults.inject(*wanted, vehicle.parameters)

    def _trigger(self, order: Order) -> Verdict:
        """MAV_CMD_DO_SET_CAM_TRIGG_DIST: m between pictures, 0 for no more; p3: one at once."""
        if not order.p1 >= 0:
            return Verdict.DENIED
        self._vehicle.trigger_every_m = order.p1
        return Verdict.ACCEPTED

    def _nothing(self, order: Order) -> Verdict:
        """Camera triggers and the like: taken, and somebody else's business."""
        return Verdict.ACCEPTED

    def _place(self, order: Order, otherwise: Vector) -> Vector:
        home = self._vehicle.now.home_m
        return place_of(
            self._vehicle.frame,
            order.frame,
            order.latitude_deg,
            order.longitude_deg,
            order.z_m,
            home[2] if home else 0.0,
            otherwise,
        )


TABLE: dict[int, Callable[[Commands, Order], Verdict]] = {
    mav.MAV_CMD_COMPONENT_ARM_DISARM: Commands._arm,
    mav.MAV_CMD_DO_SET_MODE: Commands._set_mode,
    mav.MAV_CMD_NAV_TAKEOFF: Commands._takeoff,
    mav.MAV_CMD_NAV_LAND: Commands._land,
    mav.MAV_CMD_NAV_RETURN_TO_LAUNCH: Commands._return,
    mav.MAV_CMD_MISSION_START: Commands._start_mission,
    mav.MAV_CMD_DO_PAUSE_CONTINUE: Commands._pause_or_continue,
    mav.MAV_CMD_DO_REPOSITION: Commands._reposition,
    mav.MAV_CMD_DO_ORBIT: Commands._orbit,
    mav.MAV_CMD_DO_CHANGE_SPEED: Commands._change_speed,
    mav.MAV_CMD_DO_SET_MISSION_CURRENT: Commands._set_current,
    mav.MAV_CMD_DO_SET_HOME: Commands._set_home,
    mav.MAV_CMD_DO_SET_ROI_LOCATION: Commands._look_at,
    mav.MAV_CMD_INJECT_FAILURE: Commands._inject_failure,
    mav.MAV_CMD_DO_SET_ROI: Commands._look_at_old,
    mav.MAV_CMD_DO_SET_ROI_NONE: Commands._look_away,
    mav.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW: Commands._gimbal_pitch,
    mav.MAV_CMD_DO_MOUNT_CONTROL: Commands._gimbal_pitch,
    mav.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE: Commands._gimbal_control,
    mav.MAV_CMD_DO_MOUNT_CONFIGURE: Commands._nothing,
    mav.MAV_CMD_DO_SET_CAM_TRIGG_DIST: Commands._trigger,
    mav.MAV_CMD_DO_SET_CAM_TRIGG_INTERVAL: Commands._nothing,
    mav.MAV_CMD_DO_TRIGGER_CONTROL: Commands._nothing,
}

"""MAVLink commands that ArduCopter answers otherwise than PX4.

From `GCS_MAVLINK_Copter::handle_command_int_packet`: wrong values are DENIED, what cannot be done
now is FAILED, and the height of a take-off is above home.
"""

from __future__ import annotations

from collections.abc import Callable

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.commands import Commands, Order, whole
from simulation.autopilot.modes import Mode, Severity, Verdict
from simulation.autopilot.navigator.copter_mission import CopterMission
from simulation.autopilot.navigator.plan import RELATIVE_FRAMES


class CopterCommands(Commands):
    """See the module."""

    def handle(self, order: Order) -> Verdict:
        method = COPTER_TABLE.get(order.command)
        return method(self, order) if method else super().handle(order)

    def _set_mode(self, order: Order) -> Verdict:
        if not whole(order.p1) & mav.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED:
            return Verdict.DENIED
        mode = self._vehicle.profile.mode_from_command(whole(order.p1), whole(order.p2), 0)
        if mode is None:
            text = f"No such mode {whole(order.p2)}"
            self._vehicle.now.say(Severity.WARNING, text)
            return Verdict.FAILED
        return self._vehicle.commander.request_mode(mode)

    def _takeoff(self, order: Order) -> Verdict:
        if order.is_int and order.frame not in RELATIVE_FRAMES:
            return Verdict.DENIED
        return self._vehicle.commander.takeoff(order.z_m if order.z_m == order.z_m else None)

    def _start_mission(self, order: Order) -> Verdict:
        if order.p1 or order.p2:
            return Verdict.DENIED
        return self._vehicle.commander.request_mode(Mode.MISSION)

    def _pause_or_continue(self, order: Order) -> Verdict:
        if order.p1 not in (0.0, 1.0):
            return Verdict.DENIED
        pauses, flight = order.p1 == 0.0, self._vehicle.commander.flight
        if not isinstance(flight, CopterMission):
            word = "pause" if pauses else "resume"
            self._vehicle.now.say(Severity.INFO, f"Failed to {word}")
            return Verdict.FAILED
        flight.pause(self._vehicle.now, pauses)
        return Verdict.ACCEPTED

    def _change_speed(self, order: Order) -> Verdict:
        return super()._change_speed(order) if order.p2 > 0 else Verdict.DENIED

    def _loiter(self, order: Order) -> Verdict:
        return self._vehicle.commander.request_mode(Mode.POSITION)


COPTER_TABLE: dict[int, Callable[[CopterCommands, Order], Verdict]] = {
    mav.MAV_CMD_DO_SET_MODE: CopterCommands._set_mode,
    mav.MAV_CMD_NAV_TAKEOFF: CopterCommands._takeoff,
    mav.MAV_CMD_MISSION_START: CopterCommands._start_mission,
    mav.MAV_CMD_DO_PAUSE_CONTINUE: CopterCommands._pause_or_continue,
    mav.MAV_CMD_DO_CHANGE_SPEED: CopterCommands._change_speed,
    mav.MAV_CMD_NAV_LOITER_UNLIM: CopterCommands._loiter,
}

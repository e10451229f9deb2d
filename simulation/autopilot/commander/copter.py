"""ArduCopter's decisions: what it refuses it refuses at once, with MAV_RESULT_FAILED and a text.

Rules from ArduCopter 4.5 (`Copter::set_mode`, `AP_Arming_Copter`, `Mode::do_user_takeoff`,
`ModeAuto`). Nothing falls back to a hold by itself: guided stays guided, AUTO stays AUTO.
"""

from __future__ import annotations

from simulation.autopilot.commander.commander import TILT_MAX_RAD, Commander
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.modes import Landed, Mode, Severity, Verdict
from simulation.autopilot.navigator.copter_flights import (
    FALL_MPS,
    Brake,
    CopterReturn,
    GuidedTakeoff,
    GuidedVelocity,
    Sink,
)
from simulation.autopilot.navigator.copter_mission import (
    FIRST_ITEM,
    CopterMission,
    starts_with_takeoff,
)
from simulation.autopilot.navigator.flights import Flight, Hold, Land, Orbit

NAMES = {
    Mode.MANUAL: "STABILIZE",
    Mode.ALTITUDE: "ALT_HOLD",
    Mode.MISSION: "AUTO",
    Mode.GUIDED: "GUIDED",
    Mode.POSITION: "LOITER",
    Mode.RETURN: "RTL",
    Mode.ORBIT: "CIRCLE",
    Mode.LAND: "LAND",
    Mode.BRAKE: "BRAKE",
}
ARMABLE = (Mode.MANUAL, Mode.ALTITUDE, Mode.POSITION, Mode.GUIDED)
WITHOUT_POSITION = (Mode.MANUAL, Mode.ALTITUDE)
PREARM_TOLD_EVERY_S = 30.0


class CopterCommander(Commander):
    """See the module; the surface is `Commander`'s."""

    AT_POWER_ON = Mode.MANUAL
    _prearm_told_s = 0.0

    # -- requests --------------------------------------------------------------------------------

    def arm(self, force: bool = False) -> Verdict:
        if self.now.armed:
            return Verdict.ACCEPTED
        problem = None if force else self.arming_problem()
        if problem is None and self.mode not in ARMABLE:
            problem = f"{NAMES[self.mode]} mode not armable"
        if problem:
            self.now.say(Severity.CRITICAL, f"Arm: {problem}")
            return Verdict.FAILED
        self.now.armed, self.now.armed_s = True, self.now.time_s
        self._has_flown = False
        self._ground_since = self.now.time_s
        self.set_home(self.now.position_m)
        self.now.say(Severity.INFO, "Arming motors")
        self._enter(self.mode)
        return Verdict.ACCEPTED

    def disarm(self, force: bool = False) -> Verdict:
        if self.now.armed and not self.now.landed and not force:
            return Verdict.FAILED
        if self.now.armed:
            self._disarm("Disarming motors")
        return Verdict.ACCEPTED

    def request_mode(self, mode: Mode) -> Verdict:
        if mode is self.mode:
            return Verdict.ACCEPTED
        problem = self._mode_problem(mode) if self.now.armed else None
        if problem:
            text = f"Mode change to {NAMES[mode]} failed: {problem}"
            self.now.say(Severity.WARNING, text)
            return Verdict.FAILED
        self._enter(mode)
        return Verdict.ACCEPTED

    def takeoff(self, height_m: float | None = None) -> Verdict:
        """`height_m` above home; only in guided, armed, and on the ground."""
        now = self.now
        up_m = now.position_m[2] - (now.home_m[2] if now.home_m else now.position_m[2])
        ready = now.armed and now.landed and self.mode is Mode.GUIDED
        if not ready or height_m is None or height_m <= up_m:
            return Verdict.FAILED
        self._enter(Mode.GUIDED, GuidedTakeoff(now, height_m))
        return Verdict.ACCEPTED

    def goto(
        self, point_m: Vector, yaw_rad: float | None, speed_mps: float | None, may_switch: bool
    ) -> Verdict:
        if self.mode is not Mode.GUIDED:
            if not may_switch:
                return Verdict.DENIED
            if self.request_mode(Mode.GUIDED) is not Verdict.ACCEPTED:
                return Verdict.FAILED
        if self.now.figures.fence_acts and self.fence().violated(point_m):
            return Verdict.FAILED
        self._enter(Mode.GUIDED, Hold(self.now, point_m, yaw_rad, speed_mps))
        return Verdict.ACCEPTED

    def orbit(self, centre_m: Vector, radius_m: float, speed_mps: float) -> Verdict:
        """MAV_CMD_DO_ORBIT is not among its commands."""
        return Verdict.UNSUPPORTED

    def velocity_setpoint(self, velocity_mps: Vector, yaw_rad: float | None) -> None:
        """Taken in guided only, and not on the ground: that wants a take-off first."""
        if self.mode is not Mode.GUIDED or self.now.landed:
            return
        super().velocity_setpoint(velocity_mps, yaw_rad)
        if not isinstance(self.flight, GuidedVelocity):
            self._enter(Mode.GUIDED, GuidedVelocity(self.now, self.setpoints))

    def set_mission_index(self, seq: int) -> bool:
        return seq >= FIRST_ITEM and super().set_mission_index(seq)

    def mission_uploaded(self) -> None:
        """The number of the item to fly next outlives an upload."""
        last = max(FIRST_ITEM, len(self.plan.mission) - 1)
        self.mission_index = min(self.mission_index, last)
        if self.plan.mission:
            self.now.say(Severity.INFO, "Flight plan received")

    # -- what holds ------------------------------------------------------------------------------

    def arming_problem(self) -> str | None:
        if not self._estimator.sensors_ok:
            return "Gyros not calibrated"
        if not self._estimator.position_ok:
            return "AHRS: EKF3 still initialising"
        if self._estimator.age_s < self._config.boot.armable_s:
            return "GPS 1: Bad fix"
        if self.now.tilt_rad > TILT_MAX_RAD:
            return "Leaning"
        if self.now.figures.fence_acts and self.fence().violated(self.now.position_m):
            return "vehicle outside Polygon fence"
        return self.payload_problem()

    def _mode_problem(self, mode: Mode) -> str | None:
        if mode not in WITHOUT_POSITION and not self._estimator.position_ok:
            return "requires position"
        if mode is Mode.RETURN and self.now.home_m is None:
            return "init failed"
        if mode is not Mode.MISSION:
            return None
        if len(self.plan.mission) <= FIRST_ITEM:
            return "init failed"
        if self.now.landed and not starts_with_takeoff(self.plan.mission, self._next_item()):
            self.now.say(Severity.CRITICAL, "Auto: Missing Takeoff Cmd")
            return "init failed"
        return None

    def _next_item(self) -> int:
        """The mission item with which AUTO would go on."""
        anew = self.mission_finished or int(self.now.parameters["MIS_RESTART"]) == 1
        return FIRST_ITEM if anew else max(FIRST_ITEM, self.mission_index)

    # -- time passing ----------------------------------------------------------------------------

    def tick(self, landed: bool) -> None:
        now = self.now
        if landed != now.landed:
            now.landed = landed
            self._ground_since = now.time_s
            self._has_flown = self._has_flown or not landed
        self.landed = self._landed_state()
        self._refine_home()
        self._tell_prearm()
        if isinstance(self.flight, CopterMission):
            self.mission_index = self.flight.current
            self.mission_finished = self.flight.done
        if now.armed and now.landed:
            self._disarm_when_idle()

    def _landed_state(self) -> Landed:
        flight = self.flight
        if self.now.landed:
            return Landed.ON_GROUND
        if isinstance(flight, GuidedTakeoff) and flight.taking_off:
            return Landed.TAKING_OFF
        if isinstance(flight, CopterMission) and flight.is_taking_off:
            return Landed.TAKING_OFF
        landing = isinstance(flight, CopterMission | CopterReturn) and flight.is_landing
        return Landed.LANDING if landing or self.mode is Mode.LAND else Landed.IN_AIR

    def _disarm_when_idle(self) -> None:
        waited = self.now.time_s - self._ground_since
        ends_itself = self.mode in (Mode.LAND, Mode.RETURN) or (
            self.mode is Mode.MISSION and self.mission_finished
        )
        if (self._has_flown and ends_itself) or 0 < self.now.parameters["DISARM_DELAY"] <= waited:
            self._disarm("Disarming motors")

    def _disarm(self, text: str) -> None:
        """The mode stays; the mission begins anew (`AP_Mission::reset`)."""
        self.now.armed = False
        self.now.roi_m = self.now.cruise_mps = self.now.climb_mps = self.now.descend_mps = None
        self.mission_index, self.mission_finished = 0, False
        self.now.say(Severity.INFO, text)
        self.flight = Hold(self.now)

    def _refine_home(self) -> None:
        """Home is set once, when the estimate has its origin, and again at arming."""
        if self.now.home_m is None and self._estimator.position_ok:
            self.set_home(self.now.position_m)

    def _tell_prearm(self) -> None:
        now = self.now
        if now.armed or now.time_s - self._prearm_told_s < PREARM_TOLD_EVERY_S:
            return
        self._prearm_told_s = now.time_s
        problem = self.arming_problem()
        if problem:
            now.say(Severity.CRITICAL, f"PreArm: {problem}")

    def _flight_for(self, mode: Mode) -> Flight:
        now = self.now
        if mode in (Mode.POSITION, Mode.ALTITUDE):
            return Sink(now, now.parameters["PILOT_SPEED_DN"] / 100 or now.figures.climb_mps)
        if mode is Mode.MANUAL:
            return Sink(now, FALL_MPS)
        if mode is Mode.LAND:
            return Land(now)
        if mode is Mode.RETURN:
            now.rally_m = self._rally()
            return CopterReturn(now)
        if mode is Mode.MISSION:
            if self.mission_finished or int(now.parameters["MIS_RESTART"]) == 1:
                self.mission_index, self.mission_finished = FIRST_ITEM, False
            now.rally_m = self._rally()
            return CopterMission(
                now,
                self.plan,
                self._next_item(),
                reached=self._reached,
                command=self._command,
            )
        if mode is Mode.ORBIT:
            return Orbit(now, now.position_m, 10.0, 3.0)
        return Brake(now) if mode is Mode.BRAKE else Hold(now)

    def _rally(self) -> list[Vector]:
        """Rally points, whose height counts here."""
        return self.plan.rally(self.now.home_m[2] if self.now.home_m else 0.0)

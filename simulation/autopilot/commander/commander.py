"""Who decides: arming, modes, home, disarming. Its answers are acks, not effects, as on a real PX4.

A request is usually accepted at once; whether it takes effect is decided afterwards and told by
text and by the next heartbeat. The rules were measured on real autopilots.
"""

from __future__ import annotations

from collections.abc import Callable

from simulation.autopilot.commander.fence import Fence, fence_of
from simulation.autopilot.config import AutopilotConfig
from simulation.autopilot.estimator.estimator import Estimator
from simulation.autopilot.flight.vectors import Vector, distance
from simulation.autopilot.modes import Landed, Mode, Severity, Verdict
from simulation.autopilot.navigator.feasibility import mission_refusal
from simulation.autopilot.navigator.flights import Flight, Hold, Land, Orbit, Takeoff
from simulation.autopilot.navigator.mission import MissionFlight
from simulation.autopilot.navigator.offboard import BY_LOSS_ACTION, Offboard, SetpointStream
from simulation.autopilot.navigator.plan import Item, Plan
from simulation.autopilot.navigator.returning import Return
from simulation.autopilot.navigator.situation import Situation

FLYABLE = (
    Mode.HOLD, Mode.TAKEOFF, Mode.MISSION, Mode.RETURN, Mode.LAND, Mode.POSITION, Mode.OFFBOARD
)  # fmt: skip
TILT_MAX_RAD = 0.6  # a drone that lies on its side or back is not armed
HOME_REFINED_EVERY_S = 1.2
HOME_REFINED_UNTIL_S = 12.0


class Commander:
    """Holds what is decided: `armed`, `mode`, `flight`, `landed`, home and fence."""

    AT_POWER_ON = Mode.HOLD
    #: What else keeps it from arming, in the make's words.
    payload_problem: Callable[[], str | None] = staticmethod(lambda: None)

    def __init__(
        self,
        config: AutopilotConfig,
        now: Situation,
        plan: Plan,
        estimator: Estimator,
        reached: Callable[[int], None],
        command: Callable[[Item], None],
    ) -> None:
        self._config, self.now, self.plan, self._estimator = config, now, plan, estimator
        self._reached, self._command = reached, command
        self.mode = self.AT_POWER_ON
        self.flight: Flight = Hold(now)
        self.landed = Landed.ON_GROUND
        self.setpoints = SetpointStream()
        self.mission_index = 0
        self.mission_finished = False
        self.home_generation = 0
        self._has_flown = False
        self._ground_since = 0.0
        self._home_at = -1e9
        self._checked_generation = 0
        self._fence = Fence()
        self._fence_made_of: object = None

    # -- requests, from MAVLink ------------------------------------------------------------------

    def arm(self, force: bool = False) -> Verdict:
        """Denied with a text while the estimate is not good."""
        if self.now.armed:
            return Verdict.ACCEPTED
        problem = self.arming_problem()
        if problem and not force:
            self.now.say(Severity.WARNING, f"Preflight Fail: {problem}\t")
            self.now.say(Severity.CRITICAL, "Arming denied: Resolve system health failures first\t")
            return Verdict.TEMPORARILY_REJECTED
        self.now.armed, self.now.armed_s = True, self.now.time_s
        self._has_flown = False
        self._ground_since = self.now.time_s
        self.set_home(self.now.position_m)
        self.now.say(Severity.INFO, "Armed by external command\t")
        if self.mode not in (Mode.TAKEOFF, Mode.HOLD, Mode.POSITION):
            self._enter(Mode.HOLD)
        return Verdict.ACCEPTED

    def disarm(self, force: bool = False) -> Verdict:
        """Refused in the air unless forced; forced it falls."""
        if self.now.armed and not self.now.landed and not force:
            self.now.say(Severity.CRITICAL, "Disarming denied: not landed\t")
            return Verdict.TEMPORARILY_REJECTED
        if self.now.armed:
            self._disarm("Disarmed by external command\t")
        return Verdict.ACCEPTED

    def request_mode(self, mode: Mode) -> Verdict:
        """Always acked where the mode exists; what cannot be flown now is refused by text."""
        if mode not in FLYABLE:
            return Verdict.DENIED
        problem = None if self._estimator.position_ok else "no position"
        if mode is Mode.MISSION:
            problem = self.mission_problem()
        if mode is Mode.OFFBOARD and not self._streams_setpoints():
            problem = "no offboard signal"
        if problem:
            self.now.say(Severity.CRITICAL, f"Switching to {mode} is currently not available\t")
            return Verdict.ACCEPTED
        if mode is not self.mode or mode is Mode.HOLD:
            self._enter(mode)
        return Verdict.ACCEPTED

    def takeoff(self, height_m: float | None = None) -> Verdict:
        """Acked even while disarmed: it then waits for arming. `height_m` above the ground here."""
        if not self._estimator.position_ok:
            return Verdict.TEMPORARILY_REJECTED
        height = height_m or self.now.figures.takeoff_height_m
        self.now.say(Severity.INFO, f"Using minimum takeoff altitude: {height:.2f} m\t")
        self._enter(Mode.TAKEOFF, Takeoff(self.now, height))
        return Verdict.ACCEPTED

    def goto(
        self, point_m: Vector, yaw_rad: float | None, speed_mps: float | None, may_switch: bool
    ) -> Verdict:
        """Reposition: hold at another point (world ENU m). A point outside the fence is acked, then
        refused by text."""
        if self.mode is not Mode.HOLD and not may_switch:
            return Verdict.DENIED
        if self.fence().violated(point_m):
            self.now.say(Severity.CRITICAL, "Reposition is outside geofence\t")
            return Verdict.ACCEPTED
        self._enter(Mode.HOLD, Hold(self.now, point_m, yaw_rad, speed_mps))
        return Verdict.ACCEPTED

    def orbit(self, centre_m: Vector, radius_m: float, speed_mps: float) -> Verdict:
        """Circle a point; only in the air."""
        if self.now.landed:
            return Verdict.TEMPORARILY_REJECTED
        self._enter(Mode.ORBIT, Orbit(self.now, centre_m, radius_m, speed_mps))
        return Verdict.ACCEPTED

    def set_mission_index(self, seq: int) -> bool:
        """MISSION_SET_CURRENT; False where there is no such item."""
        if not 0 <= seq < len(self.plan.mission):
            return False
        self.mission_index, self.mission_finished = seq, False
        if isinstance(self.flight, MissionFlight):
            self.flight.jump_to(self.now, seq)
        return True

    def mission_uploaded(self) -> None:
        """A new mission starts with its first item."""
        self.mission_index, self.mission_finished = 0, False

    def set_home(self, point_m: Vector) -> None:
        """Home is here from now on, world ENU m."""
        self.now.home_m = point_m
        self.now.rally_m = self.plan.rally(point_m[2])
        self._home_at = self.now.time_s
        self.home_generation += 1

    def velocity_setpoint(self, velocity_mps: Vector, yaw_rad: float | None) -> None:
        """One of a stream from outside (world ENU m/s); flown in mode offboard."""
        self.setpoints.put(velocity_mps, yaw_rad, self.now.time_s)

    def _streams_setpoints(self) -> bool:
        return self.setpoints.alive(self.now.time_s, self.now.parameters["COM_OF_LOSS_T"])

    # -- what holds ------------------------------------------------------------------------------

    def arming_problem(self) -> str | None:
        """Why it may not be armed now, in PX4's words."""
        if not self._estimator.sensors_ok:
            return "Accel Sensor 0 missing"
        if not self._estimator.position_ok:
            return "ekf2 missing data"
        if self._estimator.age_s < self._config.boot.armable_s:
            return "waiting for estimator to initialize"
        if self.now.tilt_rad > TILT_MAX_RAD:
            return "Attitude failure (roll)"
        return self.payload_problem()

    def mission_problem(self) -> str | None:
        """Why the mission cannot be started now."""
        if not self._estimator.position_ok:
            return "no position"
        if self.now.time_s - self.plan.uploaded_s < self._config.mission_ready_s:
            return "mission is being checked"
        p = self.now.parameters
        return mission_refusal(self.plan, self.fence(), self.now.home_m, p)

    def fence(self) -> Fence:
        """The fence as uploaded, with the parameters' cylinder."""
        f = self.now.figures
        limits = f.fence_radius_m, f.fence_height_m
        made_of = (self.plan.fence_generation, self.now.home_m, limits)
        if self._fence_made_of != made_of:  # asked for at 50 Hz, and geodesy is not free
            self._fence, self._fence_made_of = (
                fence_of(self.plan, self.now.home_m, *limits),
                made_of,
            )
        return self._fence

    def enter_by_failsafe(self, mode: Mode) -> None:
        """A failsafe's decision, without asking. Holding also ends a goto."""
        if mode is not self.mode or mode is Mode.HOLD:
            self._enter(mode)

    # -- time passing ----------------------------------------------------------------------------

    def tick(self, landed: bool) -> None:
        """At 50 Hz, after the flight was updated; `landed` is the land detector's word."""
        now = self.now
        if landed != now.landed:
            now.landed = landed
            self._ground_since = now.time_s
            if landed:
                now.say(Severity.INFO, "Landing detected\t")
            else:
                self._has_flown = True
                now.say(Severity.INFO, "Takeoff detected\t")
        self.landed = self._landed_state()
        self._refine_home()
        self._check_new_mission()
        if isinstance(self.flight, MissionFlight):
            self.mission_index = self.flight.current
            self.mission_finished = self.flight.done
            if self.flight.wants_return:
                self._enter(Mode.RETURN)
        if self.flight.done:
            self._enter(Mode.HOLD)
        if self.mode is Mode.OFFBOARD and not self._streams_setpoints():
            self._lose_offboard()
        if now.armed and now.landed:
            self._disarm_when_idle()

    def _lose_offboard(self) -> None:
        wanted = BY_LOSS_ACTION.get(int(self.now.parameters["COM_OBL_RC_ACT"]), Mode.HOLD)
        self.now.say(Severity.CRITICAL, f"Offboard signal lost, entering {wanted}\t")
        self._enter(wanted)

    def _landed_state(self) -> Landed:
        if self.now.landed:
            return Landed.ON_GROUND
        if self.mode is Mode.TAKEOFF:
            return Landed.TAKING_OFF
        return Landed.LANDING if self.mode is Mode.LAND else Landed.IN_AIR

    def _disarm_when_idle(self) -> None:
        p, waited = self.now.parameters, self.now.time_s - self._ground_since
        limit = p["COM_DISARM_LAND"] if self._has_flown else p["COM_DISARM_PRFLT"]
        if 0 < limit <= waited:
            reason = "landing" if self._has_flown else "auto preflight disarming"
            self._disarm(f"Disarmed by {reason}\t")

    def _disarm(self, text: str) -> None:
        self.now.armed = False
        self.now.roi_m = self.now.cruise_mps = self.now.climb_mps = self.now.descend_mps = None
        self.now.say(Severity.INFO, text)
        if self.mode is not Mode.HOLD:
            self._enter(Mode.HOLD)

    def _refine_home(self) -> None:
        """Home follows the settling estimate until arming."""
        now, age = self.now, self._estimator.age_s
        if now.armed or not now.landed or age < self._config.boot.armable_s - 0.3:
            return
        if now.home_m is None or (
            age < HOME_REFINED_UNTIL_S
            and now.time_s - self._home_at >= HOME_REFINED_EVERY_S
            and distance(now.home_m, now.position_m) > 0.02
        ):
            self.set_home(now.position_m)

    def _check_new_mission(self) -> None:
        """An upload is checked a moment after its ack; a refusal comes only as text."""
        checked_at = self.plan.uploaded_s + 0.5 * self._config.mission_ready_s
        if self._checked_generation == self.plan.generation or self.now.time_s < checked_at:
            return
        self._checked_generation = self.plan.generation
        if self.plan.mission:
            p = self.now.parameters
            refusal = mission_refusal(self.plan, self.fence(), self.now.home_m, p)
            if refusal:
                self.now.say(Severity.CRITICAL, refusal)

    def _enter(self, mode: Mode, flight: Flight | None = None) -> None:
        self.mode = mode
        self.flight = flight or self._flight_for(mode)

    def _flight_for(self, mode: Mode) -> Flight:
        if mode is Mode.TAKEOFF:
            return Takeoff(self.now, self.now.figures.takeoff_height_m)
        if mode is Mode.LAND:
            return Land(self.now)
        if mode is Mode.OFFBOARD:
            return Offboard(self.now, self.setpoints)
        if mode is Mode.RETURN:
            self.now.rally_m = self.plan.rally(self.now.home_m[2] if self.now.home_m else 0.0)
            return Return(self.now)
        if mode is Mode.MISSION:
            if self.mission_finished:
                self.mission_index, self.mission_finished = 0, False
            return MissionFlight(
                self.now,
                self.plan,
                self.mission_index,
                reached=self._reached,
                command=self._command,
            )
        return Hold(self.now)

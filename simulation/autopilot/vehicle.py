"""The autopilot without its radio: estimate, decide, navigate, control. One call per physics state.

The inner loops run at every step; deciding and navigating run at 50 Hz. MAVLink reads this object
and calls the commander; it never touches the loops.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from simulation.autopilot.commander.commander import Commander
from simulation.autopilot.commander.failsafe import Failsafes
from simulation.autopilot.commander.landed import LandDetector
from simulation.autopilot.config import AutopilotConfig
from simulation.autopilot.estimator.battery import Battery
from simulation.autopilot.estimator.estimator import Estimator, heading_of
from simulation.autopilot.faults import Faults
from simulation.autopilot.flight.controller import Controller
from simulation.autopilot.flight.physics import MOTORS_OFF, BodyState, Motors
from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector, distance, tilt_of
from simulation.autopilot.gimbal.pointing import Gimbal
from simulation.autopilot.modes import Mode, Severity
from simulation.autopilot.navigator.plan import Item, Plan
from simulation.autopilot.navigator.situation import Situation
from simulation.autopilot.profiles.parameters import Parameters
from simulation.autopilot.profiles.profile import Profile
from simulation.autopilot.remote_id import RemoteId

TICK_S = 0.0199
LIFT_MPS = 0.3
JUMP_M = 5.0  # a move this great between two steps is another world, not flight


class Vehicle:
    """See the module. `frame` is the world's: its origin lies at the physics' (0, 0, 0)."""

    def __init__(self, config: AutopilotConfig, profile: Profile, frame: LocalFrame) -> None:
        self.config, self.profile, self.frame = config, profile, frame
        self.parameters = Parameters(profile.parameters, config.parameters)
        self.plan = Plan(frame)
        self.texts: deque[tuple[Severity, str]] = deque(maxlen=50)
        self.reached: deque[int] = deque(maxlen=200)
        self.gcs_silent_s: Callable[[], float | None] = lambda: None
        self.state: BodyState | None = None
        self.faults = Faults()
        self.remote_id = RemoteId(config.remote_id, self.parameters, profile.first_item_is_home)
        self.air_mps: tuple[float, float] | None = None  # east, north; where the physics knows it
        self._faults_of: int | None = None
        self._power_on()

    def _power_on(self) -> None:
        """Everything forgotten but plan and parameters."""
        rng = random.Random(self.config.seed)
        self.estimator = Estimator(self.config.gnss, self.config.boot, rng)
        self.battery = Battery(self.config.battery)
        self.gimbal = Gimbal()
        self.trigger_every_m = 0.0  # of the camera, by distance flown; 0: off
        self.now = Situation(self.parameters, self.profile.figures, self._say)
        self.commander: Commander = self.profile.commander(
            self.config, self.now, self.plan, self.estimator, self.reached.append, self.do_item
        )
        self.commander.payload_problem = self.remote_id.arming_problem
        self._controller = Controller(self.config.airframe)
        self._lander = LandDetector()
        self._failsafes: Failsafes = self.profile.failsafes(self.parameters)
        self._target: Target | None = None
        self._tick_at = -1e9
        self._lift_at: float | None = None
        self._ground_m = 0.0

    def step(self, state: BodyState) -> Motors:
        """Rotor commands for this state."""
        last = self.state
        if last is not None and distance(state.position_m, last.position_m) > JUMP_M:
            self._power_on()
        self.state = state
        if state.time_s - self._tick_at >= TICK_S:
            self._tick(state)
        position = self.estimator.position_of(state)
        if not self.now.armed:
            self._controller.rest(state, position, spinning=False)
            return MOTORS_OFF
        return self.faults.weaken(self._motors(state, position))

    def _motors(self, state: BodyState, position: Vector) -> Motors:
        target = self._target
        if target is None and not self.now.landed:
            target = self.now.target(self.now.position_m, self.now.yaw_rad)
        if target is None or (self.now.landed and target.position_m[2] < position[2]):
            self._lift_at = None
            return self._controller.rest(state, position, spinning=True)
        if not self.now.landed:
            self._lift_at = None
            return self._controller.fly(state, position, target)
        return self._lift_off(state, position, target)

    @property
    def thrust_part(self) -> float:
        """The last thrust as a part of hovering thrust."""
        return self._controller.thrust_part

    @property
    def tracking_error_m(self) -> float:
        """Between the believed position and the setpoint now; 0 on the ground."""
        setpoint = self._controller.setpoint
        return distance(setpoint.position_m, self.now.position_m) if setpoint else 0.0

    @property
    def height_m(self) -> float:
        """Believed height above home."""
        return self.now.position_m[2] - (self.now.home_m[2] if self.now.home_m else self._ground_m)

    def do_item(self, item: Item) -> None:
        """A mission item that commands instead of flying; filled in by the command layer."""
        self.on_item(item)

    on_item: Callable[[Item], object] = staticmethod(lambda item: None)

    def home_geo(self) -> GeoPoint | None:
        """Home, once it is known."""
        return self.frame.to_geo(*self.now.home_m) if self.now.home_m else None

    def _say(self, severity: Severity, text: str) -> None:
        self.texts.append((severity, text))

    def _lift_off(self, state: BodyState, position: Vector, target: Target) -> Motors:
        """Spool up, then let thrust grow until it leaves the ground."""
        if self._lift_at is None:
            self._lift_at = state.time_s
        figures = self.now.figures
        free_s = max(self._lift_at, self.now.armed_s + figures.arming_delay_s)
        since = state.time_s - free_s - figures.spool_s
        if since < 0:
            return self._controller.rest(state, position, spinning=True)
        ramp = max(0.2, figures.ramp_s)
        gently = target._replace(climb_mps=LIFT_MPS)  # the setpoint must not run away meanwhile
        return self._controller.fly(state, position, gently, ceiling_part=1.4 * since / ramp)

    def _tick(self, state: BodyState) -> None:
        dt_s = min(0.1, max(0.0, state.time_s - self._tick_at))
        self._tick_at = state.time_s
        if self.profile.faults_are_parameters and self._faults_of != self.parameters.generation:
            self._faults_of = self.parameters.generation
            self.faults.read(self.parameters, self.frame.origin.latitude_deg)
        self.estimator.update(state, self.faults.gnss_lost, self.faults.gnss_off_m)
        now = self.now
        now.time_s = state.time_s
        now.position_m = self.estimator.position_of(state)
        now.velocity_mps = state.velocity_mps
        now.yaw_rad = heading_of(state)
        now.tilt_rad = tilt_of(state.attitude)
        if now.landed:
            self._ground_m = now.position_m[2]
        armed_before = now.armed
        self.battery.update(self.thrust_part if now.armed else 0.0, dt_s)
        self._target = self.commander.flight.update(now)
        wants_down = self._target is not None and (
            self._target.position_m[2] < now.position_m[2] - 1.0
        )
        self._lander.update(
            state.time_s,
            state.velocity_mps,
            now.position_m[2] - self._ground_m,
            self.thrust_part,
            wants_down,
            now.armed,
        )
        self.commander.tick(self._lander.landed)
        if now.armed and not now.landed:
            self._check_failsafes()
        elif armed_before != now.armed:
            self._failsafes.rearm()
        self.gimbal.update(now, dt_s)

    @property
    def wind_mps(self) -> tuple[float, float] | None:
        """The estimate of the wind, east and north: in the air only, as of multirotors."""
        return None if self.now.landed else self.air_mps

    def _check_failsafes(self) -> None:
        commander = self.commander
        outside = self.now.figures.fence_acts and commander.fence().violated(self.now.position_m)
        estimator = self.estimator
        for mode, severity, text in (
            *self._failsafes.check(
                self.now.time_s, self.gcs_silent_s(), self.battery.part, outside, commander.mode
            ),
            *self._failsafes.check_position(estimator.position_ok, estimator.distrusts_satellites),
            *self._failsafes.check_motors(self.faults.lost_motor),
        ):
            self._say(severity, text)
            if mode is not None and commander.mode is not Mode.LAND:
                commander.enter_by_failsafe(mode)

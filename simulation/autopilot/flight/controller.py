"""The cascade put together: target in, rotor commands out, at every physics step.

The outer loops run at 100 Hz, the inner ones at every step (400 Hz), as on a real flight
controller.
"""

from __future__ import annotations

from simulation.autopilot.flight.attitude import AttitudeLoop
from simulation.autopilot.flight.mixer import Mixer
from simulation.autopilot.flight.physics import (
    GRAVITY_MPS2,
    MOTORS_OFF,
    Airframe,
    BodyState,
    Motors,
)
from simulation.autopilot.flight.position import PositionLoop, Setpoint
from simulation.autopilot.flight.trajectory import Leader, Target
from simulation.autopilot.flight.vectors import Vector, yaw_of

OUTER_PERIOD_S = 0.0099  # four steps of 2.5 ms, less rounding
IDLE: Motors = (0.12, 0.12, 0.12, 0.12)


class Controller:
    """Flies an airframe to a target. `thrust_part` is the last thrust as a part of hovering
    thrust."""

    def __init__(self, airframe: Airframe) -> None:
        self.leader = Leader()
        self._hover_n = airframe.mass_kg * GRAVITY_MPS2
        self._outer = PositionLoop()
        self._inner = AttitudeLoop(airframe)
        self._mixer = Mixer(airframe)
        self._outer_at: float | None = None
        self._acceleration: Vector = (0.0, 0.0, 0.0)
        self.setpoint: Setpoint | None = None
        self.thrust_part = 0.0

    def rest(self, state: BodyState, estimate_m: Vector, spinning: bool) -> Motors:
        """Motors while on the ground; the next flight starts from here without a jump."""
        self._outer.reset()
        self._outer_at = None
        self.leader.reset(estimate_m, (0.0, 0.0, 0.0), yaw_of(state.attitude))
        self.setpoint = None
        self.thrust_part = 0.0
        return IDLE if spinning else MOTORS_OFF

    def fly(
        self, state: BodyState, estimate_m: Vector, target: Target, ceiling_part: float = 10.0
    ) -> Motors:
        """Rotor commands towards `target`.

        `estimate_m` is where the autopilot believes to be (ENU m); `ceiling_part` limits thrust to
        a part of hovering thrust (the ramp at take-off).
        """
        last = self._outer_at
        if last is None or state.time_s - last >= OUTER_PERIOD_S:
            dt_s = 0.01 if last is None else min(0.1, state.time_s - last)
            self._outer_at = state.time_s
            self.setpoint = self.leader.advance(target, dt_s)
            self._acceleration = self._outer.update(
                estimate_m, state.velocity_mps, self.setpoint, dt_s
            )
        assert self.setpoint is not None
        thrust, torque = self._inner.update(
            state, self._acceleration, self.setpoint.yaw_rad, self.setpoint.yaw_rate_radps
        )
        thrust = min(thrust, ceiling_part * self._hover_n)
        self.thrust_part = thrust / self._hover_n
        return self._mixer.mix(thrust, torque)

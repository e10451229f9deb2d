"""What the controller flies: a body that gives its state and takes four rotor commands.

Two implementations: `gazebo_fdm` (the world that the robot drives in) and `rigid_body` (a few
equations, for tests and for developing without Gazebo). Both are stepped: one command belongs to
each state.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

from simulation.autopilot.flight.vectors import Quaternion, Vector

Motors = tuple[float, float, float, float]
MOTORS_OFF: Motors = (0.0, 0.0, 0.0, 0.0)
GRAVITY_MPS2 = 9.81


class BodyState(NamedTuple):
    """The body's true state. World is ENU in the physics' own metres, body is FLU."""

    time_s: float
    position_m: Vector
    velocity_mps: Vector
    attitude: Quaternion
    rates_radps: Vector


class Physics(Protocol):
    """A body in a world, in lock-step: `poll` gives each state once, `send` answers it once."""

    def poll(self, now_s: float) -> BodyState | None:
        """The next state if there is one yet; `now_s` is monotonic wall time. Never blocks."""
        ...

    def send(self, motors: Motors) -> None:
        """Rotor speeds as parts (0..1) of the greatest; exactly one call per state."""
        ...

    def filenos(self) -> tuple[int, ...]:
        """Descriptors that become readable when a state is ready; empty when paced by time."""
        ...

    def idle_s(self, now_s: float) -> float:
        """How long a caller may sleep before it should poll again, s."""
        ...

    def close(self) -> None:
        """Gives back sockets; the world goes on without us."""
        ...


class Rotor(BaseModel):
    """One rotor: where it sits in the body (FLU, m) and which way it turns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x_m: float
    y_m: float
    direction: int = Field(description="+1 counter-clockwise seen from above, -1 clockwise")


class Airframe(BaseModel):
    """Masses and rotors of the quadrotor; the same figures as the simulated world's model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mass_kg: float = Field(default=1.5, gt=0.1, le=50, description="kg, all of it")
    inertia_kgm2: tuple[float, float, float] = Field(
        default=(0.025, 0.022, 0.036), description="kg m2 about x, y, z of the body"
    )
    rotors: tuple[Rotor, Rotor, Rotor, Rotor] = Field(
        default=(
            Rotor(x_m=0.13, y_m=-0.22, direction=1),
            Rotor(x_m=-0.13, y_m=0.22, direction=1),
            Rotor(x_m=0.13, y_m=0.22, direction=-1),
            Rotor(x_m=-0.13, y_m=-0.22, direction=-1),
        ),
        description="where each sits (m, forward and left) and which way it turns",
    )
    thrust_factor: float = Field(
        default=2.1666e-5, gt=0, description="N per (rad/s)^2 of one rotor"
    )
    rotor_speed_max_radps: float = Field(default=838.0, gt=0, description="rad/s at command 1")
    yaw_torque_m: float = Field(
        default=0.0098, gt=0, description="N m of yaw torque per N of one rotor's thrust"
    )
    rotor_lag_s: float = Field(default=0.03, gt=0, le=1, description="s, first-order rotor lag")
    drag_kgps: float = Field(
        default=0.25, ge=0, description="N per m/s of air speed (rigid body only)"
    )

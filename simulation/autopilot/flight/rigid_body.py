"""A quadrotor as a rigid body integrated in Python: inertia, rotor lag, drag, wind, a flat ground.

For flying without Gazebo. Paced by wall time (times a speed-up), stepped at 400 Hz like the other
one. Equations: Mahony, Kumar, Corke, "Multirotor Aerial Vehicles", IEEE RAM 2012, section
"Modeling".
"""

from __future__ import annotations

import math
import random

from pydantic import BaseModel, ConfigDict, Field

from simulation.autopilot.flight.physics import (
    GRAVITY_MPS2,
    MOTORS_OFF,
    Airframe,
    BodyState,
    Motors,
)
from simulation.autopilot.flight.vectors import (
    Vector,
    integrate_rates,
    quaternion_from_euler,
    yaw_of,
)


class Wind(BaseModel):
    """Steady wind and gusts, the latter a first-order Gauss-Markov process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    east_mps: float = Field(default=0.0, ge=-40, le=40, description="m/s, air moving east")
    north_mps: float = Field(default=0.0, ge=-40, le=40, description="m/s, air moving north")
    gust_mps: float = Field(default=0.0, ge=0, le=15, description="m/s, 1 sigma per axis")
    gust_time_s: float = Field(default=3.0, gt=0.05, le=60, description="s, correlation time")


class RigidBody:
    """See the module. `start` is where it stands (world ENU m), `yaw_rad` where it looks."""

    STEP_S = 0.0025
    MAX_LAG_S = 0.25  # a machine that stalls longer than this loses time rather than catching up

    def __init__(
        self,
        airframe: Airframe | None = None,
        *,
        start: Vector = (0.0, 0.0, 0.0),
        yaw_rad: float = 0.0,
        wind: Wind | None = None,
        speedup: float = 1.0,
        seed: int = 1,
    ) -> None:
        self.airframe = airframe or Airframe()
        self.wind = wind or Wind()
        self.speedup = speedup
        self._random = random.Random(seed)
        self._ground_m = start[2]
        self._gust = [0.0, 0.0]
        self._speeds = [0.0, 0.0, 0.0, 0.0]
        self._motors = MOTORS_OFF
        self._due_s: float | None = None  # wall time at which the next state is due
        self.state = BodyState(
            0.0, start, (0.0, 0.0, 0.0), quaternion_from_euler(0.0, 0.0, yaw_rad), (0.0, 0.0, 0.0)
        )

    def poll(self, now_s: float) -> BodyState | None:
        if self._due_s is None or now_s - self._due_s > self.MAX_LAG_S:
            self._due_s = now_s
        if now_s < self._due_s:
            return None
        self._due_s += self.STEP_S / self.speedup
        return self.step(self.STEP_S)

    def send(self, motors: Motors) -> None:
        self._motors = motors

    def filenos(self) -> tuple[int, ...]:
        return ()

    def idle_s(self, now_s: float) -> float:
        return 0.008

    def close(self) -> None:
        return None

    def step(self, dt_s: float) -> BodyState:
        """The state `dt_s` later under the last rotor commands; needs no clock."""
        frame = self.airframe
        k = 1 - math.exp(-dt_s / frame.rotor_lag_s)
        thrust = torque_x = torque_y = torque_z = 0.0
        for i, rotor in enumerate(frame.rotors):
            want = self._motors[i] * frame.rotor_speed_max_radps
            self._speeds[i] += k * (want - self._speeds[i])
            force = frame.thrust_factor * self._speeds[i] ** 2
            thrust += force
            torque_x += rotor.y_m * force
            torque_y -= rotor.x_m * force
            torque_z -= rotor.direction * frame.yaw_torque_m * force
        time_s, (px, py, pz), (vx, vy, vz), q, (wx, wy, wz) = self.state
        w, x, y, z = q
        air_x, air_y = self._air(dt_s)
        drag = frame.drag_kgps / frame.mass_kg
        push = thrust / frame.mass_kg
        ax = push * 2 * (x * z + w * y) - drag * (vx - air_x)
        ay = push * 2 * (y * z - w * x) - drag * (vy - air_y)
        az = push * (1 - 2 * (x * x + y * y)) - drag * vz - GRAVITY_MPS2
        vx, vy, vz = vx + ax * dt_s, vy + ay * dt_s, vz + az * dt_s
        px, py, pz = px + vx * dt_s, py + vy * dt_s, pz + vz * dt_s
        jx, jy, jz = frame.inertia_kgm2
        wx += dt_s * (torque_x - (jz - jy) * wy * wz) / jx
        wy += dt_s * (torque_y - (jx - jz) * wz * wx) / jy
        wz += dt_s * (torque_z - (jy - jx) * wx * wy) / jz
        q = integrate_rates(q, (wx, wy, wz), dt_s)
        if pz <= self._ground_m and vz <= 0:  # stands on its legs
            pz, vx, vy, vz, wx, wy, wz = self._ground_m, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            q = quaternion_from_euler(0.0, 0.0, yaw_of(q))
        self.state = BodyState(time_s + dt_s, (px, py, pz), (vx, vy, vz), q, (wx, wy, wz))
        return self.state

    def _air(self, dt_s: float) -> tuple[float, float]:
        """Velocity of the air (east, north), m/s."""
        wind = self.wind
        if wind.gust_mps > 0:
            decay = math.exp(-dt_s / wind.gust_time_s)
            kick = wind.gust_mps * math.sqrt(1 - decay * decay)
            for i in range(2):
                self._gust[i] = decay * self._gust[i] + kick * self._random.gauss(0, 1)
        return wind.east_mps + self._gust[0], wind.north_mps + self._gust[1]

"""What a flight mode may know when it decides where to fly: one record, refreshed by the vehicle at
50 Hz."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from simulation.autopilot.flight.trajectory import Target
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.modes import Severity
from simulation.autopilot.profiles.figures import Figures
from simulation.autopilot.profiles.parameters import Parameters

Say = Callable[[Severity, str], None]


@dataclass
class Situation:
    """Positions are believed ones, world ENU m; yaw is ENU rad."""

    parameters: Parameters
    read_figures: Callable[[Parameters], Figures]
    say: Say
    time_s: float = 0.0
    position_m: Vector = (0.0, 0.0, 0.0)
    velocity_mps: Vector = (0.0, 0.0, 0.0)
    yaw_rad: float = 0.0
    tilt_rad: float = 0.0
    landed: bool = True
    armed: bool = False
    home_m: Vector | None = None
    rally_m: list[Vector] = field(default_factory=list)
    roi_m: Vector | None = None
    cruise_mps: float | None = None  # set by a change-speed command for this flight
    climb_mps: float | None = None
    descend_mps: float | None = None
    armed_s: float = 0.0  # when it was armed
    _figures: tuple[int, Figures] | None = None

    @property
    def figures(self) -> Figures:
        """The parameters as the flying core needs them; read anew when one has changed."""
        generation = self.parameters.generation
        if self._figures is None or self._figures[0] != generation:
            self._figures = generation, self.read_figures(self.parameters)
        return self._figures[1]

    def target(
        self,
        position_m: Vector,
        yaw_rad: float,
        *,
        speed_mps: float | None = None,
        descend_mps: float | None = None,
        passing_mps: float = 0.0,
    ) -> Target:
        """A target with the speeds that hold now; where a region of interest is set, looking at
        it."""
        f = self.figures
        return Target(
            position_m=position_m,
            speed_mps=min(speed_mps or self.cruise_mps or f.cruise_mps, f.speed_max_mps),
            climb_mps=self.climb_mps or f.climb_mps,
            descend_mps=descend_mps or self.descend_mps or f.descend_mps,
            yaw_rad=self.look_at(self.roi_m, yaw_rad) if self.roi_m else yaw_rad,
            passing_mps=passing_mps,
        )

    def look_at(self, point_m: Vector, otherwise_rad: float) -> float:
        """ENU yaw towards a point; `otherwise_rad` when it is right above or below."""
        east, north = point_m[0] - self.position_m[0], point_m[1] - self.position_m[1]
        return math.atan2(north, east) if math.hypot(east, north) > 0.5 else otherwise_rad

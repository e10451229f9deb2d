"""What a run wants of its world, beyond the site and the vehicles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorldOptions:
    """Options of one run.

    seed: of the people's routes and the colours; the same seed gives the same world.
    walkers: people who walk along the pavements.
    bystanders: people who stand until told to step somewhere.
    drone_plugins: file name of each drone's flight plugin with this run's ports.
    speed: wanted real-time factor; 0 for as fast as it goes.
    wind_mps: (east, north) that the air moves, with gusts of a fifth of it; felt by the drone.
    robot_start: (x m, y m, yaw rad) in `map`; None for the first kiosk's dock.
    """

    seed: int = 1
    walkers: int = 4
    bystanders: int = 1
    drone_plugins: tuple[str, ...] = ()
    speed: float = 1.0
    robot_start: tuple[float, float, float] | None = None
    wind_mps: tuple[float, float] = (0.0, 0.0)

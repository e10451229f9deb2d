"""`gazebo.json` in the run's folder: how the other processes of the simulation find the running
world."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulation.gazebo.errors import SimulationError
from simulation.world.walks import Walk

FILE_NAME = "gazebo.json"


class FlyingModel(BaseModel):
    """A drone in the world: the model's name, where it stood at first (map m), and the UDP ports of
    its flight plugin on this machine: rotor commands in, flight state out."""

    model_config = ConfigDict(frozen=True)

    name: str
    pad: tuple[float, float]
    command: int
    state: int


class Models(BaseModel):
    """Names of what moves in the world."""

    model_config = ConfigDict(frozen=True)

    robot: str = "robot"
    walkers: tuple[str, ...] = ()
    bystanders: tuple[str, ...] = ()


class RunFile(BaseModel):
    """A running world."""

    model_config = ConfigDict(frozen=True)

    port: int = Field(description="of Gazebo's master, TCP")
    world: str
    pid: int = Field(description="of gazebo_server")
    seed: int
    start_utc_ns: int = Field(description="UTC at simulated time 0; /clock is this plus that")
    motor_port: int = Field(description="of the motor firmware, UDP")
    drones: tuple[FlyingModel, ...] = Field(default=(), description="the unit's own comes first")
    robot_start: tuple[float, float, float] = Field(description="x m, y m, yaw rad in map")
    walks: tuple[Walk, ...] = Field(default=(), description="of the walkers, in their order")
    bystanders: tuple[tuple[float, float], ...] = Field(default=(), description="where they stand")
    models: Models = Models()

    def drone(self, number: int) -> FlyingModel:
        """Counted from 1. Raises SimulationError when there is none."""
        if not 1 <= number <= len(self.drones):
            has = f"{len(self.drones)} drones" if len(self.drones) != 1 else "one drone"
            raise SimulationError(
                f"there is no drone {number} in the running world, which has {has}: start it "
                "without --no-drone, or with more --drones"
            )
        return self.drones[number - 1]

    def write(self, folder: Path) -> None:
        """Into `folder`, whole or not at all."""
        draft = folder / f".{FILE_NAME}.{os.getpid()}"
        draft.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        draft.replace(folder / FILE_NAME)


def run_folder() -> Path:
    """PATROL_RUN_DIR. Raises SimulationError when it is not set."""
    value = os.environ.get("PATROL_RUN_DIR", "")
    if not value:
        raise SimulationError("PATROL_RUN_DIR is not set: it names the folder of this run")
    return Path(value)


def run_in_world(start: Callable[[RunFile], int], process: str) -> int:
    """Wait for the world and run `start` in it; without one: a sentence on stderr, status 2.

    Waiting happens before ROS takes the signals over, so Ctrl-C ends it.
    """
    try:
        world = wait_for_run_file(run_folder())
    except SimulationError as error:
        print(f"{process}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return start(world)


def wait_for_run_file(folder: Path, timeout_s: float = 60.0) -> RunFile:
    """The running world, as soon as its server lives and has written it.

    Raises SimulationError when none comes within `timeout_s`.
    """
    path = folder / FILE_NAME
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            found = RunFile.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            found = None
        except ValidationError as error:
            raise SimulationError(f"{path}: {error.errors()[0]['msg']}") from None
        if found is not None and Path(f"/proc/{found.pid}").exists():
            return found
        if time.monotonic() > deadline:
            raise SimulationError(f"no simulation has started in {folder} within {timeout_s:.0f} s")
        time.sleep(0.1)

"""`gazebo_server`: makes the world from the site and the unit's file, runs gzserver in it, and
keeps the motors.

It writes `gazebo.json` when the world steps, and ends, with the last words of the log, when
gzserver does.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from comms.contracts.errors import ContractError
from comms.contracts.site_reader import read_site
from comms.logs import configure_logging, get_logger
from simulation.bodies import read_bodies
from simulation.gazebo import ports
from simulation.gazebo.errors import GazeboConnectionError, SimulationError
from simulation.gazebo.flight_plugin import write_flight_plugin
from simulation.gazebo.gimbal import Gimbals
from simulation.gazebo.messages import message_class
from simulation.gazebo.motors import Motors
from simulation.gazebo.pace import Pace
from simulation.gazebo.run_file import FILE_NAME, FlyingModel, Models, RunFile, run_folder
from simulation.gazebo.sandbox import SEEN_AS, Sandbox
from simulation.gazebo.transport import GazeboTransport
from simulation.world.drone_model import model_name
from simulation.world.folder import WorldFolder
from simulation.world.options import WorldOptions
from simulation.world.people_models import bystander_name, walker_name
from simulation.world.world import WORLD_NAME, World, write_world

START_TRIES = 3
FIRST_STEP_S = 30.0
STRONGEST_WIND_MPS = 30.0
log = get_logger()


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gazebo_server", description=__doc__)
    parser.add_argument("--site", type=Path, required=True, help="site GeoJSON")
    parser.add_argument("--unit-config", default="", help="unit YAML; empty for the defaults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--walkers", type=int, default=4)
    parser.add_argument("--bystanders", type=int, default=1)
    parser.add_argument("--no-drone", action="store_true")
    parser.add_argument("--drones", type=int, default=1, help="how many stand in the world")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="x real time; 0: as fast as it goes"
    )
    parser.add_argument("--start", default="", help="x,y,yaw of the robot in map m and rad")
    parser.add_argument("--wind", default="0,0", help="east,north of the moving air in m/s")
    parser.add_argument("--port", type=int, default=0, help="of Gazebo's master; 0: a free one")
    parser.add_argument("--render-threads", type=int, default=1)
    parser.add_argument("--headless", action="store_true", help="always so; for launch files")
    return parser.parse_args(words)


def _start_pose(text: str) -> tuple[float, float, float] | None:
    if not text:
        return None
    try:
        x, y, yaw = (float(part) for part in text.split(","))
    except ValueError:
        raise SimulationError(f"--start {text!r} is not three numbers x,y,yaw") from None
    return x, y, yaw


def _wind(text: str) -> tuple[float, float]:
    try:
        east, north = (float(part) for part in text.split(","))
    except ValueError:
        east = north = math.nan
    if not math.hypot(east, north) <= STRONGEST_WIND_MPS:
        raise SimulationError(
            f"--wind {text!r} is not two numbers east,north of up to {STRONGEST_WIND_MPS:.0f} m/s"
        )
    return east, north


class GazeboServer:
    """One run: world written, gzserver started, motors connected, until it ends or is told to."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._folder = run_folder() / "gazebo"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log = self._folder / "gzserver.log"
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def run(self) -> int:
        """Until told to stop (0) or until Gazebo dies (1)."""
        options = self._options
        rootfs = Path(os.environ.get("PATROL_GAZEBO_ROOT", ""))
        drone_ports = ports.free_udp_pairs(0 if options.no_drone else options.drones)
        plugins = tuple(f"libPatrolFlightPlugin{port}.so" for port in drone_ports)
        for plugin, command_port in zip(plugins, drone_ports, strict=True):
            write_flight_plugin(rootfs, self._folder / plugin, command_port)
        bodies = read_bodies(options.unit_config)
        world = write_world(
            read_site(options.site),
            bodies,
            WorldOptions(
                seed=options.seed,
                walkers=options.walkers,
                bystanders=options.bystanders,
                drone_plugins=plugins,
                speed=options.speed,
                robot_start=_start_pose(options.start),
                wind_mps=_wind(options.wind),
            ),
            WorldFolder(self._folder, SEEN_AS),
        )
        if len(world.walks) < options.walkers:
            log.warning("the pavements have room for fewer walkers", walkers=len(world.walks))
        transport, port, start_utc_ns = self._start_gazebo(rootfs)
        motors = Motors(transport, bodies.robot)
        Gimbals(transport, [model_name(n) for n in range(1, len(drone_ports) + 1)])
        if options.speed > 0:
            Pace(transport, options.speed)
        run_file = run_folder() / FILE_NAME
        try:
            self._run_file(world, port, start_utc_ns, motors.port, drone_ports).write(run_folder())
            log.info("the world steps", port=port, walkers=len(world.walks), drones=len(plugins))
            return self._watch(transport)
        finally:
            run_file.unlink(missing_ok=True)
            motors.close()
            transport.close()
            self._end_gazebo()

    def _run_file(
        self, world: World, port: int, start_utc_ns: int, motor_port: int, drone_ports: list[int]
    ) -> RunFile:
        return RunFile(
            port=port,
            world=WORLD_NAME,
            pid=os.getpid(),
            seed=self._options.seed,
            start_utc_ns=start_utc_ns,
            motor_port=motor_port,
            drones=tuple(
                FlyingModel(name=model_name(number), pad=pad, command=command, state=command + 1)
                for number, (pad, command) in enumerate(
                    zip(world.pads, drone_ports, strict=True), start=1
                )
            ),
            robot_start=world.robot_start,
            walks=world.walks,
            bystanders=world.bystanders,
            models=Models(
                walkers=tuple(walker_name(number) for number in range(len(world.walks))),
                bystanders=tuple(bystander_name(n) for n in range(len(world.bystanders))),
            ),
        )

    def _start_gazebo(self, rootfs: Path) -> tuple[GazeboTransport, int, int]:
        """gzserver that steps; a start that hangs (two in a hundred do) is tried again."""
        for attempt in range(1, START_TRIES + 1):
            port = ports.free_tcp_port(self._options.port)
            sandbox = Sandbox(rootfs, self._folder, port, self._options.render_threads)
            self._process = sandbox.start(
                self._log, "--seed", str(self._options.seed), f"{SEEN_AS}/world.sdf"
            )
            try:
                transport, start_utc_ns = self._wait_for_first_step(port)
                return transport, port, start_utc_ns
            except GazeboConnectionError as error:
                log.warning("gzserver did not start", attempt=attempt, error=str(error))
                self._end_gazebo()
                if self._stop.is_set():
                    break
        raise SimulationError(f"gzserver does not start. Its last words:\n{self._last_words()}")

    def _wait_for_first_step(self, port: int) -> tuple[GazeboTransport, int]:
        """The transport, and the UTC (ns) at simulated time 0."""
        transport = self._connect(port)
        stepped = threading.Event()
        begun: list[int] = []

        def on_stats(message: object) -> None:
            sim = message.sim_time  # type: ignore[attr-defined]
            if not begun and (sim.sec or sim.nsec):
                begun.append(time.time_ns() - sim.sec * 1_000_000_000 - sim.nsec)
                stepped.set()

        statistics = transport.subscribe(
            "~/world_stats", message_class("WorldStatistics"), on_stats
        )
        deadline = time.monotonic() + FIRST_STEP_S
        while not stepped.wait(0.1):
            if self._ended() or self._stop.is_set() or time.monotonic() > deadline:
                transport.close()
                raise GazeboConnectionError("no step of the world within the time")
        statistics.close()
        return transport, begun[0]

    def _connect(self, port: int) -> GazeboTransport:
        deadline = time.monotonic() + FIRST_STEP_S
        while True:
            try:
                return GazeboTransport(port, WORLD_NAME, timeout_s=1.0)
            except GazeboConnectionError:
                if self._ended() or self._stop.is_set() or time.monotonic() > deadline:
                    raise

    def _watch(self, transport: GazeboTransport) -> int:
        while not self._stop.wait(0.2):
            if self._ended() or transport.lost:
                print(f"Gazebo ended. Its last words:\n{self._last_words()}", file=sys.stderr)
                return 1
        return 0

    def _ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _end_gazebo(self) -> None:
        """bubblewrap's first process is the parent of all inside: with it everything ends."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=3.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self, lines: int = 15) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def main(words: list[str] | None = None) -> int:
    configure_logging("gazebo_server")
    try:
        server = GazeboServer(_arguments(words))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.stop)
        return server.run()
    except ContractError as error:
        print(f"gazebo_server: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())

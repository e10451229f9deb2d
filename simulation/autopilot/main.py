"""A fake of a drone's autopilot: of PX4 or ArduCopter as they behave over MAVLink, with a real
flight controller of our own inside.

It flies the quadrotor in the simulated world (or a rigid body without Gazebo) and speaks MAVLink
over UDP. A plain process without ROS: `python -m simulation.autopilot.main --physics rigid_body`.
"""

from __future__ import annotations

import math
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from comms.contracts.config import load_section
from comms.contracts.errors import ContractError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.site_reader import read_site
from comms.logs import configure_logging, get_logger
from simulation.autopilot.config import AutopilotConfig, BootTimes
from simulation.autopilot.flight.gazebo_fdm import GazeboFdm
from simulation.autopilot.flight.physics import Physics
from simulation.autopilot.flight.rigid_body import RigidBody, Wind
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.gimbal.gazebo_joints import GimbalJoints
from simulation.autopilot.mavlink.link import Link, parse_address
from simulation.autopilot.mavlink.station import Station
from simulation.autopilot.profiles.ardupilot import ArduPilotProfile
from simulation.autopilot.profiles.parameters import Parameters
from simulation.autopilot.profiles.profile import Profile
from simulation.autopilot.profiles.px4 import Px4Profile
from simulation.autopilot.runner import Runner
from simulation.autopilot.vehicle import Vehicle
from simulation.bodies import read_bodies
from simulation.gazebo.run_file import RunFile, run_folder, wait_for_run_file

DEFAULT_HOME = "29.868,121.615,5"
log = get_logger()


class PhysicsKind(StrEnum):
    """What is flown."""

    GAZEBO = "gazebo"
    RIGID_BODY = "rigid_body"


class Make(StrEnum):
    """Whose behaviour is shown."""

    PX4 = "px4"
    ARDUPILOT = "ardupilot"


PROFILES: dict[str, type[Profile]] = {"px4": Px4Profile, "ardupilot": ArduPilotProfile}


def read_config(
    unit_config: str,
    overrides: dict[str, float],
    loss: float,
    delay_s: float,
    profile: str | None = None,
    ready_s: float = 0.0,
) -> AutopilotConfig:
    """Section `simulated_autopilot` of the unit's file, with the drone body's figures and what the
    command line changes; `ready_s` scales all times of its boot. Raises FileError."""
    config = AutopilotConfig()
    if unit_config:
        config = load_section(unit_config, "simulated_autopilot", AutopilotConfig)
        body = read_bodies(unit_config).drone
        config = config.model_copy(
            update={
                "airframe": config.airframe.model_copy(update={"mass_kg": body.mass_kg}),
                "battery": config.battery.model_copy(update={"energy_wh": body.battery_wh}),
            }
        )
    if profile and profile != config.profile:
        given = config.model_dump(exclude_unset=True) | {"profile": profile}
        config = AutopilotConfig.model_validate(given)
    if ready_s:
        scale = ready_s / config.boot.armable_s
        sooner = {name: value * scale for name, value in config.boot.model_dump().items()}
        config = config.model_copy(update={"boot": BootTimes.model_validate(sooner)})
    faults = {"loss": loss or config.link.loss, "delay_s": delay_s or config.link.delay_s}
    return config.model_copy(
        update={
            "parameters": {**config.parameters, **overrides},
            "link": config.link.model_copy(update=faults),
        }
    )


def read_place(home: str, site_file: str) -> tuple[LocalFrame, Vector]:
    """(the world's frame, where the drone stands in it): the site's origin and its first pad, or
    `home` for both. Raises ContractError."""
    if site_file:
        site = read_site(site_file)
        pad = site.kiosks[0].pad if site.kiosks else (0.0, 0.0)
        return site.frame, (pad[0], pad[1], 0.0)
    try:
        latitude, longitude, altitude = (float(part) for part in home.split(","))
    except ValueError:
        raise ContractError(f'--home "{home}" should be LAT,LON,ALT, like {DEFAULT_HOME}') from None
    origin = GeoPoint(latitude_deg=latitude, longitude_deg=longitude, altitude_m=altitude)
    return LocalFrame(origin), (0.0, 0.0, 0.0)


def _wind(config: AutopilotConfig, parameters: Parameters) -> Wind:
    """As configured, or by SITL's parameters: m/s, and the degrees where it comes from."""
    if config.profile != "ardupilot" or not parameters["SIM_WIND_SPD"]:
        return config.wind
    speed, to = parameters["SIM_WIND_SPD"], math.radians(parameters["SIM_WIND_DIR"] + 180.0)
    update = {"east_mps": speed * math.sin(to), "north_mps": speed * math.cos(to)}
    return config.wind.model_copy(update=update)


def read_parameters(settings: list[str]) -> dict[str, float]:
    """`NAME=VALUE` pairs. Raises ContractError."""
    found = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise ContractError(f'--param "{setting}" should be NAME=NUMBER') from None
    return found


def run(
    physics: Annotated[PhysicsKind, typer.Option(help="what is flown")] = PhysicsKind.GAZEBO,
    mavlink: Annotated[
        list[str] | None, typer.Option(help="udpout:HOST:PORT or udpin:HOST:PORT, repeatable")
    ] = None,
    home: Annotated[str, typer.Option(help="LAT,LON,ALT of the world's origin")] = DEFAULT_HOME,
    profile: Annotated[Make | None, typer.Option(help="whose behaviour is shown")] = None,
    site_file: Annotated[str, typer.Option(help="site GeoJSON: its origin, and its pad")] = "",
    unit_config: Annotated[str, typer.Option(help="the unit's YAML")] = "",
    gazebo_json: Annotated[str, typer.Option(help="run file; default in PATROL_RUN_DIR")] = "",
    drone: Annotated[int, typer.Option(min=1, help="which of the world's drones")] = 1,
    fdm_port: Annotated[int, typer.Option(help="plugin's command port, without run file")] = 0,
    speedup: Annotated[float, typer.Option(help="rigid body: times real time")] = 1.0,
    param: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, repeatable")] = None,
    ready_s: Annotated[
        float, typer.Option(min=0.0, max=120.0, help="s from boot to armable; 0: the make's")
    ] = 0.0,
    loss: Annotated[float, typer.Option(help="part of packets lost, each way")] = 0.0,
    delay_s: Annotated[float, typer.Option(help="s, one way")] = 0.0,
    system_id: Annotated[
        int, typer.Option(min=0, max=250, help="MAVLink system id; 0: the configured one")
    ] = 0,
    seconds: Annotated[float, typer.Option(help="end by itself; 0: never")] = 0.0,
) -> None:
    """A simulated autopilot (PX4-like or ArduCopter-like) that flies a simulated quadrotor."""
    config = read_config(unit_config, read_parameters(param or []), loss, delay_s, profile, ready_s)
    frame, start = read_place(home, site_file)
    world: RunFile | None = None
    body: Physics
    if physics is PhysicsKind.RIGID_BODY:
        body = RigidBody(
            config.airframe, start=start, wind=config.wind, speedup=speedup, seed=config.seed
        )
    elif fdm_port:
        body = GazeboFdm(fdm_port, fdm_port + 1)
    else:
        folder = Path(gazebo_json).parent if gazebo_json else run_folder()
        world = wait_for_run_file(folder)
        flown = world.drone(drone)
        body = GazeboFdm(flown.command, flown.state)
    if system_id:
        config = config.model_copy(update={"system_id": system_id})
    if config.remote_id.transmitter:
        log.info("a fake transmitter of remote identification is on board; nothing is broadcast")
    addresses = mavlink or ["udpout:127.0.0.1:14540"]
    link = Link([parse_address(a) for a in addresses], config.link, config.seed)
    vehicle = Vehicle(config, PROFILES[config.profile](), frame)
    if isinstance(body, RigidBody):
        body.wind = _wind(config, vehicle.parameters)
        vehicle.air_mps = (body.wind.east_mps, body.wind.north_mps)
    joints = GimbalJoints(world, vehicle.gimbal, world.drone(drone).name) if world else None
    runner = Runner(
        body, vehicle, Station(vehicle, link), link, joints.after_state if joints else None
    )

    def stop(*_: object) -> None:
        runner.stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    log.info("autopilot_started", physics=str(physics), mavlink=",".join(addresses))
    try:
        runner.run(seconds or None)
    finally:
        body.close()
        link.close()
        if joints:
            joints.close()


def main() -> int:
    """Exit code 2 with one sentence for bad input."""
    configure_logging("simulated_autopilot")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(run)
    try:
        app(standalone_mode=False)
    except typer.Exit as ending:
        return ending.exit_code
    except typer.BadParameter as error:
        print(f"simulated_autopilot: {error.format_message()}", file=sys.stderr)
        return 2
    except (ContractError, RuntimeError, OSError) as error:
        print(f"simulated_autopilot: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

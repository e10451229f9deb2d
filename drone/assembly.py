"""A drone put together from its configuration, alike for the node and for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from comms.contracts.beat import Beat
from comms.contracts.config import load_section
from comms.contracts.geodesy import LocalFrame
from comms.contracts.site import Site
from comms.contracts.task import TaskUpdate
from comms.contracts.vehicle import DroneBody
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.execution.desk import Desk
from drone.execution.journal import Journal
from drone.execution.kit import Kit
from drone.link.connection import Vehicle
from drone.missions.estimate import CALM, Air
from drone.missions.planner import Planner
from drone.preflight.weather import WeatherBook, air_of
from drone.record.folders import flights_root
from drone.record.recorder import Recorder


def read_config(unit_config: str | Path | None) -> tuple[DroneConfig, DroneBody]:
    """The drone's sections of the unit's YAML, or their defaults. Raises ContractError."""
    file = unit_config or ""
    return (
        load_section(file, "drone", DroneConfig),
        load_section(file, "drone_body", DroneBody),
    )


def make_vehicle(config: DroneConfig, connect: str = "") -> Vehicle:
    """`connect`: the autopilot's address; empty: as configured."""
    return Vehicle(
        connect or config.connect,
        config.gimbal_rate_hz,
        config.failsafes,
        config.system_id,
        config.remote_id,
    )


def make_planner(
    site: Site,
    config: DroneConfig,
    body: DroneBody,
    wind: Callable[[], Air] = lambda: CALM,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Planner:
    """Over one site, its kiosks' pads with it. `now`: UTC."""
    pads = [kiosk.pad for kiosk in site.kiosks]
    airspace = Airspace.of_site(site, config, now)
    camera = body.camera
    return Planner(airspace, config, camera.horizontal_fov_rad, camera.vertical_fov_rad, pads, wind)


def make_kit(
    vehicle: Vehicle,
    site: Site,
    config: DroneConfig,
    body: DroneBody,
    journal: Journal,
    now: Callable[[], datetime],
    beats: Mapping[str, Beat] | None = None,
) -> Kit:
    """`now`: UTC."""
    weather = WeatherBook(journal.folder, now, config.weather_valid_s)
    return Kit(
        vehicle=vehicle,
        planner=make_planner(site, config, body, partial(air_of, vehicle.view, weather), now),
        site=site,
        frame=LocalFrame(site.origin),  # its own: PROJ is not shared between threads
        config=config,
        journal=journal,
        battery_wh=body.battery_wh,
        weather=weather,
        now=now,
        beats=beats or {},
    )


def make_desk(kit: Kit, on_update: Callable[[TaskUpdate], None]) -> Desk:
    """With a recorder, unless none is configured."""
    desk = Desk(kit, on_update)
    if kit.config.flight_logs_mb > 0:
        desk.recorder = Recorder(kit, flights_root(), kit.config.flight_logs_mb * 1e6)
    return desk

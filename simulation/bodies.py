"""What the unit is made of, from its file, for the world that is built and the bridge that measures
in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from comms.contracts.config import load_section
from comms.contracts.vehicle import DroneBody, KioskBody, RobotBody


@dataclass(frozen=True)
class Bodies:
    robot: RobotBody = field(default_factory=RobotBody)
    drone: DroneBody = field(default_factory=DroneBody)
    kiosk: KioskBody = field(default_factory=KioskBody)


def read_bodies(unit_config: str) -> Bodies:
    """Sections `robot_body`, `drone_body` and `kiosk_body` of the unit's YAML; "" gives the
    defaults.

    Raises FileError when the file cannot be used.
    """
    return Bodies(
        load_section(unit_config, "robot_body", RobotBody),
        load_section(unit_config, "drone_body", DroneBody),
        load_section(unit_config, "kiosk_body", KioskBody),
    )

"""The vehicles' bodies from the unit's file, for the world that is built and the bridge that
measures in it."""

from __future__ import annotations

from comms.contracts.config import load_section
from comms.contracts.vehicle import DroneBody, RobotBody


def read_bodies(unit_config: str) -> tuple[RobotBody, DroneBody]:
    """Sections `robot_body` and `drone_body` of the unit's YAML; "" gives the defaults.

    Raises FileError when the file cannot be used.
    """
    if not unit_config:
        return RobotBody(), DroneBody()
    return (
        load_section(unit_config, "robot_body", RobotBody),
        load_section(unit_config, "drone_body", DroneBody),
    )

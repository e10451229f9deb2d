"""What is told, as the fields of MAVLink's Open Drone ID messages (service "Open Drone ID").

The autopilot adds where the vehicle is (LOCATION) and gives all to the transmitter. A ground
station tells the rest: SYSTEM once a second, since an autopilot that has not heard it for 3 s does
not arm (ArduPilot's `AP_OpenDroneID`), the others every few seconds; transmitters forget them
after about 20 s.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from drone.remote_id.config import IdType, OperatorPlace, RemoteIdConfig

SYSTEM_EVERY_S, OTHERS_EVERY_S = 1.0, 3.0

_ID_TYPES = {
    IdType.NONE: 0,
    IdType.SERIAL: 1,
    IdType.REGISTRATION: 2,
    IdType.UTM: 3,
    IdType.SESSION: 4,
}
_PLACES = {OperatorPlace.TAKE_OFF: 0, OperatorPlace.FIXED: 2}
_EU = 1
_UNKNOWN_M = -1000.0
_EPOCH = datetime(2019, 1, 1, tzinfo=UTC)
_NOBODY_ELSE = [0] * 20

Fields = dict[str, Any]


class OperatorAt(NamedTuple):
    """WGS 84 degrees; metres above the ellipsoid where they are known."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float | None = None


def operator_at(config: RemoteIdConfig, take_off: tuple[float, float] | None) -> OperatorAt | None:
    """Where the person is, or None while that is not known. `take_off`: the autopilot's home,
    degrees; its height above the sea is not the one above the ellipsoid, and is left out.
    """
    if config.operator_place is OperatorPlace.FIXED:
        assert config.latitude_deg is not None and config.longitude_deg is not None  # noqa: PT018
        return OperatorAt(config.latitude_deg, config.longitude_deg, config.altitude_m)
    return OperatorAt(*take_off, config.altitude_m) if take_off is not None else None


def basic_id(config: RemoteIdConfig) -> Fields:
    return {
        "id_or_mac": _NOBODY_ELSE,
        "id_type": _ID_TYPES[config.uas_id_type],
        "ua_type": config.ua_type,
        "uas_id": list(config.uas_id.encode("ascii").ljust(20, b"\0")),
    }


def operator_id(config: RemoteIdConfig) -> Fields:
    return {
        "id_or_mac": _NOBODY_ELSE,
        "operator_id_type": 0,
        "operator_id": config.operator_id,
    }


def self_id(config: RemoteIdConfig) -> Fields:
    return {
        "id_or_mac": _NOBODY_ELSE,
        "description_type": 0,
        "description": config.description,
    }


def system(config: RemoteIdConfig, at: OperatorAt, now: datetime) -> Fields:
    """`now`: UTC; told in whole seconds since 2019."""
    is_eu = config.eu_category > 0 or config.eu_class is not None
    return {
        "id_or_mac": _NOBODY_ELSE,
        "operator_location_type": _PLACES[config.operator_place],
        "classification_type": _EU if is_eu else 0,
        "operator_latitude": round(at.latitude_deg * 1e7),
        "operator_longitude": round(at.longitude_deg * 1e7),
        "area_count": 1,
        "area_radius": 0,
        "area_ceiling": _UNKNOWN_M,
        "area_floor": _UNKNOWN_M,
        "category_eu": config.eu_category,
        "class_eu": 0 if config.eu_class is None else config.eu_class + 1,
        "operator_altitude_geo": _UNKNOWN_M if at.altitude_m is None else at.altitude_m,
        "timestamp": int((now - _EPOCH).total_seconds()),
    }


def others(config: RemoteIdConfig) -> dict[str, Fields]:
    """The messages besides SYSTEM for which there is something to tell, by name."""
    found = {"OPEN_DRONE_ID_SELF_ID": self_id(config)} if config.description else {}
    if config.uas_id:
        found["OPEN_DRONE_ID_BASIC_ID"] = basic_id(config)
    if config.operator_id:
        found["OPEN_DRONE_ID_OPERATOR_ID"] = operator_id(config)
    return found

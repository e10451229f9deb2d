"""The state of one vehicle of a unit, as telemetry carries it, and the record of a visit."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.place import GeoPoint
from comms.contracts.task import Vehicle


class PreflightItem(BaseModel):
    """One line of a pre-flight list."""

    model_config = ConfigDict(frozen=True)

    name: str
    ok: bool
    detail: str = ""
    caution: bool = Field(
        default=False, description="it may fly, and who approves must know; only where ok"
    )


class VehicleState(BaseModel):
    """Field for field patrol_interfaces/UnitState."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    vehicle: Vehicle
    position: GeoPoint
    position_covariance: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    heading_rad: float = Field(description="ENU yaw: 0 is east, counter-clockwise")
    speed_mps: float = 0.0
    height_m: float = 0.0
    battery_fraction: float | None = None
    mode: str = ""
    detail: str = ""
    task_id: str = ""
    estop: bool = False
    safety: str = ""
    localized: bool = True
    connected: bool = True
    route: tuple[GeoPoint, ...] = ()
    preflight: tuple[PreflightItem, ...] = ()


class UnitState(BaseModel):
    """A unit as the command centre knows it: its vehicles' newest states."""

    model_config = ConfigDict(frozen=True)

    unit_id: str
    site_id: str = ""
    connected: bool = False
    last_word: datetime | None = None
    vehicles: tuple[VehicleState, ...] = ()


class CheckpointVisit(BaseModel):
    """The record of one visit to one checkpoint."""

    model_config = ConfigDict(frozen=True)

    visit_id: str
    task_id: str
    beat_id: str
    checkpoint_id: str
    index: int
    arrived: datetime
    left: datetime
    actions_done: tuple[str, ...] = ()
    position: GeoPoint
    picture_jpeg: bytes = b""

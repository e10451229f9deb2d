"""A finding: one thing that perception saw, with its place, its life and its picture."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.place import GeoPoint


class Source(StrEnum):
    """Whose camera saw it: a vehicle's, or the one that is fixed to the kiosk."""

    ROBOT = "robot"
    DRONE = "drone"
    KIOSK = "kiosk"


class FindingPhase(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    ENDED = "ended"


class Finding(BaseModel):
    """One revision of one finding. `finding_id` and `revision` together are unique."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    finding_id: str
    revision: int = Field(ge=0)
    phase: FindingPhase
    kind: str = Field(description="person, vehicle, ...")
    label: str = Field(default="", description="the detector's class name")
    confidence: float = Field(ge=0, le=1)
    reason: str = Field(default="", description="one sentence for a person")
    source: Source
    first_seen: datetime
    last_seen: datetime
    position: GeoPoint
    position_covariance: tuple[float, float, float, float] = Field(
        description="east-north, m^2, row-major"
    )
    count: int = Field(default=1, ge=0, description="frames in which it was seen")
    snapshot_jpeg: bytes = Field(default=b"", description="blurred; empty: none with this revision")

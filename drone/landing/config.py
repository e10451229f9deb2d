"""What the precision landing is asked to keep to: heights, speeds, patience."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class LandingConfig(BaseModel):
    """Heights are those of the vehicle over the board. Defaults fit a board of 0.94 m."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    board_side_m: float = Field(
        default=0.94, ge=0.1, le=5, description="m, the whole white board as it was printed"
    )
    camera_latency_s: float = Field(
        default=0.1, ge=0, le=2, description="s from exposure until a picture arrives here"
    )
    search_height_m: float = Field(
        default=9.0, ge=2, le=30, description="m; looked for from here, and climbed to for a retry"
    )
    search_s: float = Field(default=8.0, ge=1, le=120, description="s that a search may take")
    retries: int = Field(default=2, ge=0, le=10, description="climbs after a lost board")
    lost_s: float = Field(
        default=1.5, ge=0.2, le=10, description="s without the board until the descent stops"
    )
    climb_after_s: float = Field(
        default=4.0, ge=0.5, le=30, description="s without the board until it climbs again"
    )
    total_s: float = Field(default=120.0, ge=20, le=600, description="s that all of it may take")
    approach_mps: float = Field(default=1.5, gt=0.1, le=5, description="m/s sideways at most")
    descend_mps: float = Field(default=1.0, gt=0.1, le=3, description="m/s from high up")
    slow_descend_mps: float = Field(default=0.35, gt=0.05, le=2, description="m/s below 2 m")
    climb_mps: float = Field(default=1.5, gt=0.1, le=5, description="m/s for a retry")
    gain_per_s: float = Field(
        default=0.7, gt=0.05, le=3, description="m/s sideways for each metre off the middle"
    )
    centred_m: float = Field(
        default=0.12, gt=0.02, le=2, description="m off the middle at which the last part begins"
    )
    cone: float = Field(
        default=0.15, ge=0, le=1, description="m that it may be off for each metre of height more"
    )
    touch_height_m: float = Field(
        default=0.7,
        ge=0.2,
        le=3,
        description="m at which the autopilot's own landing takes the last bit",
    )

"""The parameters of the collision monitor: section `safety` of the unit's YAML file.

What is passed to the base never exceeds these; what is not heard of within these times stops it.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SafetyConfig(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rate_hz: float = Field(default=20.0, ge=10, le=100, description="1/s, commands to the base")
    # Limits
    max_speed_mps: float = Field(default=1.5, gt=0, le=5, description="m/s, either way")
    max_reverse_mps: float = Field(default=0.4, gt=0, le=5, description="m/s backwards")
    max_turn_radps: float = Field(default=1.5, gt=0, le=6, description="rad/s")
    # What the base can do
    reaction_s: float = Field(
        default=0.30, gt=0, le=2, description="s from a thing's appearing to the brakes' biting"
    )
    brake_mps2: float = Field(default=0.8, gt=0.05, le=10, description="m/s2, counted on")
    turn_brake_radps2: float = Field(default=2.0, gt=0.05, le=50, description="rad/s2, counted on")
    # Zones
    stop_m: float = Field(
        default=0.35, ge=0.05, le=2, description="m kept free in the direction of motion, at rest"
    )
    stop_s: float = Field(default=0.20, ge=0, le=2, description="s: stop zone grows with the speed")
    stop_aside_m: float = Field(
        default=0.05, ge=0, le=1, description="m that the stop zone is wider to either side"
    )
    margin_m: float = Field(default=0.06, ge=0.02, le=1, description="m kept free of the hull")
    creep_mps: float = Field(
        default=0.15, gt=0, le=1, description="m/s away from what is inside the margin"
    )
    creep_radps: float = Field(default=0.5, gt=0, le=3, description="rad/s, the same")
    slow_m: float = Field(default=0.8, ge=0, le=10, description="m ahead: slow zone, at rest")
    slow_s: float = Field(default=1.0, ge=0, le=5, description="s: slow zone grows with the speed")
    slow_aside_m: float = Field(default=0.30, ge=0, le=3, description="m to either side")
    slow_mps: float = Field(default=0.35, gt=0, le=3, description="m/s at the slow zone's near end")
    crawl_mps: float = Field(
        default=0.03, gt=0, le=0.2, description="m/s, slower than this is standing"
    )
    keep_out_margin_m: float = Field(default=0.15, ge=0, le=5, description="m to keep-out areas")
    bumper_mps: float = Field(default=0.15, gt=0, le=0.5, description="m/s away from a contact")
    bumper_radps: float = Field(default=0.3, ge=0, le=1, description="rad/s, the same")
    bumper_hold_s: float = Field(default=0.5, ge=0, le=10, description="s a contact counts on")
    blind_share: float = Field(
        default=0.5, gt=0, le=1, description="share of invalid lidar rays that counts as blind"
    )
    # Freshness
    scan_age_s: float = Field(default=0.5, gt=0.05, le=2, description="s, lidar")
    command_age_s: float = Field(default=0.3, gt=0.05, le=2, description="s, velocity command")
    odometry_age_s: float = Field(default=0.5, gt=0.05, le=2, description="s, localisation's pose")
    bumper_age_s: float = Field(default=1.0, gt=0.05, le=5, description="s, contact sensor")
    status_age_s: float = Field(default=3.0, gt=1, le=10, description="s, localisation's status")
    clock_stall_s: float = Field(
        default=0.5, gt=0.1, le=5, description="s without progress of simulated time: it stands"
    )

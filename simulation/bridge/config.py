"""Configuration of the simulated sensors and base: section `simulation` of the unit's YAML."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BridgeConfig(BaseModel):
    """What the simulated parts do that Gazebo does not know of: noise, battery, watchdog."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gnss_correlation_s: float = Field(
        default=0.0, ge=0, le=3600, description="time constant of the fix's error; 0: white"
    )
    gnss_jump_m: float = Field(
        default=0.0, ge=0, le=100, description="m, how far a reflection bends a fix; 0: none do"
    )
    gnss_jump_every_s: float = Field(
        default=40.0, gt=0, le=3600, description="mean s between two reflections"
    )
    gnss_jump_s: float = Field(
        default=12.0, gt=0, le=600, description="mean s that a reflection lasts"
    )
    gyro_sigma_radps: float = Field(default=0.002, ge=0, le=1, description="white, per sample")
    gyro_bias_sigma_radps: float = Field(default=0.001, ge=0, le=1, description="drawn at start")
    accel_sigma_mps2: float = Field(default=0.02, ge=0, le=10, description="white, per sample")
    heading_sigma_rad: float = Field(
        default=0.01, ge=0, le=1, description="white error of the IMU's heading"
    )
    heading_bias_sigma_rad: float = Field(
        default=0.02, ge=0, le=1, description="constant error of the IMU's heading, drawn at start"
    )
    command_silence_s: float = Field(
        default=0.25, gt=0.02, le=2, description="wheels stop when cmd_vel is silent for so long"
    )
    battery_start_fraction: float = Field(
        default=0.95, gt=0, le=1, description="0..1, charge at the start"
    )
    battery_idle_w: float = Field(default=35.0, ge=0, description="computer and sensors")
    battery_drive_w_per_mps: float = Field(default=70.0, ge=0, description="per m/s of speed")
    battery_charge_w: float = Field(default=250.0, ge=0, description="while docked")
    battery_voltage_full_v: float = Field(default=29.0, gt=0, description="V when full")
    battery_voltage_empty_v: float = Field(default=22.0, gt=0, description="V when empty")
    dock_reach_m: float = Field(default=0.4, gt=0, le=5, description="charges within so far")

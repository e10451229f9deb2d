"""The parameters of localisation: section `localization` of the unit's YAML file.

Every number that shapes the filter stands here with its unit and its reason; the defaults fit a
differential drive of a metre per second with an ordinary MEMS gyro.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class InitialPose(BaseModel):
    """A pose in `map` to start from instead of the kiosk's dock."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    east_m: float = Field(description="m east of the site's origin")
    north_m: float = Field(description="m north of the site's origin")
    heading_rad: float = Field(description="rad, ENU yaw")


class LocalizationConfig(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    rate_hz: float = Field(default=20.0, ge=5, le=100, description="1/s, odometry and transforms")
    # Start
    initial_pose: InitialPose | None = Field(
        default=None, description="where the robot starts; null: the dock of the site's first kiosk"
    )
    initial_sigma_m: float = Field(
        default=0.5, gt=0, le=50, description="m, 1 sigma per axis of that pose"
    )
    initial_sigma_rad: float = Field(
        default=0.15, gt=0, le=1, description="rad, 1 sigma of its heading"
    )
    gnss_wait_s: float = Field(
        default=5.0, ge=0, le=120, description="s to wait for GNSS to confirm the start pose"
    )
    memory_period_s: float = Field(default=0.5, gt=0.05, le=60, description="s between saved poses")
    memory_age_s: float = Field(
        default=900.0,
        ge=0,
        le=86400,
        description="s, a saved pose of an earlier run is not used when older",
    )
    # Process: how fast things may change
    accel_noise: float = Field(default=0.30, gt=0, le=5, description="m/s per sqrt(s), speed")
    turn_accel_noise: float = Field(
        default=1.0, gt=0, le=20, description="rad/s per sqrt(s), yaw rate"
    )
    slip_noise: float = Field(
        default=0.02, ge=0, le=1, description="m per sqrt(m), sideways and along"
    )
    turn_noise: float = Field(default=0.004, ge=0, le=0.5, description="rad per sqrt(rad) turned")
    gyro_bias_sigma: float = Field(
        default=0.02, gt=0, le=1, description="rad/s, 1 sigma at the start"
    )
    gyro_bias_drift: float = Field(default=5e-5, ge=0, le=0.01, description="rad/s per sqrt(s)")
    wheel_scale_sigma: float = Field(
        default=0.02, gt=0, le=0.3, description="1 sigma of wheel size, ratio"
    )
    wheel_scale_drift: float = Field(default=1e-4, ge=0, le=0.01, description="ratio per sqrt(s)")
    # Walls: the lidar's scans over the site's outlines
    map_file: str = Field(
        default="",
        description="a map in Nav2's format, in the site's metres; empty: the site's outlines",
    )
    scan_period_s: float = Field(
        default=0.25, ge=0.05, le=10, description="s between scans that are laid over the walls"
    )
    outline_sigma_m: float = Field(
        default=0.10, gt=0, le=5, description="m, 1 sigma, how well the outlines are known"
    )
    walls_patience_s: float = Field(
        default=3.0, gt=0, le=60, description="s of walls that do not fit until the robot is lost"
    )
    search_period_s: float = Field(
        default=1.0, gt=0, le=60, description="s between searches while the robot is lost"
    )
    # Measurements: floors under what the sensors say of themselves
    wheel_speed_sigma: float = Field(default=0.02, gt=0, le=1, description="m/s, floor and default")
    wheel_turn_sigma: float = Field(
        default=0.05, gt=0, le=2, description="rad/s, floor and default"
    )
    gyro_sigma: float = Field(default=0.004, gt=0, le=1, description="rad/s, floor and default")
    gnss_sigma_floor_m: float = Field(
        default=0.02, gt=0, le=5, description="m, nothing is trusted more"
    )
    gnss_sigma_unknown_m: float = Field(
        default=3.0, gt=0, le=50, description="m, for a receiver that gives no covariance"
    )
    gnss_correlated: float = Field(
        default=0.5, ge=0, le=0.95, description="share of the GNSS variance that lasts (not white)"
    )
    gnss_correlation_s: float = Field(
        default=60.0, gt=1, le=3600, description="s, how long it lasts"
    )
    antenna_x_m: float = Field(
        default=0.0, ge=-3, le=3, description="m, GNSS antenna ahead of base_link"
    )
    antenna_y_m: float = Field(
        default=0.0, ge=-3, le=3, description="m, GNSS antenna left of base_link"
    )
    # Doubt
    gate_chi2: float = Field(
        default=13.8, gt=1, le=100, description="gate of a fix (2 dof; 13.8 is 99.9 %)"
    )
    patience_s: float = Field(
        default=10.0,
        gt=1,
        le=120,
        description="s of refused but consistent fixes until they are believed",
    )
    lost_sigma_m: float = Field(
        default=2.0, gt=0.1, le=100, description="m, larger sigma is 'lost'"
    )
    lost_sigma_rad: float = Field(
        default=0.35, gt=0.01, le=3, description="rad, larger sigma is 'lost'"
    )
    silent_s: float = Field(
        default=0.5, gt=0.05, le=5, description="s, wheels and IMU silent that long: lost"
    )
    gnss_silent_s: float = Field(
        default=5.0, gt=0.5, le=600, description="s without a fix until WARN"
    )
    tipped_rad: float = Field(
        default=0.45, gt=0.1, le=1.5, description="rad, steeper tilt is an error"
    )
    # Stamps
    history_s: float = Field(
        default=1.0, gt=0.1, le=5, description="s, older measurements come too late"
    )
    ahead_s: float = Field(
        default=0.2, ge=0, le=1, description="s the output is predicted past the input"
    )
    max_speed_mps: float = Field(
        default=2.0, gt=0.1, le=10, description="m/s, for what a gap may hide"
    )

"""The parameters of navigation: section `navigation` of the unit's YAML file.

Every number that shapes how the robot drives stands here, with its unit and its reason, so that
the code of the planner and of the controller holds none.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class NavigationConfig(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    # Route
    snap_m: float = Field(0.5, ge=0, le=5, description="walkways this near to each other meet")
    connect_m: float = Field(40.0, gt=0, le=500, description="longest way to a walkway")
    solid_clearance_m: float = Field(
        0.40, ge=0, le=3, description="m from the route to buildings and keep-outs"
    )
    crossing_cost: float = Field(
        1.5, ge=1, le=100, description="a metre of crossing counts so much"
    )
    off_walkway_cost: float = Field(
        3.0, ge=1, le=100, description="a metre beside walkways, so much"
    )
    path_spacing_m: float = Field(0.25, gt=0.05, le=1, description="m between points of the path")
    corner_m: float = Field(0.8, ge=0, le=3, description="m, filter that rounds corners")
    grid_m: float = Field(0.25, gt=0.05, le=1, description="m, cell of the free-space search")
    grid_span_m: float = Field(160.0, gt=10, le=1000, description="m, widest free-space search")
    closing_ahead_s: float = Field(
        120.0, ge=0, le=3600, description="s before an area closes that it counts as closed"
    )
    # Costmap
    costmap_size_m: float = Field(10.0, gt=4, le=40, description="m, side of the rolling square")
    costmap_cell_m: float = Field(0.1, gt=0.02, le=0.5, description="m, its cell")
    scan_memory_s: float = Field(0.45, gt=0, le=5, description="s that a lidar point stays")
    # Controller
    rate_hz: float = Field(20.0, ge=2, le=50, description="control steps a second")
    cruise_mps: float = Field(1.0, gt=0, le=3, description="m/s where nothing is near")
    near_mps: float = Field(0.8, gt=0, le=3, description="m/s at most near obstacles and people")
    near_m: float = Field(0.9, ge=0, le=5, description="m from the hull that count as near")
    accel_mps2: float = Field(0.7, gt=0, le=5, description="m/s2, speeding up")
    brake_mps2: float = Field(1.0, gt=0, le=8, description="m/s2, slowing down")
    turn_radps: float = Field(1.0, gt=0, le=4, description="rad/s at most")
    spin_radps: float = Field(0.6, gt=0, le=4, description="rad/s at most, turning on the spot")
    turn_accel_radps2: float = Field(2.0, gt=0, le=20, description="rad/s2")
    horizon_s: float = Field(3.0, gt=0.5, le=10, description="s that the controller looks ahead")
    step_s: float = Field(0.15, gt=0.02, le=1, description="s between the states it looks at")
    aside_m: float = Field(1.6, ge=0, le=5, description="m it may leave the path to either side")
    hard_clearance_m: float = Field(0.12, ge=0, le=1, description="m from the hull, never less")
    soft_clearance_m: float = Field(0.60, ge=0, le=3, description="m from the hull, liked")
    person_clearance_m: float = Field(0.35, ge=0, le=3, description="m, hard, to what moves")
    # Arrival
    tolerance_m: float = Field(0.30, gt=0.02, le=2, description="m, default goal tolerance")
    heading_tolerance_rad: float = Field(0.08, gt=0.005, le=1, description="rad, where asked for")
    # Recovery
    wait_s: float = Field(6.0, ge=0, le=120, description="s to wait before trying anything else")
    stuck_s: float = Field(2.0, gt=0.2, le=30, description="s without progress count as stuck")
    back_off_m: float = Field(0.5, ge=0, le=3, description="m to back off")
    back_off_mps: float = Field(0.2, gt=0.02, le=1, description="m/s while backing off")
    max_replans: int = Field(3, ge=0, le=20, description="ways around tried before giving up")
    input_age_s: float = Field(0.6, gt=0.05, le=5, description="s, older scan or position: stand")

"""The `drone` section of the unit's YAML: every limit and figure of the room, with its unit."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drone.landing.config import LandingConfig
from drone.link.failsafe_config import FailsafeConfig
from drone.remote_id.config import RemoteIdConfig


class DroneConfig(BaseModel):
    """Defaults fit a small quadrotor of about 1.5 kg over a city block."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    connect: str = Field(
        default="udpin://0.0.0.0:14540",
        description="autopilot: udpin://, udpout://, tcpin://, tcpout:// or serial://device:baud",
    )
    system_id: int = Field(
        default=0,
        ge=0,
        le=250,
        description="MAVLink system id of our vehicle on that line; 0: the only one that is there",
    )
    remote_id: RemoteIdConfig = RemoteIdConfig()
    max_height_m: float = Field(
        default=120.0, gt=5, le=500, description="legal ceiling, above the take-off ground"
    )
    transit_height_m: float = Field(
        default=30.0, ge=5, le=200, description="lowest height of a transit between places"
    )
    takeoff_height_m: float = Field(
        default=5.0, ge=2, le=30, description="climbed to at once; the mission goes on from there"
    )
    building_clearance_m: float = Field(
        default=6.0, ge=1, le=50, description="sideways from a building's outline"
    )
    building_over_m: float = Field(
        default=8.0, ge=1, le=50, description="above a building's roof or a tree's top"
    )
    no_fly_margin_m: float = Field(
        default=5.0, ge=0, le=100, description="kept from a no-fly area, sideways and up or down"
    )
    tree_radius_m: float = Field(
        default=3.0, ge=0.5, le=20, description="crown and clearance around a tree's trunk"
    )
    ground_clearance_m: float = Field(
        default=15.0,
        ge=2,
        le=100,
        description="over the ground on the way, where the site says how it rises and falls",
    )
    airspace_ahead_s: float = Field(
        default=1800.0,
        ge=0,
        le=86400,
        description="an area that closes within this time counts as closed: as long as a flight",
    )
    boundary_margin_m: float = Field(
        default=5.0, ge=0, le=100, description="kept inside the site's boundary"
    )
    cruise_mps: float = Field(default=8.0, gt=0.5, le=25, description="speed of a transit")
    orbit_mps: float = Field(default=4.0, gt=0.5, le=15, description="highest speed on an orbit")
    survey_mps: float = Field(
        default=6.0, gt=0.5, le=15, description="speed over an area, along a way, in a search"
    )
    max_airspeed_mps: float = Field(
        default=14.0, gt=1, le=40, description="through the air, for legs against the wind"
    )
    shorten: bool = Field(
        default=True, description="fly as much of an area or a way as the battery holds"
    )
    max_speed_mps: float = Field(
        default=12.0, gt=0.5, le=25, description="highest speed that may be asked for in flight"
    )
    climb_mps: float = Field(default=2.5, gt=0.2, le=10, description="assumed for the estimates")
    descend_mps: float = Field(default=1.2, gt=0.2, le=10, description="assumed for the estimates")
    detour_weight: float = Field(
        default=8.0,
        ge=1,
        le=100,
        description="a metre around costs this times a metre straight on; above 1: rather over",
    )
    orbit_radius_change: float = Field(
        default=0.5, ge=0, le=1, description="share by which a blocked orbit's radius may change"
    )
    hover_power_w: float = Field(default=190.0, gt=1, le=20_000, description="at a hover")
    cruise_power_w: float = Field(default=210.0, gt=1, le=20_000, description="in level flight")
    climb_power_w: float = Field(default=260.0, gt=1, le=20_000, description="while climbing")
    reserve_fraction: float = Field(
        default=0.25, ge=0.05, le=0.9, description="of the battery, left at landing"
    )
    min_battery_fraction: float = Field(
        default=0.4, ge=0.1, le=1, description="needed for a take-off, whatever the flight"
    )
    max_wind_mps: float = Field(
        default=10.0,
        gt=1,
        le=40,
        description="by the autopilot's own estimate: above it no take-off, and it comes home",
    )
    max_gust_mps: float = Field(
        default=14.0, gt=1, le=60, description="as a person tells it: above it no take-off"
    )
    fly_in_rain: bool = Field(
        default=False, description="whether it takes off in rain that is told"
    )
    min_visibility_m: float = Field(
        default=1000.0, ge=0, le=100_000, description="as a person tells it: below it no take-off"
    )
    weather_valid_s: float = Field(
        default=3600.0, ge=60, le=86400, description="how long a person's word on weather counts"
    )
    pad_sight_m: float = Field(
        default=15.0, gt=0, le=100, description="from so near the robot's camera sees the pad"
    )
    min_storage_mb: float = Field(
        default=200.0, ge=1, le=1e6, description="free on the disk that keeps the flight's record"
    )
    pad_clear_m: float = Field(
        default=4.0, ge=0, le=50, description="no person within this of the take-off place; 0: off"
    )
    pad_watch_s: float = Field(
        default=20.0, gt=0, le=120, description="how long a report of a person there counts"
    )
    max_home_offset_m: float = Field(
        default=5.0, gt=0, le=100, description="autopilot's home from where the vehicle stands"
    )
    gnss_land_after_s: float = Field(
        default=15.0, ge=2, le=120, description="without a satellite position it lands"
    )
    landing: str = Field(
        default="return",
        pattern="^(return|land|precision)$",
        description="last item, over the pad: the autopilot's own return, a landing there, or "
        "precision: the return, until the camera sees the board on the pad and takes over",
    )
    precision: LandingConfig = LandingConfig()
    failsafes: FailsafeConfig = FailsafeConfig()
    geofence: bool = Field(default=True, description="upload the boundary and the no-fly columns")
    geofence_required: bool = Field(
        default=False, description="no take-off where the vehicle does not take or watch the fence"
    )
    rally_points: bool = Field(default=False, description="upload the kiosks' pads as rally points")
    set_return_height: bool = Field(
        default=True,
        description="set the autopilot's own return height above the roofs on the way home",
    )
    camera_pitch_rad: float = Field(
        default=0.5,
        ge=-1.57,
        le=1.58,
        description="assumed without a gimbal's word; positive is down",
    )
    camera_trigger: bool = Field(
        default=False,
        description="a MAVLink camera takes pictures along the strips of surveys, corridors and "
        "searches",
    )
    photos_mb: float = Field(
        default=200.0, ge=1, le=100_000, description="disk for photos, above which the oldest go"
    )
    gimbal_rate_hz: float = Field(
        default=10.0, ge=0, le=50, description="asked of the gimbal; 0: none"
    )
    flight_logs_mb: float = Field(
        default=500.0,
        ge=0,
        le=1_000_000,
        description="disk for the logs of flights, above which the oldest go; 0: none are written",
    )

"""A site: what stands where, in the site's own metres, as read from the user's GeoJSON.

Everything here is already WGS 84 and local ENU; the reader (`site_reader`) does the conversion.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.geodesy import LocalFrame
from comms.contracts.in_force import Period
from comms.contracts.place import GeoPoint

Xy = tuple[float, float]


class Datum(StrEnum):
    """What a file's coordinates refer to. Inside, everything is WGS 84."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ02"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    feature_id: str = Field(description="the feature's id in the file, or its number")
    name: str = Field(default="", description="for a person; English")
    name_zh: str = Field(default="", description="for a person; Chinese")


class Building(Frozen):
    ring: tuple[Xy, ...] = Field(description="outline, map ENU m, closed, counter-clockwise")
    height_m: float = Field(gt=0, le=1000, description="above the ground")


class Walkway(Frozen):
    """A pavement, path or crossing on which the robot may drive."""

    line: tuple[Xy, ...] = Field(description="centre line, map ENU m")
    width_m: float = Field(default=3.0, gt=0.5, le=50)
    is_crossing: bool = False


class Road(Frozen):
    line: tuple[Xy, ...]
    width_m: float = Field(default=7.0, gt=1, le=100)


class Area(Frozen):
    """A plaza (drivable) or a lawn."""

    ring: tuple[Xy, ...]


class KeepOut(Area):
    """Never entered by the robot while it applies."""

    applies: tuple[Period, ...] = Field(default=(), description="when; none: always")


class NoFly(Frozen):
    ring: tuple[Xy, ...]
    floor_m: float = Field(default=0.0, description="above ground, from here up it is closed")
    ceiling_m: float = Field(default=10_000.0, description="above ground, up to here it is closed")
    applies: tuple[Period, ...] = Field(default=(), description="when; none: always")


class Ceiling(Frozen):
    """An area with a height limit of its own."""

    ring: tuple[Xy, ...]
    ceiling_m: float = Field(gt=0, le=10_000, description="above ground, up to here it is open")
    applies: tuple[Period, ...] = Field(default=(), description="when; none: always")


class HeightLine(Frozen):
    """A contour line, or one place: how high the ground is there."""

    line: tuple[Xy, ...] = Field(min_length=1)
    up_m: float = Field(ge=-9000, le=9000, description="above the ground at the map's origin")


class Tree(Frozen):
    at: Xy
    height_m: float = Field(default=6.0, gt=0, le=60)
    trunk_radius_m: float = Field(default=0.15, gt=0, le=2)


class ParkedCar(Frozen):
    at: Xy
    heading_rad: float = Field(default=0.0, description="ENU yaw")


class Kiosk(Frozen):
    """The smart police kiosk: the robot's dock and, beside it, the drone's pad."""

    at: Xy
    heading_rad: float = Field(default=0.0, description="ENU yaw in which the dock's front looks")
    dock: Xy = Field(description="where the robot stands when docked, map ENU m")
    pad: Xy = Field(description="where the drone stands, map ENU m")


class Site(BaseModel):
    """A beat's whole surroundings. `frame` turns WGS 84 into `map` ENU metres and back."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    site_id: str
    name: str
    name_zh: str = ""
    source: str = Field(default="", description="the file it came from")
    origin: GeoPoint = Field(description="origin of the map frame; altitude_m is the ground there")
    frame: LocalFrame
    boundary: tuple[Xy, ...] = Field(description="ring around all of it, map ENU m")
    buildings: tuple[Building, ...] = ()
    walkways: tuple[Walkway, ...] = ()
    roads: tuple[Road, ...] = ()
    plazas: tuple[Area, ...] = ()
    lawns: tuple[Area, ...] = ()
    keep_outs: tuple[KeepOut, ...] = ()
    no_fly: tuple[NoFly, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    heights: tuple[HeightLine, ...] = Field(default=(), description="none: the ground is level")
    trees: tuple[Tree, ...] = ()
    cars: tuple[ParkedCar, ...] = ()
    kiosks: tuple[Kiosk, ...] = ()
    left_out: dict[str, int] = Field(
        default={}, description="features of OpenStreetMap without a meaning here: tag, how many"
    )

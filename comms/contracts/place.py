"""Places: a point on the earth and a point in a site's own metres."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class GeoPoint(BaseModel):
    """A place on the WGS 84 ellipsoid."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    latitude_deg: float = Field(ge=-90, le=90, description="degrees, north positive")
    longitude_deg: float = Field(ge=-180, le=180, description="degrees, east positive")
    altitude_m: float | None = Field(
        default=None, description="metres above the WGS 84 ellipsoid; None: not known"
    )


class Enu(NamedTuple):
    """A place in a site's local frame (`map`): metres east, north and up of the site's origin."""

    east_m: float
    north_m: float
    up_m: float = 0.0

"""All the geodesy there is: WGS 84 to local east-north-up metres and back.

Nothing else in the house computes with latitudes. PROJ (pyproj) does the work; other datums are
turned into WGS 84 at the edge by `datums`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from comms.contracts.place import Enu, GeoPoint


class LocalFrame:
    """The site's `map` frame: east-north-up metres on the plane that touches the ellipsoid at
    `origin`.

    PROJ's topocentric conversion (EPSG method 9837). `up_m` is the height above that plane; a point
    without altitude is taken at the origin's height above the ellipsoid.
    """

    def __init__(self, origin: GeoPoint) -> None:
        self.origin = origin
        self._ground_m = origin.altitude_m or 0.0
        self._transform = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            "+step +proj=cart +ellps=WGS84 "
            f"+step +proj=topocentric +ellps=WGS84 +lat_0={origin.latitude_deg!r} "
            f"+lon_0={origin.longitude_deg!r} +h_0={self._ground_m!r}"
        )

    def to_enu(self, point: GeoPoint) -> Enu:
        """`point` in map metres."""
        height = self._ground_m if point.altitude_m is None else point.altitude_m
        east, north, up = self._transform.transform(point.longitude_deg, point.latitude_deg, height)
        if not math.isfinite(east):
            raise ValueError(f"{point} has no place in the frame of {self.origin}")
        return Enu(east, north, up)

    def to_geo(self, east_m: float, north_m: float, up_m: float = 0.0) -> GeoPoint:
        """The place of a point in map metres."""
        longitude, latitude, altitude = self._transform.transform(
            east_m, north_m, up_m, direction="INVERSE"
        )
        return GeoPoint(latitude_deg=latitude, longitude_deg=longitude, altitude_m=altitude)

    def to_xy(self, longitude_latitude: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) longitudes and latitudes (degrees, on the ground) as (n, 2) east and north (m)."""
        lonlat = np.asarray(longitude_latitude, float).reshape(-1, 2)
        east, north, _ = self._transform.transform(
            lonlat[:, 0], lonlat[:, 1], np.full(len(lonlat), self._ground_m)
        )
        return np.column_stack([east, north])

"""Coordinates as other people's maps have them, in and out: CGCS2000, GCJ-02, projected metres.

Conversion happens here and only here, explicitly, at the edge: inside everything is WGS 84.
GCJ-02 is the offset that Chinese map services apply; its formula is the widely published one
(Krasovsky 1940 ellipsoid, polynomial and sine terms). CGCS2000 and WGS 84 differ by less than a
metre of plate motion and by 0.1 mm of ellipsoid; PROJ's transformation between them is used as it
is.
"""

from __future__ import annotations

import math
import re
from functools import cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from comms.contracts.errors import ContractError

LonLat = tuple[float, float]

_A = 6378245.0
_EE = 0.00669342162296594323
_NAMED = {"WGS84": "EPSG:4326", "CGCS2000": "EPSG:4490"}


def to_wgs84(x: float, y: float, datum: str) -> LonLat:
    """A coordinate pair in `datum` as WGS 84 (longitude, latitude) in degrees.

    `datum`: "WGS84", "CGCS2000", "GCJ02" (x longitude, y latitude, degrees) or "EPSG:<code>", for
    instance EPSG:32651 (UTM 51N) or EPSG:4549 (CGCS2000 / Gauss-Krüger, central meridian 120°E),
    x easting and y northing in metres. Raises ContractError for an unknown datum.
    """
    name = normalise(datum)
    if name == "WGS84":
        return x, y
    if name == "GCJ02":
        return gcj02_to_wgs84(x, y)
    longitude, latitude = _transformer(name).transform(x, y)
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ContractError(f"({x}, {y}) is not a place in {name}")
    return longitude, latitude


def from_wgs84(longitude: float, latitude: float, datum: str) -> tuple[float, float]:
    """The inverse of `to_wgs84`."""
    name = normalise(datum)
    if name == "WGS84":
        return longitude, latitude
    if name == "GCJ02":
        return wgs84_to_gcj02(longitude, latitude)
    x, y = _transformer(name).transform(longitude, latitude, direction="INVERSE")
    return x, y


def normalise(datum: str) -> str:
    """The one spelling of a datum's name; raises ContractError when it is not known."""
    name = datum.strip().upper().replace("-", "").replace(" ", "")
    if name in ("WGS84", "CGCS2000", "GCJ02"):
        return name
    if re.fullmatch(r"EPSG:\d+", name):
        _transformer(name)
        return name
    raise ContractError(
        f"the datum {datum!r} is not known; use WGS84, CGCS2000, GCJ02 or EPSG:<code>"
    )


@cache
def _transformer(name: str) -> Transformer:
    try:
        return Transformer.from_crs(CRS(_NAMED.get(name, name)), CRS(4326), always_xy=True)
    except CRSError:
        raise ContractError(f"{name} is not a coordinate system that PROJ knows") from None


def is_in_china(longitude: float, latitude: float) -> bool:
    """The rectangle in which GCJ-02 is defined; outside it equals WGS 84."""
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def wgs84_to_gcj02(longitude: float, latitude: float) -> LonLat:
    """WGS 84 degrees to GCJ-02 degrees."""
    if not is_in_china(longitude, latitude):
        return longitude, latitude
    x, y = longitude - 105.0, latitude - 35.0
    root = math.sqrt(abs(x))
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    d_lat += (
        (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    )
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    d_lon += (
        (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    )
    phi = math.radians(latitude)
    magic = 1.0 - _EE * math.sin(phi) ** 2
    d_lat = d_lat * 180.0 / ((_A * (1.0 - _EE)) / (magic * math.sqrt(magic)) * math.pi)
    d_lon = d_lon * 180.0 / (_A / math.sqrt(magic) * math.cos(phi) * math.pi)
    return longitude + d_lon, latitude + d_lat


def gcj02_to_wgs84(longitude: float, latitude: float) -> LonLat:
    """GCJ-02 degrees to WGS 84 degrees, by fixed-point iteration to better than 1e-9 degrees."""
    lon, lat = longitude, latitude
    for _ in range(20):
        there_lon, there_lat = wgs84_to_gcj02(lon, lat)
        step_lon, step_lat = longitude - there_lon, latitude - there_lat
        lon, lat = lon + step_lon, lat + step_lat
        if abs(step_lon) < 1e-10 and abs(step_lat) < 1e-10:
            break
    return lon, lat

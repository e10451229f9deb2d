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
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from comms.contracts.errors import ContractError

LonLat = tuple[float, float]
Floats = NDArray[np.float64]

_A = 6378245.0
_EE = 0.00669342162296594323
_NAMED = {"WGS84": "EPSG:4326", "CGCS2000": "EPSG:4490"}
_OF_CODE = {code: name for name, code in _NAMED.items()}


def to_wgs84(x: float, y: float, datum: str) -> LonLat:
    """A coordinate pair in `datum` as WGS 84 (longitude, latitude) in degrees.

    `datum`: "WGS84", "CGCS2000", "GCJ02" (x longitude, y latitude, degrees) or "EPSG:<code>", for
    instance EPSG:32651 (UTM 51N) or EPSG:4549 (CGCS2000 / Gauss-Krüger, central meridian 120°E),
    x easting and y northing in metres. Raises ContractError for an unknown datum.
    """
    longitude, latitude = all_to_wgs84(np.array([[x, y]], float), datum)[0]
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ContractError(f"({x}, {y}) is not a place in {normalise(datum)}")
    return float(longitude), float(latitude)


def all_to_wgs84(xy: Floats, datum: str) -> Floats:
    """(n, 2) coordinate pairs in `datum` as (n, 2) WGS 84 longitudes and latitudes, degrees; not
    finite where a pair is no place. Raises ContractError for an unknown datum.
    """
    name = normalise(datum)
    if name == "WGS84" or not len(xy):
        return xy
    if name == "GCJ02":
        return np.column_stack(_gcj02_inverse(xy[:, 0], xy[:, 1]))
    return np.column_stack(_transformer(name).transform(xy[:, 0], xy[:, 1]))


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
    name = re.sub(r"[-_\s]", "", datum.strip().upper())
    if name in ("WGS84", "CGCS2000", "GCJ02"):
        return name
    if re.fullmatch(r"EPSG:\d{1,9}", name):
        _transformer(name)
        return _OF_CODE.get(name, name)
    raise ContractError(
        f"the datum {datum!r} is not known; use WGS84, CGCS2000, GCJ02 or EPSG:<code>"
    )


@cache
def is_in_metres(datum: str) -> bool:
    """Whether `datum`, as `normalise` spells it, is a projection and not degrees."""
    return datum.startswith("EPSG") and bool(CRS(datum).is_projected)


def datum_of_crs(crs: Any) -> str | None:
    """The datum that the member `crs` of GeoJSON 2008 names; None where it is null, which says
    nothing. QGIS, GDAL and ArcGIS still write it. Raises ContractError.
    """
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise ContractError(
            '"crs" names no coordinate system; write {"type": "name", "properties": '
            '{"name": "urn:ogc:def:crs:EPSG::4490"}} or take it away for WGS 84'
        )
    if re.search(r"CRS:?84$", name.strip(), re.IGNORECASE):
        return "WGS84"
    code = re.search(r"EPSG[:/](?:[\d.]*[:/])*(\d+)$", name.strip(), re.IGNORECASE)
    return normalise(f"EPSG:{code[1]}" if code else name)


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
    there = _gcj02(np.array([longitude], float), np.array([latitude], float))
    return float(there[0][0]), float(there[1][0])


def gcj02_to_wgs84(longitude: float, latitude: float) -> LonLat:
    """GCJ-02 degrees to WGS 84 degrees, by fixed-point iteration to better than 1e-9 degrees."""
    there = _gcj02_inverse(np.array([longitude], float), np.array([latitude], float))
    return float(there[0][0]), float(there[1][0])


def _gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """(n,) WGS 84 degrees to GCJ-02 degrees."""
    pi = math.pi
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    d_lat += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    d_lon += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = np.radians(latitude)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    d_lat = d_lat * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * pi)
    d_lon = d_lon * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * pi)
    inside = (longitude >= 72.004) & (longitude <= 137.8347)
    inside &= (latitude >= 0.8293) & (latitude <= 55.8271)
    return longitude + np.where(inside, d_lon, 0.0), latitude + np.where(inside, d_lat, 0.0)


def _gcj02_inverse(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    lon, lat = longitude, latitude
    for _ in range(20):
        there_lon, there_lat = _gcj02(lon, lat)
        step_lon, step_lat = longitude - there_lon, latitude - there_lat
        lon, lat = lon + step_lon, lat + step_lat
        if max(np.abs(step_lon).max(), np.abs(step_lat).max()) < 1e-10:
            break
    return lon, lat

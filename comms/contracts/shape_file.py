"""A way or an area that somebody drew elsewhere: GeoJSON, KML or GPX, for a task's points.

The file may hold one line or one area, or points only, which are taken as corners in their order.
An area with holes is its outer border; what may not be flown is the site's to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element

from comms.contracts.errors import FileError
from comms.contracts.geojson_file import read_geojson
from comms.contracts.place import GeoPoint
from comms.contracts.xml_file import read_xml, text_of

LonLat = tuple[float, float]
_MOST = 100  # of a task


def read_shape(path: str | Path) -> tuple[GeoPoint, ...]:
    """The corners, WGS 84, an area's without its first one again. Raises FileError."""
    name = str(path)
    reader = _READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise FileError(name, "a way or an area is read from .geojson, .json, .kml or .gpx")
    drawn, points = reader(path)
    if len(drawn) > 1:
        raise FileError(name, f"it has {len(drawn)} lines and areas; keep the one that is meant")
    if drawn and points:
        raise FileError(name, "it has a line or an area, and points beside it; keep what is meant")
    corners = list(drawn[0] if drawn else points)
    if not corners:
        raise FileError(name, "it has no line, no area and no point")
    if len(corners) > 3 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) > _MOST:
        raise FileError(name, f"it has {len(corners)} corners; a task takes {_MOST}, simplify it")
    for longitude, latitude in corners:
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            raise FileError(name, f"{longitude}, {latitude} is not longitude, latitude in degrees")
    return tuple(GeoPoint(latitude_deg=lat, longitude_deg=lon) for lon, lat in corners)


_Found = tuple[list[list[LonLat]], list[LonLat]]  # lines and areas, points


def _geojson(path: str | Path) -> _Found:
    drawn: list[list[LonLat]] = []
    points: list[LonLat] = []
    for feature in read_geojson(path, "beat").features:
        for shape in feature.shapes:
            corners = list(shape.parts[0])
            if shape.type == "Point":
                points += corners
            else:
                drawn.append(corners)
    return drawn, points


def _kml(path: str | Path) -> _Found:
    root = read_xml(path, "kml")
    drawn = [_coordinates(path, one) for one in root.iter("LineString")]
    for area in root.iter("Polygon"):
        ring = area.find("outerBoundaryIs/LinearRing")
        if ring is None:
            raise FileError(str(path), "a Polygon has no outerBoundaryIs")
        drawn.append(_coordinates(path, ring))
    return drawn, [point for one in root.iter("Point") for point in _coordinates(path, one)]


def _coordinates(path: str | Path, element: Element) -> list[LonLat]:
    found = []
    for group in text_of(element, "coordinates").split():
        try:
            longitude, latitude = (float(part) for part in group.split(",")[:2])
        except ValueError:
            longitude = latitude = math.nan
        if not math.isfinite(longitude + latitude):
            raise FileError(str(path), f"{group[:60]!r} is not a place like 121.615,29.868")
        found.append((longitude, latitude))
    return found


def _gpx(path: str | Path) -> _Found:
    root = read_xml(path, "gpx")
    drawn = [_gpx_points(path, one.findall("rtept")) for one in root.findall("rte")]
    drawn += [_gpx_points(path, one.findall("trkpt")) for one in root.findall("trk/trkseg")]
    return drawn, _gpx_points(path, root.findall("wpt"))


def _gpx_points(path: str | Path, elements: list[Element]) -> list[LonLat]:
    found = []
    for number, element in enumerate(elements, start=1):
        try:
            place = (float(element.get("lon", "")), float(element.get("lat", "")))
        except ValueError:
            place = (math.nan, math.nan)
        if not math.isfinite(sum(place)):
            raise FileError(str(path), "it needs lat and lon in degrees", f"point {number}")
        found.append(place)
    return found


_READERS: dict[str, Callable[[str | Path], _Found]] = {
    ".geojson": _geojson,
    ".json": _geojson,
    ".kml": _kml,
    ".gpx": _gpx,
}

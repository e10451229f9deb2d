"""A beat in KML 2.x: the placemarks that are points, in the file's order.

Lines and areas are drawn for people, as a `route` is in GeoJSON. What KML has no word for stands
in `ExtendedData`, which Google Earth shows in a placemark's window. KML is WGS 84 by definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from comms.contracts.beat import Beat
from comms.contracts.beat_draft import BeatDraft, make_checkpoint
from comms.contracts.errors import FileError
from comms.contracts.xml_file import read_xml, text_of

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack")


def read_kml_beat(path: str | Path) -> BeatDraft:
    """Raises FileError with file and placemark."""
    name = str(path)
    root = read_xml(path, "kml")
    document = root.find("Document")
    about = root if document is None else document
    more = _extended(about)
    checkpoints, places = [], []
    seen: dict[str, str] = {}
    for number, mark in enumerate(root.iter("Placemark"), 1):
        called = text_of(mark, "name")
        place = f'placemark {number} ("{called}")' if called else f"placemark {number}"
        error = partial(_error, name, place)
        lonlat = _point(error, mark)
        if lonlat is None:
            continue
        words = _extended(mark)
        identity = words.pop("id", "") or mark.get("id") or f"placemark-{number}"
        if identity in seen:
            raise error(f"its id {identity!r} is that of {seen[identity]}")
        seen[identity] = place
        words = {"name": called, "description": text_of(mark, "description"), **words}
        checkpoints.append(make_checkpoint(error, identity, lonlat, words))
        places.append(place)
    if not checkpoints:
        raise FileError(name, "it has no placemark with a Point, which a checkpoint is")
    stem = Path(name).name.split(".")[0]
    beat = Beat(
        beat_id=more.get("id") or stem,
        name=text_of(about, "name") or stem,
        name_zh=more.get("name_zh", ""),
        site_id=more.get("site", ""),
        source=name,
        checkpoints=tuple(checkpoints),
    )
    return BeatDraft(beat, tuple(places), ("WGS84",) * len(places))


def _error(name: str, place: str, what: str) -> FileError:
    return FileError(name, what, place)


def _point(error: Callable[[str], FileError], mark: Element) -> tuple[float, float] | None:
    """The place of a placemark that is a point; None for one that is a line or an area."""
    points = list(mark.iter("Point"))
    if not points:
        if not any(child.tag in _SHAPES for child in mark):
            raise error("it has no place; add a <Point>")
        return None
    if len(points) > 1:
        raise error(f"a checkpoint must be one Point, this has {len(points)}")
    raw = text_of(points[0], "coordinates")
    groups = raw.split()
    if len(groups) > 1 and len(groups) <= 3 and all(g.rstrip(",").count(",") == 0 for g in groups):
        raise error(f"{raw[:60]!r} has spaces in it; write longitude,latitude without any")
    try:
        longitude, latitude = (float(part) for part in raw.split(",")[:2])
    except ValueError:
        raise error(f"{raw[:60]!r} is not a place like 121.615,29.868") from None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        swapped = abs(longitude) <= 90 and abs(latitude) <= 180
        hint = "; longitude comes first in KML, these look swapped" if swapped else ""
        raise error(f"{raw[:60]!r} is not longitude,latitude in degrees{hint}")
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise error(f"{raw[:60]!r} is not a place like 121.615,29.868")
    return longitude, latitude


def _extended(element: Element) -> dict[str, str]:
    found = {}
    for data in element.findall("ExtendedData/SchemaData/SimpleData"):
        if data.get("name") != "id":  # a table's column, which need not tell rows apart
            found[data.get("name", "")] = (data.text or "").strip()
    for data in element.findall("ExtendedData/Data"):
        found[data.get("name", "")] = text_of(data, "value")
    return {name: value for name, value in found.items() if name and value}

"""What the tags of OpenStreetMap mean to us, so that an export of it is a site file nearly as
it is.
"""

from __future__ import annotations

from typing import Any

_WALK = {"footway", "pedestrian", "path", "living_street", "cycleway", "corridor"}
_ROAD = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "residential", "unclassified",
    "service", "primary_link", "secondary_link", "tertiary_link", "road",
}  # fmt: skip
_LEVEL_M = 3.2
_OBJECTS = ("node/", "way/", "relation/")
_KEYS = (
    "highway", "building", "amenity", "barrier", "leisure", "landuse", "natural", "place", "shop",
    "office", "waterway", "man_made", "power", "railway", "tourism", "public_transport", "type",
)  # fmt: skip


def is_from_osm(feature_id: str, properties: dict[str, Any]) -> bool:
    """Whether a feature comes out of an OpenStreetMap export: by its id, or by its tags."""
    ids = (feature_id, str(properties.get("@id", "")), str(properties.get("id", "")))
    named = any(one.startswith(_OBJECTS) for one in ids)
    return named or "osm_id" in properties or any(key in properties for key in _KEYS)


def what_osm_calls_it(properties: dict[str, Any]) -> str:
    """The tag that says most of what a feature is, as `key=value`."""
    key = next((key for key in _KEYS if properties.get(key)), "")
    return f"{key}={properties[key]}" if key else "untagged"


def kind_from_osm(properties: dict[str, Any], is_polygon: bool) -> str:
    """Our kind for a feature that has OpenStreetMap's tags instead of `kind`; "" if none fits."""
    highway = str(properties.get("highway", ""))
    if properties.get("building") not in (None, "no", False):
        return "building"
    if properties.get("footway") == "crossing" or highway == "crossing":
        return "crossing"
    if highway in _WALK:
        return "plaza" if is_polygon else "walkway"
    if highway in _ROAD:
        return "road"
    if properties.get("natural") == "tree":
        return "tree"
    if properties.get("leisure") in ("park", "garden") or properties.get("landuse") == "grass":
        return "lawn"
    if properties.get("natural") == "water" or properties.get("leisure") == "swimming_pool":
        return "keep_out"
    if properties.get("place") == "square":
        return "plaza"
    return ""


def height_from_osm(properties: dict[str, Any]) -> float | None:
    """A building's height in metres from `height` or `building:levels`; None if neither is
    there.
    """
    raw = properties.get("height")
    if raw is not None:
        try:
            return float(str(raw).lower().removesuffix("m").strip())
        except ValueError:
            return None
    levels = properties.get("building:levels")
    try:
        return float(levels) * _LEVEL_M if levels is not None else None
    except (TypeError, ValueError):
        return None

"""What the tags of OpenStreetMap mean to us, so that an export of it is a site file nearly as
it is.
"""

from __future__ import annotations

import re
from typing import Any

from comms.contracts.errors import ContractError
from comms.contracts.quantities import metres, number

_WALK = {"footway", "pedestrian", "path", "living_street", "cycleway", "corridor"}
_ROAD = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "residential", "unclassified",
    "service", "primary_link", "secondary_link", "tertiary_link", "road",
}  # fmt: skip
_LEVEL_M = 3.2
_OBJECTS = ("node/", "way/", "relation/")
_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_KEYS = (
    "highway", "building", "amenity", "barrier", "leisure", "landuse", "natural", "place", "shop",
    "office", "waterway", "man_made", "power", "railway", "tourism", "public_transport", "type",
)  # fmt: skip


def flat_tags(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties with the tags beside them, where an exporter nests them: in an object `tags`
    (osmtogeojson) or in a text `other_tags` of `"key"=>"value"` (GDAL, QuickOSM).
    """
    nested = properties.get("tags")
    if isinstance(nested, dict):
        rest = {k: v for k, v in properties.items() if k not in ("tags", "meta", "relations")}
        if rest.get("type") in ("node", "way", "relation"):  # of the object, and not a tag
            what = rest.pop("type")
            rest = {**rest, "@id": f"{what}/{rest.pop('id')}"} if "id" in rest else rest
        return {**nested, **rest}
    other = properties.get("other_tags")
    if isinstance(other, str):
        return {**dict(_HSTORE.findall(other)), **properties}
    return dict(properties)


def is_from_osm(feature_id: str, properties: dict[str, Any]) -> bool:
    """Whether a feature comes out of an OpenStreetMap export: by its id, or by its tags."""
    ids = (feature_id, str(properties.get("@id", "")), str(properties.get("id", "")))
    named = any(one.startswith(_OBJECTS) for one in ids)
    return named or any(properties.get(key) is not None for key in ("osm_id", *_KEYS))


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
    """A building's height in metres from `height` or `building:levels`; None if neither is there.

    Raises ContractError for one that cannot be read: the drone flies by it, so it is not guessed.
    """
    height = properties.get("height")
    if height not in (None, ""):
        try:
            return metres(height)
        except ContractError as error:
            raise ContractError(f"height: {error}") from None
    levels = properties.get("building:levels")
    if levels in (None, ""):
        return None
    try:
        most = max(number(part) for part in re.split(r"[;-]", str(levels)) if part.strip())
    except ValueError:
        raise ContractError(f"building:levels: {levels!r} is not a number of storeys") from None
    return most * _LEVEL_M or None

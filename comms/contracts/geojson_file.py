"""Reading one GeoJSON FeatureCollection of ours: header, features, coordinates turned into WGS 84.

What sites and beats have in common: the file's form (RFC 7946 plus a foreign member `patrol` that
says what the file is and which datum its coordinates are in), and clear sentences for what is wrong
with it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comms.contracts.datums import normalise, to_wgs84
from comms.contracts.errors import ContractError, FileError

LonLat = tuple[float, float]
_TYPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


@dataclass(frozen=True)
class Shape:
    """One simple geometry of a feature: a point, a line, or a polygon's rings (outer first)."""

    type: str
    parts: tuple[tuple[LonLat, ...], ...]  # WGS 84 degrees


@dataclass(frozen=True)
class Feature:
    """One feature: its place in the file, its properties and its simple geometries."""

    number: int
    feature_id: str
    properties: dict[str, Any]
    shapes: tuple[Shape, ...]

    @property
    def kind(self) -> str:
        return str(self.properties.get("kind", "")).strip().lower()

    @property
    def place(self) -> str:
        """How an error names it: `feature 3 (building "Tower A")`."""
        name = self.properties.get("name") or self.properties.get("name:en") or ""
        named = f' "{name}"' if name else ""
        described = f"{self.kind}{named}".strip() or f"id {self.feature_id}"
        return f"feature {self.number} ({described})"


@dataclass(frozen=True)
class GeoJsonFile:
    path: str
    header: dict[str, Any]
    datum: str
    features: tuple[Feature, ...] = field(default=())

    def error(self, what: str, feature: Feature | None = None) -> FileError:
        return FileError(self.path, what, feature.place if feature else "")


def read_geojson(path: str | Path, kind: str) -> GeoJsonFile:
    """Read `path`, which must be a FeatureCollection with `"patrol": {"kind": <kind>, ...}`.

    Raises FileError with the file, the feature and what would be right; nothing is half-loaded.
    """
    name = str(path)
    document = _load(name)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise FileError(name, 'this is not GeoJSON; the top must be {"type": "FeatureCollection"}')
    header = document.get("patrol")
    if header is None:
        header = {}
    if not isinstance(header, dict):
        raise FileError(name, f'"patrol" must be an object, like {{"kind": "{kind}"}}')
    if header.get("kind", kind) != kind:
        raise FileError(name, f"this file says it is a {header['kind']!r}, a {kind!r} is needed")
    try:
        datum = normalise(str(header.get("datum", "WGS84")))
    except ContractError as error:
        raise FileError(name, str(error)) from None
    raw = document.get("features")
    if not isinstance(raw, list) or not raw:
        raise FileError(name, 'it has no "features"')
    features = tuple(_feature(name, number, item, datum) for number, item in enumerate(raw, 1))
    seen: dict[str, Feature] = {}
    for feature in features:
        if feature.feature_id in seen:
            other = seen[feature.feature_id].number
            raise FileError(
                name, f"its id {feature.feature_id!r} is that of feature {other}", feature.place
            )
        seen[feature.feature_id] = feature
    return GeoJsonFile(name, header, datum, features)


def _load(name: str) -> Any:
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileError(name, "there is no such file") from None
    except IsADirectoryError:
        raise FileError(name, "this is a folder; a file is needed") from None
    except UnicodeDecodeError as error:
        raise FileError(name, f"byte {error.start} is not UTF-8 text") from None
    except OSError as error:
        raise FileError(name, f"it cannot be read: {error.strerror}") from None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileError(name, f"this is not JSON: {error.msg}", place) from None
    except (ContractError, RecursionError) as error:
        raise FileError(name, f"this is not JSON: {error}") from None


def _no_constant(word: str) -> float:
    raise ContractError(f"{word} is not a number that JSON knows")


def _feature(name: str, number: int, item: Any, datum: str) -> Feature:
    if not isinstance(item, dict) or item.get("type") != "Feature":
        raise FileError(name, 'it is not a {"type": "Feature"}', f"feature {number}")
    properties = item.get("properties") or {}
    if not isinstance(properties, dict):
        raise FileError(name, '"properties" must be an object', f"feature {number}")
    identity = item.get("id", properties.get("id", number))
    bare = Feature(number, str(identity), properties, ())
    geometry = item.get("geometry")
    if not isinstance(geometry, dict):
        raise FileError(name, "it has no geometry", bare.place)
    kind = geometry.get("type")
    if kind not in _TYPES:
        known = ", ".join(_TYPES)
        raise FileError(name, f"the geometry {kind!r} is not one of {known}", bare.place)
    if "coordinates" not in geometry:
        raise FileError(name, "its geometry has no coordinates", bare.place)
    try:
        shapes = tuple(_shapes(kind, geometry["coordinates"], datum))
    except ContractError as error:
        raise FileError(name, str(error), bare.place) from None
    return Feature(number, str(identity), properties, shapes)


def _shapes(kind: str, coordinates: Any, datum: str) -> Iterator[Shape]:
    if kind.startswith("Multi"):
        if not isinstance(coordinates, list) or not coordinates:
            raise ContractError("its geometry is empty")
        for part in coordinates:
            yield from _shapes(kind.removeprefix("Multi"), part, datum)
    elif kind == "Point":
        yield Shape(kind, ((_position(coordinates, datum),),))
    elif kind == "LineString":
        yield Shape(kind, (_positions(coordinates, datum, at_least=2, what="line"),))
    else:
        if not isinstance(coordinates, list) or not coordinates:
            raise ContractError("its polygon has no ring")
        rings = tuple(_positions(ring, datum, at_least=3, what="ring") for ring in coordinates)
        for ring in rings:
            if ring[0] != ring[-1]:
                raise ContractError("a ring is not closed; repeat its first point as its last")
            if len(ring) < 4:
                raise ContractError("a ring needs at least three corners")
        yield Shape(kind, rings)


def _positions(raw: Any, datum: str, *, at_least: int, what: str) -> tuple[LonLat, ...]:
    if not isinstance(raw, list) or len(raw) < at_least:
        raise ContractError(f"a {what} needs at least {at_least} points")
    return tuple(_position(item, datum) for item in raw)


def _position(raw: Any, datum: str) -> LonLat:
    if (
        not isinstance(raw, list)
        or not 2 <= len(raw) <= 3
        or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in raw)
        or not all(math.isfinite(v) for v in raw)
    ):
        raise ContractError(f"{json.dumps(raw)[:60]} is not a position like [121.615, 29.868]")
    x, y = float(raw[0]), float(raw[1])
    if not datum.startswith("EPSG") and (abs(x) > 180 or abs(y) > 90):
        swapped = abs(x) <= 90 and abs(y) <= 180
        hint = (
            "longitude comes first in GeoJSON; these look swapped"
            if swapped
            else 'these look like metres; say which projection in "patrol": {"datum": "EPSG:…"}'
        )
        raise ContractError(f"[{x:g}, {y:g}] is not [longitude, latitude]: {hint}")
    longitude, latitude = to_wgs84(x, y, datum)
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise ContractError(f"[{x:g}, {y:g}] is no place on earth in {datum}")
    return longitude, latitude

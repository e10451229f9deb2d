"""A GeoJSON geometry as simple shapes in the file's own coordinates, checked as RFC 7946 asks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comms.contracts.errors import ContractError

LonLat = tuple[float, float]
TYPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_ALL = (*TYPES, "GeometryCollection")


@dataclass(frozen=True)
class Shape:
    """One simple geometry of a feature: a point, a line, or a polygon's rings (outer first)."""

    type: str
    parts: tuple[tuple[LonLat, ...], ...]  # of a feature that was read: WGS 84 degrees


def shapes_of(geometry: Any) -> Iterator[Shape]:
    """The simple geometries of a GeoJSON geometry; a third coordinate (height) is left away.

    Raises ContractError with what is wrong and what would be right.
    """
    if geometry is None:
        raise ContractError("it has no geometry; draw it, or take the feature out")
    if not isinstance(geometry, dict):
        raise ContractError('its geometry is not an object, like {"type": "Point", …}')
    kind = geometry.get("type")
    if kind not in _ALL:
        raise ContractError(f"the geometry {kind!r} is not one of {', '.join(_ALL)}")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or not members:
            raise ContractError("its geometry collection is empty")
        for member in members:
            yield from shapes_of(member)
        return
    if "coordinates" not in geometry:
        raise ContractError("its geometry has no coordinates")
    yield from _shapes(kind, geometry["coordinates"])


def _shapes(kind: str, coordinates: Any) -> Iterator[Shape]:
    if kind.startswith("Multi"):
        if not isinstance(coordinates, list) or not coordinates:
            raise ContractError("its geometry is empty")
        for part in coordinates:
            yield from _shapes(kind.removeprefix("Multi"), part)
    elif kind == "Point":
        yield Shape(kind, ((_position(coordinates),),))
    elif kind == "LineString":
        yield Shape(kind, (_positions(coordinates, at_least=2, what="line"),))
    else:
        if not isinstance(coordinates, list) or not coordinates:
            raise ContractError("its polygon has no ring")
        rings = tuple(_positions(ring, at_least=3, what="ring") for ring in coordinates)
        for ring in rings:
            if ring[0] != ring[-1]:
                raise ContractError("a ring is not closed; repeat its first point as its last")
            if len(ring) < 4:
                raise ContractError("a ring needs at least three corners")
        yield Shape(kind, rings)


def _positions(raw: Any, *, at_least: int, what: str) -> tuple[LonLat, ...]:
    if not isinstance(raw, list) or len(raw) < at_least:
        raise ContractError(f"a {what} needs at least {at_least} points")
    return tuple(_position(item) for item in raw)


def _position(raw: Any) -> LonLat:
    if isinstance(raw, list) and 2 <= len(raw) <= 4:
        x, y = raw[0], raw[1]
        if type(x) in (int, float) and type(y) in (int, float):
            try:
                place = float(x), float(y)
            except OverflowError:
                place = math.inf, math.inf
            if math.isfinite(place[0]) and math.isfinite(place[1]):
                return place
    raise ContractError(f"{json.dumps(raw)[:60]} is not a position like [121.615, 29.868]")

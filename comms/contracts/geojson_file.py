"""Reading one GeoJSON FeatureCollection of ours: header, features, coordinates turned into WGS 84.

What sites and beats have in common: the file's form (RFC 7946 plus a foreign member `patrol` that
says what the file is and which datum its coordinates are in; the older `crs` is honoured too), and
clear sentences for what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from comms.contracts.datums import all_to_wgs84, datum_of_crs, is_in_metres, normalise
from comms.contracts.errors import ContractError, FileError
from comms.contracts.geojson_shapes import TYPES, Shape, shapes_of
from comms.contracts.json_text import parse_json
from comms.contracts.osm_tags import flat_tags
from comms.contracts.text_file import read_text

_COLLECTION = '{"type": "FeatureCollection", "features": […]}'
_OTHERS = {
    "Topology": "this is TopoJSON; export it as GeoJSON",
    "elements": "this is Overpass JSON; export it as GeoJSON (overpass turbo: Export, GeoJSON)",
    "geometryType": "this is Esri JSON; export it as GeoJSON",
}


@dataclass(frozen=True)
class Feature:
    """One feature: its place in the file, its properties and its simple geometries.

    `datum`: what its coordinates were given in; `shapes` are WGS 84.
    """

    number: int
    feature_id: str
    properties: dict[str, Any]
    shapes: tuple[Shape, ...]
    datum: str = "WGS84"

    @property
    def kind(self) -> str:
        return re.sub(r"[-\s]+", "_", str(self.properties.get("kind") or "").strip().lower())

    @property
    def place(self) -> str:
        """How an error names it: `feature 3 (building "Tower A")`."""
        name = self.properties.get("name") or self.properties.get("name:en") or ""
        named = f' "{name}"' if name else ""
        described = " ".join(f"{self.kind}{named}".split()) or f"id {self.feature_id}"
        return f"feature {self.number} ({described[:80]})"


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
    document = _collection(name, parse_json(read_text(name), name), kind)
    header = document.get("patrol")
    if header is None:
        header = {}
    if not isinstance(header, dict):
        raise FileError(name, f'"patrol" must be an object, like {{"kind": "{kind}"}}')
    if header.get("kind", kind) != kind:
        raise FileError(name, f"this file says it is a {header['kind']!r}, a {kind!r} is needed")
    if isinstance(document.get("name"), str):  # QGIS and GDAL call the layer by its name there
        header = {"name": document["name"], **header}
    try:
        datum = _datum(header, document.get("crs"))
    except ContractError as error:
        raise FileError(name, str(error)) from None
    raw = document.get("features")
    if not isinstance(raw, list) or not raw:
        raise FileError(name, 'it has no "features"; the list must hold at least one')
    features = tuple(_feature(name, number, item, datum) for number, item in enumerate(raw, 1))
    return GeoJsonFile(name, header, datum, _in_wgs84(name, _with_ids(name, features)))


def _collection(name: str, document: Any, kind: str) -> dict[str, Any]:
    """The FeatureCollection. One feature or geometry alone can be a beat of one checkpoint, but
    never a site.
    """
    found = document.get("type") if isinstance(document, dict) else None
    if found == "FeatureCollection":
        return dict(document)
    if isinstance(document, dict) and found in ("Feature", "GeometryCollection", *TYPES):
        if kind == "beat":
            bare = {"type": "Feature", "properties": {}, "geometry": document}
            return {"features": [document if found == "Feature" else bare]}
        raise FileError(name, f"this is one {found} alone; a {kind} is a {_COLLECTION}")
    for mark, what in _OTHERS.items():
        if isinstance(document, dict) and (found == mark or mark in document):
            raise FileError(name, what)
    raise FileError(name, f"this is not GeoJSON; the top must be {_COLLECTION}")


def _datum(header: dict[str, Any], crs: Any) -> str:
    """What the file's coordinates are in. GCJ-02 has no EPSG code, so programs that know nothing
    of it write WGS 84 into `crs`: there the header is believed.
    """
    by_crs = datum_of_crs(crs)
    if header.get("datum") is None:
        return by_crs or "WGS84"
    datum = normalise(str(header["datum"]))
    if by_crs not in (None, "WGS84", datum):
        raise ContractError(
            f'"patrol" says the datum {datum} and "crs" says {by_crs}; take one of them away'
        )
    return datum


def _feature(name: str, number: int, item: Any, datum: str) -> Feature:
    """The feature with its coordinates as the file has them."""
    if not isinstance(item, dict) or item.get("type") != "Feature":
        raise FileError(name, 'it is not a {"type": "Feature"}', f"feature {number}")
    properties = item.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise FileError(name, '"properties" must be an object', f"feature {number}")
    properties = flat_tags(properties or {})
    given = (item.get("id"), properties.get("@id"), properties.get("id"))
    identity = next((str(one) for one in given if one is not None and one != ""), "")
    own = properties.pop("datum", None)
    bare = Feature(number, identity or str(number), properties, ())
    try:
        datum = datum if own is None else normalise(str(own))
        shapes = tuple(shapes_of(item.get("geometry")))
        _check_range(shapes, datum)
    except ContractError as error:
        raise FileError(name, str(error), bare.place) from None
    return Feature(number, identity, properties, shapes, datum)


def _check_range(shapes: tuple[Shape, ...], datum: str) -> None:
    in_metres = is_in_metres(datum)
    for x, y in (p for shape in shapes for part in shape.parts for p in part):
        in_range = abs(x) <= 180 and abs(y) <= 90
        if in_metres and in_range:
            raise ContractError(
                f"[{x:g}, {y:g}] looks like degrees, but the file says {datum}, which is metres"
            )
        if in_metres or in_range:
            continue
        if abs(x) <= 90 and abs(y) <= 180:
            hint = "longitude comes first in GeoJSON; these look swapped"
        else:
            hint = 'these look like metres; say which projection in "patrol": {"datum": "EPSG:…"}'
        raise ContractError(f"[{x:g}, {y:g}] is not [longitude, latitude]: {hint}")


def _with_ids(name: str, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """Every feature with an id of its own: the given one, or else its number."""
    given: dict[str, Feature] = {}
    for feature in (f for f in features if f.feature_id):
        other = given.setdefault(feature.feature_id, feature)
        if other is not feature:
            what = f"its id {feature.feature_id!r} is that of feature {other.number}"
            raise FileError(name, f"{what}; give each an id of its own", feature.place)
    named = []
    for feature in features:
        number = str(feature.number)
        identity = feature.feature_id or (f"#{number}" if number in given else number)
        named.append(
            Feature(feature.number, identity, feature.properties, feature.shapes, feature.datum)
        )
    return tuple(named)


def _in_wgs84(name: str, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """All coordinates at once: one call of PROJ for a file of 20 000 features, and not 20 000."""
    turned: dict[int, Feature] = {f.number: f for f in features if f.datum == "WGS84"}
    for datum in {f.datum for f in features} - {"WGS84"}:
        chosen = [f for f in features if f.datum == datum]
        points = [p for f in chosen for s in f.shapes for part in s.parts for p in part]
        there = all_to_wgs84(np.array(points, float), datum)
        good = np.all(np.isfinite(there) & (np.abs(there) <= [180, 90]), axis=1)
        at = 0
        for feature in chosen:
            shapes = []
            for shape in feature.shapes:
                parts = []
                for part in shape.parts:
                    piece = slice(at, at + len(part))
                    at += len(part)
                    if not good[piece].all():
                        x, y = part[int(np.argmin(good[piece]))]
                        what = f"[{x:g}, {y:g}] is no place on earth in {datum}"
                        raise FileError(name, what, feature.place)
                    parts.append(tuple((float(lon), float(lat)) for lon, lat in there[piece]))
                shapes.append(Shape(shape.type, tuple(parts)))
            turned[feature.number] = Feature(
                feature.number, feature.feature_id, feature.properties, tuple(shapes), datum
            )
    return tuple(turned[f.number] for f in features)

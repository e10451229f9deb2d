"""The site and beats that the centre was started with, as people and programs get them.

They are checked in full before the centre starts, and given out as WGS 84 GeoJSON whatever datum
the files are in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry import Point, Polygon

from comms.contracts.beat_reader import read_beats
from comms.contracts.errors import ContractError
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site
from comms.contracts.site_reader import read_site


@dataclass(frozen=True)
class SiteFiles:
    """One site with its beats."""

    site: Site
    geojson: str
    beats: dict[str, str] = field(default_factory=dict)  # beat_id -> GeoJSON

    def check_inside(self, point: GeoPoint) -> None:
        """Raise ContractError with one sentence when `point` is outside the site's boundary."""
        here = self.site.frame.to_enu(point)
        boundary = Polygon(self.site.boundary)
        spot = Point(here.east_m, here.north_m)
        if not boundary.covers(spot):
            raise ContractError(
                f"the point {point.latitude_deg:.6f}, {point.longitude_deg:.6f} is "
                f"{boundary.distance(spot):.0f} m outside the site {self.site.site_id!r}"
            )


def read_site_files(site_file: Path, beats_dir: Path | None) -> SiteFiles:
    """Raises FileError for the first thing that is wrong in any of the files."""
    site = read_site(site_file)
    beats = {}
    if beats_dir is not None:
        for beat_id, beat in read_beats(beats_dir, site).items():
            beats[beat_id] = _as_wgs84(read_geojson(beat.source, "beat"), beat_id)
    return SiteFiles(site, _as_wgs84(read_geojson(site_file, "site"), site.site_id), beats)


def _as_wgs84(file: GeoJsonFile, identity: str) -> str:
    header = {**file.header, "id": identity, "datum": "WGS84"}
    document = {
        "type": "FeatureCollection",
        "patrol": header,
        "features": [_feature(feature) for feature in file.features],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _feature(feature: Feature) -> dict[str, Any]:
    geometries = [
        {"type": shape.type, "coordinates": _coordinates(shape.type, shape.parts)}
        for shape in feature.shapes
    ]
    if len(geometries) == 1:
        geometry: dict[str, Any] = geometries[0]
    else:
        geometry = {
            "type": f"Multi{feature.shapes[0].type}",
            "coordinates": [one["coordinates"] for one in geometries],
        }
    return {
        "type": "Feature",
        "id": feature.feature_id,
        "properties": feature.properties,
        "geometry": geometry,
    }


def _coordinates(kind: str, parts: tuple[tuple[tuple[float, float], ...], ...]) -> Any:
    if kind == "Point":
        return parts[0][0]
    return parts[0] if kind == "LineString" else parts

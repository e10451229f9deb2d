"""A Site as WGS 84 GeoJSON with our own kinds: what the unit took from a user's file, for a map.

Made from the Site and not from its file, so that whoever draws it sees what the robot believes:
OpenStreetMap's tags are kinds by now, defaults are filled in, and what was left out is not there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from comms.contracts.site import Frozen, Site, Xy

_DIGITS = 8  # of a degree: 1 mm
_SAID = {"name", "name_zh", "height_m", "width_m", "trunk_radius_m", "floor_m", "ceiling_m"}


def site_as_geojson(site: Site) -> dict[str, Any]:
    """A FeatureCollection. Each feature has `kind`, `name`, `name_zh`, and its sizes in metres."""
    writer = _Writer(site)
    return {
        "type": "FeatureCollection",
        "patrol": {
            "id": site.site_id,
            "name": site.name,
            "name_zh": site.name_zh,
            "datum": "WGS84",
            "origin": [site.origin.longitude_deg, site.origin.latitude_deg],
            "ground_height_m": site.origin.altitude_m or 0.0,
        },
        "features": list(writer.features()),
    }


class _Writer:
    def __init__(self, site: Site) -> None:
        self._site = site

    def features(self) -> Iterable[dict[str, Any]]:
        site = self._site
        yield self._feature("boundary", "boundary", {}, self._polygon(site.boundary))
        for kind, areas in (
            ("lawn", site.lawns),
            ("plaza", site.plazas),
            ("keep_out", site.keep_outs),
            ("no_fly", site.no_fly),
            ("ceiling", site.ceilings),
            ("building", site.buildings),
        ):
            for area in areas:
                yield self._thing(kind, area, self._polygon(area.ring))
        for road in site.roads:
            yield self._thing("road", road, self._line(road.line))
        for way in site.walkways:
            yield self._thing(
                "crossing" if way.is_crossing else "walkway", way, self._line(way.line)
            )
        for height in site.heights:
            above_sea = round(height.up_m + (site.origin.altitude_m or 0.0), 3)
            is_spot = len(height.line) == 1
            yield self._feature(
                height.feature_id,
                "spot_height" if is_spot else "contour",
                {"name": height.name, "name_zh": height.name_zh, "elevation_m": above_sea},
                self._point(height.line[0]) if is_spot else self._line(height.line),
            )
        for tree in site.trees:
            yield self._thing("tree", tree, self._point(tree.at))
        for car in site.cars:
            yield self._thing("parked_car", car, self._point(car.at), car.heading_rad)
        for kiosk in site.kiosks:
            yield self._thing("kiosk", kiosk, self._point(kiosk.at), kiosk.heading_rad)
            yield self._feature(f"{kiosk.feature_id}/pad", "pad", {}, self._point(kiosk.pad))

    def _thing(
        self, kind: str, thing: Frozen, geometry: dict[str, Any], yaw_rad: float | None = None
    ) -> dict[str, Any]:
        sizes = thing.model_dump(include=_SAID)
        if applies := getattr(thing, "applies", ()):
            sizes["applicability"] = [period.as_written for period in applies]
            sizes["hours"] = "; ".join(period.words for period in applies)
        if yaw_rad is not None:
            sizes["bearing_deg"] = round(90.0 - math.degrees(yaw_rad), 3)
        return self._feature(thing.feature_id, kind, sizes, geometry)

    def _feature(
        self, feature_id: str, kind: str, properties: dict[str, Any], geometry: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "type": "Feature",
            "id": feature_id,
            "properties": {"kind": kind, **properties},
            "geometry": geometry,
        }

    def _point(self, at: Xy) -> dict[str, Any]:
        return {"type": "Point", "coordinates": self._lonlat(at)}

    def _line(self, line: Sequence[Xy]) -> dict[str, Any]:
        return {"type": "LineString", "coordinates": [self._lonlat(p) for p in line]}

    def _polygon(self, ring: Sequence[Xy]) -> dict[str, Any]:
        closed = [*ring, ring[0]] if ring[0] != ring[-1] else ring
        return {"type": "Polygon", "coordinates": [[self._lonlat(p) for p in closed]]}

    def _lonlat(self, at: Xy) -> list[float]:
        place = self._site.frame.to_geo(*at)
        return [round(place.longitude_deg, _DIGITS), round(place.latitude_deg, _DIGITS)]

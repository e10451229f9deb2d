"""A user's GeoJSON as a Site: every feature understood or refused with one clear sentence.

Kinds: boundary, building, walkway, crossing, road, plaza, lawn, keep_out, no_fly, tree, parked_car,
kiosk, pad. Features with OpenStreetMap's tags and no `kind` are understood too (`site_kinds`).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.polygon import orient

from comms.contracts.geodesy import LocalFrame
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site, Xy
from comms.contracts.site_features import SiteFeatures
from comms.contracts.site_ground import SiteGround
from comms.contracts.site_kinds import FeatureKinds

MAX_EXTENT_M = 10_000.0


def read_site(path: str | Path) -> Site:
    """Read and check a site. Raises FileError: nothing is half-loaded, or dropped unsaid."""
    file = read_geojson(path, "site")
    return _SiteBuilder(file).build()


class _SiteBuilder:
    def __init__(self, file: GeoJsonFile) -> None:
        self.file = file
        self.kinds = FeatureKinds(file)
        self.frame = LocalFrame(self._origin())
        self.features = SiteFeatures(file, self.kinds.by_number, self.frame)

    def build(self) -> Site:
        header, every = self.file.header, self.features.every
        walkways = every("walkway", self.features.walkway) + every(
            "crossing", self.features.walkway
        )
        plazas = every("plaza", self.features.area)
        if not walkways and not plazas:
            raise self.file.error(
                "it has no walkway and no plaza, so the robot cannot go anywhere; draw a "
                'LineString with {"kind": "walkway"} (or highway=footway)'
            )
        kiosks = every("kiosk", self.features.kiosk)
        if not kiosks:
            raise self.file.error(
                'it has no kiosk; add a Point with {"kind": "kiosk", "bearing_deg": …} '
                "where the robot lives"
            )
        site = Site(
            site_id=str(header.get("id") or Path(self.file.path).name.split(".")[0]),
            name=str(header.get("name") or Path(self.file.path).name.split(".")[0]),
            name_zh=str(header.get("name_zh") or ""),
            source=self.file.path,
            origin=self.frame.origin,
            frame=self.frame,
            boundary=self._boundary(),
            buildings=every("building", self.features.building),
            walkways=walkways,
            roads=every("road", self.features.road),
            plazas=plazas,
            lawns=every("lawn", self.features.area),
            keep_outs=every("keep_out", self.features.area),
            no_fly=every("no_fly", self.features.no_fly),
            trees=every("tree", self.features.tree),
            cars=every("parked_car", self.features.car),
            kiosks=kiosks,
            left_out=dict(self.kinds.left_out.most_common()),
        )
        self._check_kiosks(site)
        return site

    def _origin(self) -> GeoPoint:
        header = self.file.header
        points = np.array(
            [p for f in self.file.features for s in f.shapes for part in s.parts for p in part]
        )
        low, high = points.min(axis=0), points.max(axis=0)
        metres = (high - low) * 111_320.0 * np.array([math.cos(math.radians(low[1])), 1.0])
        if metres.max() > MAX_EXTENT_M:
            raise self.file.error(
                f"it is {metres.max() / 1000:.1f} km across, at most "
                f"{MAX_EXTENT_M / 1000:.0f} km work; is a coordinate of this one wrong?",
                self._farthest(),
            )
        centre = (low + high) / 2
        raw = header.get("origin", [float(centre[0]), float(centre[1])])
        ground = header.get("ground_height_m", 0.0)
        try:
            origin = GeoPoint(
                longitude_deg=float(raw[0]), latitude_deg=float(raw[1]), altitude_m=float(ground)
            )
        except (TypeError, ValueError, IndexError, KeyError):
            raise self.file.error(
                '"origin" must be [longitude, latitude] and "ground_height_m" a number'
            ) from None
        away = np.abs(np.array([origin.longitude_deg, origin.latitude_deg]) - centre).max()
        if away > 0.1:
            raise self.file.error(f'"origin" is {away * 111:.0f} km away from the features')
        return origin

    def _farthest(self) -> Feature:
        """The feature that lies farthest from where most of them are."""
        places = np.array([f.shapes[0].parts[0][0] for f in self.file.features])
        away = np.abs(places - np.median(places, axis=0)).max(axis=1)
        return self.file.features[int(away.argmax())]

    def _boundary(self) -> tuple[Xy, ...]:
        drawn = self.features.every("boundary", lambda f, s: self.features.ring(f, s))
        if len(drawn) > 1:
            raise self.file.error("it has more than one boundary")
        if drawn:
            ring: tuple[Xy, ...] = drawn[0]
            return ring
        points = [
            p
            for f in self.file.features
            for s in f.shapes
            for part in s.parts
            for p in self.features.xy(part)
        ]
        hull = MultiPoint(points).buffer(20.0, quad_segs=2).convex_hull
        assert isinstance(hull, Polygon)
        return tuple((float(x), float(y)) for x, y in orient(hull).exterior.coords)

    def _check_kiosks(self, site: Site) -> None:
        ground = SiteGround(site)
        for kiosk in site.kiosks:
            for what, place in (("dock", kiosk.dock), ("pad", kiosk.pad)):
                why = ground.why_not_standing(place, need_walkway=False)
                if why:
                    raise self.file.error(f'the {what} of the kiosk "{kiosk.name}" {why}')

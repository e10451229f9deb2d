"""A user's GeoJSON as a Site: every feature understood or refused with one clear sentence.

Kinds: boundary, building, walkway, crossing, road, plaza, lawn, keep_out, no_fly, ceiling,
spot_height, contour, tree, parked_car, kiosk, pad. Features with OpenStreetMap's tags and no `kind`
are understood too (`site_kinds`).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.polygon import orient

from comms.contracts.datum_hints import datum_hint
from comms.contracts.errors import FileError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site, Xy
from comms.contracts.site_features import SiteFeatures
from comms.contracts.site_ground import SiteGround
from comms.contracts.site_kinds import FeatureKinds

MAX_EXTENT_M = 10_000.0
MIN_EXTENT_M = 1.0


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
            keep_outs=every("keep_out", self.features.keep_out),
            no_fly=every("no_fly", self.features.no_fly),
            ceilings=every("ceiling", self.features.ceiling),
            heights=every("spot_height", self.features.height)
            + every("contour", self.features.height),
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
        metres = (high - low) * _metres_per_degree(low[1])
        if metres.max() > MAX_EXTENT_M:
            raise self._too_wide(float(metres.max()))
        if metres.max() < MIN_EXTENT_M:
            raise self.file.error(
                f"all of it lies within {MIN_EXTENT_M:.0f} m; is the datum {self.file.datum} right?"
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
                '"origin" must be [longitude, latitude] in WGS 84 and "ground_height_m" a number'
            ) from None
        if not -500.0 <= float(ground) <= 9000.0:
            raise self.file.error(f'"ground_height_m" is {float(ground):g} m, no height on earth')
        away = np.abs(np.array([origin.longitude_deg, origin.latitude_deg]) - centre).max()
        if away > 0.1:
            raise self.file.error(f'"origin" is {away * 111:.0f} km away from the features')
        return origin

    def _boundary(self) -> tuple[Xy, ...]:
        drawn = self.features.every("boundary", lambda f, s: self.features.ring(f, s))
        if len(drawn) > 1:
            raise self.file.error("it has more than one boundary")
        if drawn:
            ring: tuple[Xy, ...] = drawn[0]
            return ring
        points = [p for f in self.file.features for s in f.shapes for part in s.parts for p in part]
        # The hull first: to round off 100 000 points takes minutes, and the hull of those is the
        # same.
        hull = MultiPoint(self.frame.to_xy(np.array(points))).convex_hull.buffer(20.0, quad_segs=2)
        assert isinstance(hull, Polygon)
        return tuple((float(x), float(y)) for x, y in orient(hull).exterior.coords)

    def _too_wide(self, across_m: float) -> FileError:
        """Names the feature that lies apart from the others: most often one coordinate is wrong."""
        middles = np.array([_middle(feature) for feature in self.file.features])
        centre = np.median(middles, axis=0)
        scale = _metres_per_degree(float(centre[1]))
        away = np.hypot(*((middles - centre) * scale).T)
        feature = self.file.features[int(np.argmax(away))]
        longitude, latitude = middles[int(np.argmax(away))]
        hint = datum_hint(
            (float(longitude), float(latitude)),
            "",
            lambda place: bool(np.hypot(*((place - centre) * scale)) < MAX_EXTENT_M),
            "its properties",
        )
        return self.file.error(
            f"it is {across_m / 1000:.1f} km across, at most {MAX_EXTENT_M / 1000:.0f} km work; "
            f"{feature.place} lies {away.max() / 1000:.1f} km from the others' middle: "
            f"is one coordinate wrong?{hint}"
        )

    def _check_kiosks(self, site: Site) -> None:
        ground = SiteGround(site)
        sources = [
            (feature, shape.parts[0][0])
            for feature in self.file.features
            if self.kinds.by_number.get(feature.number) == "kiosk"
            for shape in feature.shapes
        ]
        for kiosk, (feature, place) in zip(site.kiosks, sources, strict=True):
            for what, spot in (("dock", kiosk.dock), ("pad", kiosk.pad)):
                why = ground.why_not_standing(spot, need_walkway=False)
                if not why:
                    continue
                off = (spot[0] - kiosk.at[0], spot[1] - kiosk.at[1])

                def is_right(there: tuple[float, float], off: Xy = off) -> bool:
                    east, north = self.frame.to_xy(np.array([there]))[0]
                    moved = (float(east) + off[0], float(north) + off[1])
                    return not ground.why_not_standing(moved, need_walkway=False)

                drawn = what == "pad" and "pad" in self.kinds.by_number.values()
                where = "its properties"
                hint = "" if drawn else datum_hint(place, feature.datum, is_right, where)
                raise self.file.error(f'the {what} of the kiosk "{kiosk.name}" {why}{hint}')


def _metres_per_degree(latitude: float) -> NDArray[np.float64]:
    """East and north, roughly: enough to see what is far too wide."""
    return 111_320.0 * np.array([math.cos(math.radians(latitude)), 1.0])


def _middle(feature: Feature) -> tuple[float, float]:
    points = np.array([p for s in feature.shapes for part in s.parts for p in part])
    longitude, latitude = points.mean(axis=0)
    return float(longitude), float(latitude)

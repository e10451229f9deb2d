"""A user's GeoJSON as a Site: every feature understood or refused with one clear sentence.

Kinds: boundary, building, walkway, crossing, road, plaza, lawn, keep_out, no_fly, tree, parked_car,
kiosk, pad. Features with OpenStreetMap's tags and no `kind` are understood too; what has neither
is an error, because a feature that is dropped silently may be a wall.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError
from shapely.geometry import LineString, MultiPoint, Polygon
from shapely.geometry.polygon import orient
from shapely.validation import explain_validity

from comms.contracts.geodesy import LocalFrame
from comms.contracts.geojson_file import Feature, GeoJsonFile, Shape, read_geojson
from comms.contracts.osm_tags import height_from_osm, kind_from_osm
from comms.contracts.place import GeoPoint
from comms.contracts.site import (
    Area,
    Building,
    Frozen,
    Kiosk,
    NoFly,
    ParkedCar,
    Road,
    Site,
    Tree,
    Walkway,
    Xy,
)
from comms.contracts.site_ground import SiteGround

MAX_EXTENT_M = 10_000.0
_DEFAULT_BUILDING_M = 10.0
_DOCK_AHEAD_M = 2.0
_PAD_ASIDE_M = 6.0
_NEEDS = {
    "boundary": "Polygon", "building": "Polygon", "walkway": "LineString", "crossing": "LineString",
    "road": "LineString", "plaza": "Polygon", "lawn": "Polygon", "keep_out": "Polygon",
    "no_fly": "Polygon", "tree": "Point", "parked_car": "Point", "kiosk": "Point", "pad": "Point",
}  # fmt: skip
_HOLES_FILLED = ("building", "keep_out", "no_fly", "lawn", "boundary")


def read_site(path: str | Path) -> Site:
    """Read and check a site. Raises FileError: nothing is half-loaded, nothing is dropped."""
    file = read_geojson(path, "site")
    return _SiteBuilder(file).build()


def bearing_to_yaw(bearing_deg: float) -> float:
    """Compass bearing (degrees, clockwise from north) as ENU yaw (rad, counter-clockwise from
    east).
    """
    return math.remainder(math.radians(90.0 - bearing_deg), math.tau)


class _SiteBuilder:
    def __init__(self, file: GeoJsonFile) -> None:
        self.file = file
        self.kinds = {feature.number: self._kind(feature) for feature in file.features}
        self.frame = LocalFrame(self._origin())

    def build(self) -> Site:
        header = self.file.header
        walkways = self._all("walkway", self._walkway) + self._all("crossing", self._walkway)
        plazas = self._all("plaza", self._area)
        if not walkways and not plazas:
            raise self.file.error("it has no walkway and no plaza, so the robot cannot go anywhere")
        kiosks = self._all("kiosk", self._kiosk)
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
            buildings=self._all("building", self._building),
            walkways=walkways,
            roads=self._all("road", self._road),
            plazas=plazas,
            lawns=self._all("lawn", self._area),
            keep_outs=self._all("keep_out", self._area),
            no_fly=self._all("no_fly", self._no_fly),
            trees=self._all("tree", self._tree),
            cars=self._all("parked_car", self._car),
            kiosks=kiosks,
        )
        self._check_kiosks(site)
        return site

    def _kind(self, feature: Feature) -> str:
        is_polygon = feature.shapes[0].type == "Polygon"
        kind = feature.kind or kind_from_osm(feature.properties, is_polygon)
        if kind not in _NEEDS:
            near = difflib.get_close_matches(kind, _NEEDS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; use one of {', '.join(_NEEDS)}"
            said = f"the kind {kind!r} is not known" if kind else "it does not say its kind"
            raise self.file.error(said + hint, feature)
        if kind == "crossing" and feature.shapes[0].type == "Point":
            raise self.file.error(
                "a crossing must be a LineString from kerb to kerb, not a Point", feature
            )
        for shape in feature.shapes:
            if shape.type != _NEEDS[kind]:
                raise self.file.error(
                    f"a {kind} must be a {_NEEDS[kind]}, this is a {shape.type}", feature
                )
        return kind

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
                f"{MAX_EXTENT_M / 1000:.0f} km work; is one coordinate wrong?"
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

    def _all(self, kind: str, make: Callable[[Feature, Shape], Any]) -> tuple[Any, ...]:
        return tuple(
            self._make(make, feature, shape)
            for feature in self.file.features
            if self.kinds[feature.number] == kind
            for shape in feature.shapes
        )

    def _make(self, make: Callable[[Feature, Shape], Any], feature: Feature, shape: Shape) -> Any:
        try:
            return make(feature, shape)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise self.file.error(
                f"{name}: {first['msg']} (it says {first['input']!r})", feature
            ) from None

    def _base(self, feature: Feature) -> dict[str, Any]:
        p = feature.properties
        return {
            "feature_id": feature.feature_id,
            "name": str(p.get("name:en") or p.get("name") or ""),
            "name_zh": str(p.get("name_zh") or p.get("name:zh") or ""),
        }

    def _pick(self, feature: Feature, model: type[BaseModel]) -> dict[str, Any]:
        """Those properties of the feature that are fields of the model alone (sizes and
        heights).
        """
        own = model.model_fields.keys() - Frozen.model_fields.keys()
        return {k: v for k, v in feature.properties.items() if k in own}

    def _xy(self, part: tuple[tuple[float, float], ...]) -> tuple[Xy, ...]:
        return tuple((float(e), float(n)) for e, n in self.frame.to_xy(np.array(part)))

    def _ring(self, feature: Feature, shape: Shape) -> tuple[Xy, ...]:
        kind = self.kinds[feature.number]
        if len(shape.parts) > 1 and kind not in _HOLES_FILLED:
            raise self.file.error(
                f"a {kind} with a hole is not understood; draw the hole as a keep_out", feature
            )
        polygon = Polygon(self._xy(shape.parts[0]))
        if not polygon.is_valid:
            why = explain_validity(polygon).split("[")[0].strip().lower()
            raise self.file.error(f"its ring is not a simple polygon ({why})", feature)
        if polygon.area < 0.01:
            raise self.file.error("its ring encloses no area", feature)
        return tuple((float(x), float(y)) for x, y in orient(polygon).exterior.coords)

    def _line(self, feature: Feature, shape: Shape) -> tuple[Xy, ...]:
        line = self._xy(shape.parts[0])
        if LineString(line).length < 0.1:
            raise self.file.error("its line has no length", feature)
        return line

    def _building(self, feature: Feature, shape: Shape) -> Building:
        height = feature.properties.get("height_m")
        if height is None:
            height = height_from_osm(feature.properties) or _DEFAULT_BUILDING_M
        return Building(**self._base(feature), ring=self._ring(feature, shape), height_m=height)

    def _walkway(self, feature: Feature, shape: Shape) -> Walkway:
        crossing = self.kinds[feature.number] == "crossing"
        return Walkway(
            **self._base(feature),
            **self._pick(feature, Walkway),
            line=self._line(feature, shape),
            is_crossing=crossing,
        )

    def _road(self, feature: Feature, shape: Shape) -> Road:
        return Road(
            **self._base(feature), **self._pick(feature, Road), line=self._line(feature, shape)
        )

    def _area(self, feature: Feature, shape: Shape) -> Area:
        return Area(**self._base(feature), ring=self._ring(feature, shape))

    def _no_fly(self, feature: Feature, shape: Shape) -> NoFly:
        return NoFly(
            **self._base(feature), **self._pick(feature, NoFly), ring=self._ring(feature, shape)
        )

    def _tree(self, feature: Feature, shape: Shape) -> Tree:
        return Tree(
            **self._base(feature), **self._pick(feature, Tree), at=self._xy(shape.parts[0])[0]
        )

    def _car(self, feature: Feature, shape: Shape) -> ParkedCar:
        return ParkedCar(
            **self._base(feature), at=self._xy(shape.parts[0])[0], heading_rad=self._yaw(feature)
        )

    def _yaw(self, feature: Feature) -> float:
        bearing = feature.properties.get("bearing_deg", 0.0)
        if not isinstance(bearing, int | float) or not -360 <= bearing <= 360:
            raise self.file.error(
                f"bearing_deg must be degrees clockwise from north, it says {bearing!r}", feature
            )
        return bearing_to_yaw(bearing)

    def _kiosk(self, feature: Feature, shape: Shape) -> Kiosk:
        (e, n), yaw = self._xy(shape.parts[0])[0], self._yaw(feature)
        ahead = (math.cos(yaw), math.sin(yaw))
        dock = (e + _DOCK_AHEAD_M * ahead[0], n + _DOCK_AHEAD_M * ahead[1])
        pad = (e - _PAD_ASIDE_M * ahead[1], n + _PAD_ASIDE_M * ahead[0])
        pads = self._all("pad", lambda _, s: self._xy(s.parts[0])[0])
        if pads:
            pad = min(pads, key=lambda p: math.dist(p, (e, n)))
        return Kiosk(**self._base(feature), at=(e, n), heading_rad=yaw, dock=dock, pad=pad)

    def _boundary(self) -> tuple[Xy, ...]:
        drawn = self._all("boundary", lambda f, s: self._ring(f, s))
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
            for p in self._xy(part)
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

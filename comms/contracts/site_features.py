"""The features of a site file as the contract's models: sizes, rings and places in map metres."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError
from shapely.geometry import LineString, Polygon
from shapely.validation import explain_validity

from comms.contracts.errors import ContractError, FileError, first_fault
from comms.contracts.geodesy import LocalFrame
from comms.contracts.geojson_file import Feature, GeoJsonFile
from comms.contracts.geojson_shapes import Shape
from comms.contracts.in_force import periods_of
from comms.contracts.osm_tags import height_from_osm
from comms.contracts.quantities import metres, number
from comms.contracts.site import (
    Area,
    Building,
    Ceiling,
    HeightLine,
    KeepOut,
    Kiosk,
    NoFly,
    ParkedCar,
    Road,
    Tree,
    Walkway,
    Xy,
)

#: ours, OpenStreetMap's, QGIS's contours
_HEIGHT_KEYS = ("elevation_m", "ele", "ELEV", "elev")
_DEFAULT_BUILDING_M = 10.0
_DOCK_AHEAD_M = 2.0
_PAD_ASIDE_M = 6.0
_HOLES_FILLED = ("building", "keep_out", "no_fly", "ceiling", "lawn", "boundary")


def bearing_to_yaw(bearing_deg: float) -> float:
    """Compass bearing (degrees, clockwise from north) as ENU yaw (rad, counter-clockwise from
    east).
    """
    return math.remainder(math.radians(90.0 - bearing_deg), math.tau)


class SiteFeatures:
    """Makes the models of one file. Every method raises FileError with the feature's name."""

    def __init__(self, file: GeoJsonFile, kinds: dict[int, str], frame: LocalFrame) -> None:
        self.file = file
        self.kinds = kinds
        self.frame = frame

    def every(self, kind: str, make: Callable[[Feature, Shape], Any]) -> tuple[Any, ...]:
        made: list[Any] = []
        for feature in self.file.features:
            if self.kinds.get(feature.number) != kind:
                continue
            for count, shape in enumerate(feature.shapes, 1):
                one = feature
                if len(feature.shapes) > 1:  # so that every building and tree has its own id
                    one = replace(feature, feature_id=f"{feature.feature_id}/{count}")
                made.append(self._make(make, one, shape))
        return tuple(made)

    def _make(self, make: Callable[[Feature, Shape], Any], feature: Feature, shape: Shape) -> Any:
        try:
            return make(feature, shape)
        except FileError:
            raise
        except ContractError as error:
            raise self.file.error(str(error), feature) from None
        except ValidationError as error:
            place, words, said = first_fault(error)
            said = f"{said:g}" if isinstance(said, float) else repr(said)
            raise self.file.error(f"{place}: {words} (it says {said})", feature) from None

    def _base(self, feature: Feature) -> dict[str, Any]:
        p = feature.properties
        return {
            "feature_id": feature.feature_id,
            "name": str(p.get("name:en") or p.get("name") or ""),
            "name_zh": str(p.get("name_zh") or p.get("name:zh") or ""),
        }

    def _pick(self, feature: Feature, model: type[BaseModel]) -> dict[str, Any]:
        """Those properties of the feature that are sizes and heights of the model."""
        own = (k for k in model.model_fields if k.endswith("_m"))
        given = {k: feature.properties.get(k) for k in own}
        return {k: self._length(k, v) for k, v in given.items() if v not in (None, "")}

    def _length(self, key: str, raw: Any) -> float:
        try:
            return metres(raw)
        except ContractError as error:
            raise ContractError(f"{key}: {error}") from None

    def xy(self, part: tuple[tuple[float, float], ...]) -> tuple[Xy, ...]:
        return tuple((e, n) for e, n in self.frame.to_xy(np.array(part)).tolist())

    def ring(self, feature: Feature, shape: Shape) -> tuple[Xy, ...]:
        kind = self.kinds[feature.number]
        if len(shape.parts) > 1 and kind not in _HOLES_FILLED:
            raise self.file.error(
                f"a {kind} with a hole is not understood; draw the hole as a keep_out", feature
            )
        ring = self.xy(shape.parts[0])
        polygon = Polygon(ring)
        if not polygon.is_valid:
            why = explain_validity(polygon).split("[")[0].strip().lower()
            raise self.file.error(f"its ring is not a simple polygon ({why})", feature)
        if polygon.area < 0.01:
            raise self.file.error("its ring encloses no area", feature)
        return ring if polygon.exterior.is_ccw else ring[::-1]

    def _line(self, feature: Feature, shape: Shape) -> tuple[Xy, ...]:
        line = self.xy(shape.parts[0])
        if LineString(line).length < 0.1:
            raise self.file.error("its line has no length", feature)
        return line

    def building(self, feature: Feature, shape: Shape) -> Building:
        height = self._pick(feature, Building).get("height_m")
        if height is None:
            height = height_from_osm(feature.properties)
        if height is None:
            height = _DEFAULT_BUILDING_M
        return Building(**self._base(feature), ring=self.ring(feature, shape), height_m=height)

    def walkway(self, feature: Feature, shape: Shape) -> Walkway:
        crossing = self.kinds[feature.number] == "crossing"
        return Walkway(
            **self._base(feature),
            **self._pick(feature, Walkway),
            line=self._line(feature, shape),
            is_crossing=crossing,
        )

    def road(self, feature: Feature, shape: Shape) -> Road:
        return Road(
            **self._base(feature), **self._pick(feature, Road), line=self._line(feature, shape)
        )

    def area(self, feature: Feature, shape: Shape) -> Area:
        return Area(**self._base(feature), ring=self.ring(feature, shape))

    def keep_out(self, feature: Feature, shape: Shape) -> KeepOut:
        return KeepOut(
            **self._base(feature),
            ring=self.ring(feature, shape),
            applies=periods_of(feature.properties.get("applicability")),
        )

    def no_fly(self, feature: Feature, shape: Shape) -> NoFly:
        area = NoFly(
            **self._base(feature),
            **self._pick(feature, NoFly),
            ring=self.ring(feature, shape),
            applies=periods_of(feature.properties.get("applicability")),
        )
        if area.ceiling_m <= area.floor_m:
            raise ContractError(
                f"its ceiling_m, {area.ceiling_m:g}, is not above its floor_m, {area.floor_m:g}"
            )
        return area

    def ceiling(self, feature: Feature, shape: Shape) -> Ceiling:
        sizes = self._pick(feature, Ceiling)
        if not sizes:
            raise ContractError("it does not say its ceiling_m, the height up to which it is open")
        return Ceiling(
            **self._base(feature),
            **sizes,
            ring=self.ring(feature, shape),
            applies=periods_of(feature.properties.get("applicability")),
        )

    def height(self, feature: Feature, shape: Shape) -> HeightLine:
        """A point or a contour line with its height above the sea."""
        p = feature.properties
        said = next((p[key] for key in _HEIGHT_KEYS if p.get(key) not in (None, "")), None)
        if said is None:
            raise ContractError(
                "it does not say its elevation_m, the height of the ground above the sea there"
            )
        if "ground_height_m" not in self.file.header:
            raise ContractError(
                'its height counts from "ground_height_m" in the header "patrol", which is not '
                "there: the ground's height above the sea at the map's origin"
            )
        up = self._length("elevation_m", said) - (self.frame.origin.altitude_m or 0.0)
        return HeightLine(**self._base(feature), line=self.xy(shape.parts[0]), up_m=up)

    def tree(self, feature: Feature, shape: Shape) -> Tree:
        return Tree(
            **self._base(feature), **self._pick(feature, Tree), at=self.xy(shape.parts[0])[0]
        )

    def car(self, feature: Feature, shape: Shape) -> ParkedCar:
        return ParkedCar(
            **self._base(feature), at=self.xy(shape.parts[0])[0], heading_rad=self._yaw(feature)
        )

    def _yaw(self, feature: Feature) -> float:
        raw = feature.properties.get("bearing_deg")
        try:
            bearing = 0.0 if raw in (None, "") else number(raw)
        except ContractError:
            bearing = math.inf
        if not -360 <= bearing <= 360:
            raise self.file.error(
                f"bearing_deg must be degrees clockwise from north, it says {raw!r}", feature
            )
        return bearing_to_yaw(bearing)

    def kiosk(self, feature: Feature, shape: Shape) -> Kiosk:
        (e, n), yaw = self.xy(shape.parts[0])[0], self._yaw(feature)
        ahead = (math.cos(yaw), math.sin(yaw))
        dock = (e + _DOCK_AHEAD_M * ahead[0], n + _DOCK_AHEAD_M * ahead[1])
        pad = (e - _PAD_ASIDE_M * ahead[1], n + _PAD_ASIDE_M * ahead[0])
        pads = self.every("pad", lambda _, s: self.xy(s.parts[0])[0])
        if pads:
            pad = min(pads, key=lambda p: math.dist(p, (e, n)))
        return Kiosk(**self._base(feature), at=(e, n), heading_rad=yaw, dock=dock, pad=pad)

"""The site and beats that the centre was started with, as people and programs get them.

They are checked in full before the centre starts, and given out as WGS 84 GeoJSON whatever datum
the files are in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from shapely.geometry import Point, Polygon

from comms.centre.errors import RefusedError
from comms.contracts.beat_reader import read_beats
from comms.contracts.beat_writer import as_geojson
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.in_force import in_force_at
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site, Xy
from comms.contracts.site_geojson import site_as_geojson
from comms.contracts.site_ground import SiteGround
from comms.contracts.site_reader import read_site
from comms.contracts.task import Task, TaskKind, Vehicle


@dataclass(frozen=True)
class SiteFiles:
    """One site with its beats."""

    site: Site
    geojson: str
    beats: dict[str, str] = field(default_factory=dict)  # beat_id -> GeoJSON
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @cached_property
    def _ground(self) -> SiteGround:
        return SiteGround(self.site)

    def check_places(self, task: Task) -> None:
        """Raise RefusedError with one sentence when `task` names a place that cannot be.

        The vehicle looks closer once it has the task; here a slip of the hand ends, before anything
        is sent.
        """
        for point in task.points:
            here = self.site.frame.to_enu(point)
            spot = (here.east_m, here.north_m)
            self._check_ground(task, point, spot)
            if task.vehicle is Vehicle.DRONE:
                self._check_air(task, spot)

    def _check_ground(self, task: Task, point: GeoPoint, spot: Xy) -> None:
        by_robot = task.vehicle is Vehicle.ROBOT
        problem = self._ground.problem_at(spot, need_walkway=by_robot)
        if problem is None or (not by_robot and problem.kind != "outside_site"):
            return
        words = self._ground.words(problem)
        name = problem.feature or self.site
        raise RefusedError(
            f"the point {point.latitude_deg:.6f}, {point.longitude_deg:.6f} {words}",
            problem.kind,
            away_m=round(problem.away_m),
            name=name.name,
            name_zh=name.name_zh,
        )

    def _check_air(self, task: Task, spot: Xy) -> None:
        centre = Point(spot)
        orbits = task.kind is TaskKind.ORBIT
        way = centre.buffer(task.radius_m).exterior if orbits else centre
        now = self.now()
        for area in self.site.no_fly:
            closed = area.floor_m <= task.height_m <= area.ceiling_m
            closed = closed and in_force_at(area.applies, now)
            if closed and Polygon(area.ring).intersects(way):
                name = area.name or area.feature_id
                raise RefusedError(
                    f"the {task.kind.replace('_', '-')} leads into the no-fly area {name!r}",
                    "in_no_fly",
                    name=name,
                    name_zh=area.name_zh,
                )
        for limit in self.site.ceilings:
            over = task.height_m > limit.ceiling_m and in_force_at(limit.applies, now)
            if over and Polygon(limit.ring).intersects(way):
                name = limit.name or limit.feature_id
                raise RefusedError(
                    f"{task.height_m:g} m is higher than the {limit.ceiling_m:g} m "
                    f"allowed in {name!r}",
                    "over_ceiling",
                    name=name,
                    name_zh=limit.name_zh,
                    height_m=limit.ceiling_m,
                )


def read_site_files(site_file: Path, beats_dir: Path | None) -> SiteFiles:
    """Raises FileError for the first thing that is wrong in any of the files."""
    site = read_site(site_file)
    beats = {}
    if beats_dir is not None:
        for beat_id, beat in read_beats(beats_dir, site).items():
            if beat.source.endswith(".geojson"):  # with the lines that it has for people
                beats[beat_id] = _as_wgs84(read_geojson(beat.source, "beat"), beat_id)
            else:
                beats[beat_id] = as_geojson(beat)
    return SiteFiles(site, _written(site_as_geojson(site)), beats)


def _as_wgs84(file: GeoJsonFile, identity: str) -> str:
    header = {**file.header, "id": identity, "datum": "WGS84"}
    document = {
        "type": "FeatureCollection",
        "patrol": header,
        "features": [_feature(feature) for feature in file.features],
    }
    return _written(document)


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _feature(feature: Feature) -> dict[str, Any]:
    geometries = [
        {"type": shape.type, "coordinates": _coordinates(shape.type, shape.parts)}
        for shape in feature.shapes
    ]
    if len(geometries) == 1:
        geometry: dict[str, Any] = geometries[0]
    elif len({one["type"] for one in geometries}) > 1:
        geometry = {"type": "GeometryCollection", "geometries": geometries}
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

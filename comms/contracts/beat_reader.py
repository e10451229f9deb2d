"""A user's GeoJSON as a Beat: Points of kind `checkpoint`, in the order in which they are
visited.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from comms.contracts.beat import Beat, Checkpoint, CheckpointAction
from comms.contracts.datums import gcj02_to_wgs84, is_in_china
from comms.contracts.errors import FileError
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.place import GeoPoint
from comms.contracts.site import Site
from comms.contracts.site_ground import SiteGround

_FIELDS = ("wait_s", "announcement", "language")


def read_beat(path: str | Path, site: Site) -> Beat:
    """Read a beat and check it against its site. Raises FileError with file and feature."""
    file = read_geojson(path, "beat")
    wanted = file.header.get("site", site.site_id)
    if wanted != site.site_id:
        raise file.error(f"it belongs to the site {wanted!r}, not to {site.site_id!r}")
    ground = SiteGround(site)
    points = [feature for feature in file.features if _is_checkpoint(file, feature)]
    if not points:
        raise file.error('it has no checkpoint; add Points with {"kind": "checkpoint"}')
    points.sort(key=lambda feature: _order(file, feature))
    name = Path(file.path).name.split(".")[0]
    return Beat(
        beat_id=str(file.header.get("id") or name),
        name=str(file.header.get("name") or name),
        name_zh=str(file.header.get("name_zh") or ""),
        site_id=site.site_id,
        source=file.path,
        checkpoints=tuple(_checkpoint(file, feature, site, ground) for feature in points),
    )


def read_beats(folder: str | Path, site: Site) -> dict[str, Beat]:
    """Every `*.beat.geojson` of a folder, by its id. Raises FileError for the first that is
    wrong.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileError(str(folder), "there is no such folder of beats")
    beats: dict[str, Beat] = {}
    for path in sorted(folder.glob("*.beat.geojson")):
        beat = read_beat(path, site)
        if beat.beat_id in beats:
            other = beats[beat.beat_id].source
            raise FileError(str(path), f"its id {beat.beat_id!r} is that of {other}")
        beats[beat.beat_id] = beat
    return beats


def _is_checkpoint(file: GeoJsonFile, feature: Feature) -> bool:
    if feature.kind == "route":  # a line drawn for people; the robot finds its own way
        return False
    if feature.kind not in ("checkpoint", ""):
        near = difflib.get_close_matches(feature.kind, ("checkpoint", "route"), 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; use checkpoint or route"
        raise file.error(f"the kind {feature.kind!r} is not known in a beat{hint}", feature)
    if len(feature.shapes) != 1 or feature.shapes[0].type != "Point":
        raise file.error(
            f"a checkpoint must be one Point, this is a {feature.shapes[0].type}", feature
        )
    return True


def _order(file: GeoJsonFile, feature: Feature) -> tuple[float, int]:
    order = feature.properties.get("order", feature.number)
    if isinstance(order, bool) or not isinstance(order, int | float):
        raise file.error(f"order must be a number, it says {order!r}", feature)
    return float(order), feature.number


def _checkpoint(file: GeoJsonFile, feature: Feature, site: Site, ground: SiteGround) -> Checkpoint:
    longitude, latitude = feature.shapes[0].parts[0][0]
    point = GeoPoint(latitude_deg=latitude, longitude_deg=longitude)
    here = site.frame.to_enu(point)
    why = ground.why_not_standing((here.east_m, here.north_m))
    if why:
        raise file.error(f"the checkpoint {why}{_datum_hint(file, point, site, ground)}", feature)
    try:
        return Checkpoint(
            checkpoint_id=feature.feature_id,
            name=str(feature.properties.get("name") or ""),
            name_zh=str(feature.properties.get("name_zh") or ""),
            position=point,
            actions=tuple(_actions(file, feature)),
            **{k: feature.properties[k] for k in _FIELDS if k in feature.properties},
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise file.error(f"{name}: {first['msg']} (it says {first['input']!r})", feature) from None


def _actions(file: GeoJsonFile, feature: Feature) -> list[CheckpointAction]:
    raw: Any = feature.properties.get("actions", [])
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list):
        raise file.error("actions must be a list of words", feature)
    known = [str(action) for action in CheckpointAction]
    for word in raw:
        if word not in known:
            raise file.error(f"the action {word!r} is not known; use {', '.join(known)}", feature)
    return [CheckpointAction(word) for word in raw]


def _datum_hint(file: GeoJsonFile, point: GeoPoint, site: Site, ground: SiteGround) -> str:
    """Whether the place would be right if the file's coordinates were GCJ-02 and not what it
    says.
    """
    if file.datum == "GCJ02" or not is_in_china(point.longitude_deg, point.latitude_deg):
        return ""
    longitude, latitude = gcj02_to_wgs84(point.longitude_deg, point.latitude_deg)
    there = site.frame.to_enu(GeoPoint(latitude_deg=latitude, longitude_deg=longitude))
    if ground.why_not_standing((there.east_m, there.north_m)):
        return ""
    return '; taken as GCJ-02 it would be right: add "datum": "GCJ02" to "patrol"'

"""A beat in GeoJSON: Points of kind `checkpoint`, in the order in which they are visited."""

from __future__ import annotations

import difflib
from functools import partial
from pathlib import Path

from comms.contracts.beat import Beat
from comms.contracts.beat_draft import BeatDraft, make_checkpoint
from comms.contracts.errors import ContractError
from comms.contracts.geojson_file import Feature, GeoJsonFile, read_geojson
from comms.contracts.quantities import number


def read_geojson_beat(path: str | Path) -> BeatDraft:
    """Raises FileError with file and feature."""
    file = read_geojson(path, "beat")
    points = [feature for feature in file.features if _is_checkpoint(file, feature)]
    if not points:
        raise file.error('it has no checkpoint; add Points with {"kind": "checkpoint"}')
    points.sort(key=lambda feature: _order(file, feature))
    name = Path(file.path).name.split(".")[0]
    beat = Beat(
        beat_id=str(file.header.get("id") or name),
        name=str(file.header.get("name") or name),
        name_zh=str(file.header.get("name_zh") or ""),
        site_id=str(file.header.get("site") or ""),
        source=file.path,
        checkpoints=tuple(
            make_checkpoint(
                partial(file.error, feature=feature),
                feature.feature_id,
                feature.shapes[0].parts[0][0],
                feature.properties,
            )
            for feature in points
        ),
    )
    places = tuple(feature.place for feature in points)
    return BeatDraft(beat, places, tuple(feature.datum for feature in points), '"patrol"')


def _is_checkpoint(file: GeoJsonFile, feature: Feature) -> bool:
    if feature.kind == "route":  # a line drawn for people; the robot finds its own way
        return False
    if feature.kind not in ("checkpoint", ""):
        near = difflib.get_close_matches(feature.kind, ("checkpoint", "route"), 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; use checkpoint or route"
        raise file.error(f"the kind {feature.kind!r} is not known in a beat{hint}", feature)
    if feature.shapes[0].type != "Point":
        hint = '; a line for people to see has {"kind": "route"}' if not feature.kind else ""
        raise file.error(
            f"a checkpoint must be one Point, this is a {feature.shapes[0].type}{hint}", feature
        )
    if len(feature.shapes) > 1:
        raise file.error(
            f"a checkpoint must be one Point, this has {len(feature.shapes)}; "
            "make a feature of each",
            feature,
        )
    return True


def _order(file: GeoJsonFile, feature: Feature) -> tuple[float, int]:
    order = feature.properties.get("order")
    try:
        return float(feature.number) if order in (None, "") else number(order), feature.number
    except ContractError:
        raise file.error(f"order must be a number, it says {order!r}", feature) from None

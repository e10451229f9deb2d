"""A beat written out for other programs: GeoJSON, GPX 1.1, KML 2.2. All of them read back the same.

GPX and KML are WGS 84; GeoJSON is written in WGS 84 too, and says so.
"""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from comms.contracts.beat import Beat, Checkpoint
from comms.contracts.datums import all_to_wgs84
from comms.contracts.errors import ContractError
from comms.contracts.place import GeoPoint
from comms.contracts.xml_file import OURS

FORMATS = ("geojson", "gpx", "kml")
_GPX, _KML = "http://www.topografix.com/GPX/1/1", "http://www.opengis.net/kml/2.2"
_DEGREES = 9  # digits: a tenth of a millimetre


def write_beat(beat: Beat, form: str) -> str:
    """The text of a beat's file. `form`: one of FORMATS. Raises ContractError for another."""
    writers = {"geojson": as_geojson, "gpx": as_gpx, "kml": as_kml}
    if form not in writers:
        raise ContractError(f"the format {form!r} is not known; use {', '.join(FORMATS)}")
    return writers[form](beat)


def in_wgs84(beat: Beat, datum: str) -> Beat:
    """A beat whose file gave its places in `datum` without saying so, with the right places."""
    places = [[c.position.longitude_deg, c.position.latitude_deg] for c in beat.checkpoints]
    there = all_to_wgs84(np.array(places), datum)
    checkpoints = tuple(
        checkpoint.model_copy(
            update={"position": GeoPoint(longitude_deg=longitude, latitude_deg=latitude)}
        )
        for checkpoint, (longitude, latitude) in zip(beat.checkpoints, there, strict=True)
    )
    return beat.model_copy(update={"checkpoints": checkpoints})


def as_geojson(beat: Beat) -> str:
    features = [
        {
            "type": "Feature",
            "id": checkpoint.checkpoint_id,
            "properties": {
                "kind": "checkpoint",
                **_named(checkpoint.name, checkpoint.description),
                "order": order,
                **_own(checkpoint),
            },
            "geometry": {"type": "Point", "coordinates": _lonlat(checkpoint)},
        }
        for order, checkpoint in enumerate(beat.checkpoints, 1)
    ]
    header = {"kind": "beat", "name": beat.name, "datum": "WGS84", **_header(beat)}
    document = {"type": "FeatureCollection", "patrol": header, "features": features}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_gpx(beat: Beat) -> str:
    root = Element("gpx", {"version": "1.1", "creator": "patrol", "xmlns": _GPX})
    root.set("xmlns:patrol", OURS)
    about = SubElement(root, "metadata")
    _add(about, "name", beat.name)
    _add_extensions(about, _header(beat))
    for checkpoint in beat.checkpoints:
        longitude, latitude = (f"{v:.{_DEGREES}f}" for v in _lonlat(checkpoint))
        point = SubElement(root, "wpt", {"lat": latitude, "lon": longitude})
        _add(point, "name", checkpoint.name)
        _add(point, "desc", checkpoint.description)
        _add_extensions(point, {"id": checkpoint.checkpoint_id, **_own(checkpoint)})
    return _xml(root)


def as_kml(beat: Beat) -> str:
    root = Element("kml", {"xmlns": _KML})
    document = SubElement(root, "Document")
    _add(document, "name", beat.name)
    _add_data(document, _header(beat))
    for checkpoint in beat.checkpoints:
        mark = SubElement(document, "Placemark")
        _add(mark, "name", checkpoint.name)
        _add(mark, "description", checkpoint.description)
        _add_data(mark, {"id": checkpoint.checkpoint_id, **_own(checkpoint)})
        place = ",".join(f"{v:.{_DEGREES}f}" for v in _lonlat(checkpoint))
        _add(SubElement(mark, "Point"), "coordinates", place)
    return _xml(root)


def _header(beat: Beat) -> dict[str, Any]:
    header = {"id": beat.beat_id, "name_zh": beat.name_zh, "site": beat.site_id}
    return {key: value for key, value in header.items() if value}


def _named(name: str, description: str) -> dict[str, str]:
    return {k: v for k, v in (("name", name), ("description", description)) if v}


def _own(checkpoint: Checkpoint) -> dict[str, Any]:
    """What only our files have; what is as usual is left away."""
    usual = Checkpoint.model_fields
    given: dict[str, Any] = {
        "name_zh": checkpoint.name_zh,
        "actions": [str(action) for action in checkpoint.actions],
        "wait_s": checkpoint.wait_s,
        "announcement": checkpoint.announcement,
        "language": checkpoint.language,
    }
    return {k: v for k, v in given.items() if v != [] and v != usual[k].default}


def _lonlat(checkpoint: Checkpoint) -> list[float]:
    at = checkpoint.position
    return [round(at.longitude_deg, _DEGREES), round(at.latitude_deg, _DEGREES)]


def _add(parent: Element, tag: str, text: str) -> None:
    if text:
        SubElement(parent, tag).text = text


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def _add_extensions(parent: Element, values: dict[str, Any]) -> None:
    holder = SubElement(parent, "extensions")
    for key, value in values.items():
        SubElement(holder, f"patrol:{key}").text = _text(value)


def _add_data(parent: Element, values: dict[str, Any]) -> None:
    holder = SubElement(parent, "ExtendedData")
    for key, value in values.items():
        data = SubElement(holder, "Data", {"name": key})
        SubElement(data, "value").text = _text(value)


def _xml(root: Element) -> str:
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"

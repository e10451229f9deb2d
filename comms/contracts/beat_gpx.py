"""A beat in GPX 1.0 or 1.1: waypoints and the points of routes, in the file's order.

What GPX has no word for (actions, Chinese names …) stands in `extensions`, in a namespace of our
own. GPX is WGS 84 by definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

from comms.contracts.beat import Beat, Checkpoint
from comms.contracts.beat_draft import BeatDraft, make_checkpoint
from comms.contracts.errors import FileError
from comms.contracts.xml_file import read_xml, text_of

_SAME_DEG = 5e-6  # half a metre: a route's point that repeats a waypoint


def read_gpx_beat(path: str | Path) -> BeatDraft:
    """Raises FileError with file and waypoint.

    A file with both waypoints and routes: where the routes pass all the waypoints they give the
    order; otherwise the waypoints come first and then the routes' other points.
    """
    name = str(path)
    root = read_xml(path, "gpx")
    waypoints = _points(name, root.findall("wpt"), "waypoint", "waypoint")
    routes = _points(name, root.findall("rte/rtept"), "route point", "route-point")
    points = _ordered(waypoints, routes)
    if not points:
        tracks = len(root.findall("trk"))
        what = f"it has {tracks} tracks and no waypoint" if tracks else "it has no waypoint"
        raise FileError(name, f"{what}; a beat needs waypoints (wpt) or a route (rte)")
    # GPX 1.0 has the name at the top, GPX 1.1 in `metadata`; a lone route has one of its own.
    about = root.find("metadata")
    more = _extensions(about if about is not None else root)
    stem = Path(name).name.split(".")[0]
    named = text_of(root, "metadata/name") or text_of(root, "name") or text_of(root, "rte/name")
    beat = Beat(
        beat_id=more.get("id") or stem,
        name=named or stem,
        name_zh=more.get("name_zh", ""),
        site_id=more.get("site", ""),
        source=name,
        checkpoints=tuple(checkpoint for checkpoint, _ in points),
    )
    return BeatDraft(beat, tuple(place for _, place in points), ("WGS84",) * len(points))


def _points(
    name: str, elements: list[Element], word: str, prefix: str
) -> list[tuple[Checkpoint, str]]:
    found: list[tuple[Checkpoint, str]] = []
    seen: dict[str, str] = {}
    for number, element in enumerate(elements, 1):
        called = text_of(element, "name")
        place = f'{word} {number} ("{called}")' if called else f"{word} {number}"
        error = partial(_error, name, place)
        more = _extensions(element)
        identity = more.get("id") or f"{prefix}-{number}"
        if identity in seen:
            raise error(f"its id {identity!r} is that of {seen[identity]}")
        seen[identity] = place
        words = {
            "name": called,
            "description": text_of(element, "desc") or text_of(element, "cmt"),
            **more,
        }
        lonlat = (_degrees(error, element, "lon", 180.0), _degrees(error, element, "lat", 90.0))
        found.append((make_checkpoint(error, identity, lonlat, words), place))
    return found


def _error(name: str, place: str, what: str) -> FileError:
    return FileError(name, what, place)


def _degrees(
    error: Callable[[str], FileError], element: Element, key: str, at_most: float
) -> float:
    raw = element.get(key)
    if raw is None:
        raise error(f'it has no "{key}"; write lat="29.868" lon="121.615"')
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not abs(value) <= at_most:
        swapped = key == "lat" and 90 < abs(value) <= 180
        hint = "; lat and lon look swapped" if swapped else ""
        raise error(f"{key}={raw[:40]!r} is not degrees within ±{at_most:.0f}{hint}")
    return value


def _extensions(element: Element) -> dict[str, str]:
    """Our own words in `extensions`; those of other programs are left alone."""
    holder = element.find("extensions")
    inside = [] if holder is None else [c for c in holder if c.tag.startswith("patrol:")]
    return {child.tag.removeprefix("patrol:"): (child.text or "").strip() for child in inside}


def _ordered(
    waypoints: list[tuple[Checkpoint, str]], routes: list[tuple[Checkpoint, str]]
) -> list[tuple[Checkpoint, str]]:
    if not waypoints or not routes:
        return waypoints or routes
    on_route = [any(_same(w[0], r[0]) for r in routes) for w in waypoints]
    at = {
        number: next((w for w in waypoints if _same(w[0], r[0])), None)
        for number, r in enumerate(routes)
    }
    if not all(on_route):
        return waypoints + [r for number, r in enumerate(routes) if at[number] is None]
    ordered = []
    for number, (checkpoint, place) in enumerate(routes):
        found = at[number]
        if found is not None:  # what the waypoint says, under the route point's own id
            update = {"checkpoint_id": checkpoint.checkpoint_id}
            checkpoint, place = found[0].model_copy(update=update), place
        ordered.append((checkpoint, place))
    return ordered


def _same(a: Checkpoint, b: Checkpoint) -> bool:
    return (
        abs(a.position.longitude_deg - b.position.longitude_deg) < _SAME_DEG
        and abs(a.position.latitude_deg - b.position.latitude_deg) < _SAME_DEG
    )

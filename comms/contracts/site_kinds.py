"""Which kind each feature of a site file has: by its own word, or by OpenStreetMap's tags.

A feature that says nothing we know is an error, because what is dropped silently may be a wall. In
an OpenStreetMap export, which is full of gates, bins and opening hours, it is left out and counted.
"""

from __future__ import annotations

import difflib
from collections import Counter

from comms.contracts.geojson_file import Feature, GeoJsonFile
from comms.contracts.osm_tags import is_from_osm, kind_from_osm, what_osm_calls_it

#: the kinds, and the geometry that each must have
NEEDS = {
    "boundary": "Polygon", "building": "Polygon", "walkway": "LineString", "crossing": "LineString",
    "road": "LineString", "plaza": "Polygon", "lawn": "Polygon", "keep_out": "Polygon",
    "no_fly": "Polygon", "ceiling": "Polygon", "spot_height": "Point", "contour": "LineString",
    "tree": "Point", "parked_car": "Point", "kiosk": "Point", "pad": "Point",
}  # fmt: skip


class FeatureKinds:
    """`by_number`: the kind of each feature, by the feature's number; those left out are not in
    it. `left_out`: what was left out (tag=value) and how often.
    """

    def __init__(self, file: GeoJsonFile) -> None:
        self.by_number: dict[int, str] = {}
        self.left_out: Counter[str] = Counter()
        for feature in file.features:
            kind = _kind(file, feature)
            if kind:
                self.by_number[feature.number] = kind
            else:
                self.left_out[what_osm_calls_it(feature.properties)] += 1


def _kind(file: GeoJsonFile, feature: Feature) -> str:
    """ "" for a feature of OpenStreetMap that means nothing to the unit. Raises FileError."""
    shapes = {shape.type for shape in feature.shapes}
    kind = feature.kind
    if not kind:
        kind = kind_from_osm(feature.properties, "Polygon" in shapes)
        if is_from_osm(feature.feature_id, feature.properties) and {NEEDS.get(kind)} != shapes:
            return ""  # a crossing or a building drawn as a point says nothing of its extent
    if kind == "checkpoint":
        raise file.error("a checkpoint belongs in a beat's file, not in a site's", feature)
    if kind not in NEEDS:
        near = difflib.get_close_matches(kind, NEEDS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; use one of {', '.join(NEEDS)}"
        said = f"the kind {kind!r} is not known" if kind else "it does not say its kind"
        raise file.error(said + hint, feature)
    if kind == "crossing" and "Point" in shapes:
        raise file.error("a crossing must be a LineString from kerb to kerb, not a Point", feature)
    for shape in sorted(shapes - {NEEDS[kind]}):
        raise file.error(f"a {kind} must be a {NEEDS[kind]}, this is a {shape}", feature)
    return kind

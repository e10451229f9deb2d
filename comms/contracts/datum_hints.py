"""What a place that lies wrong may have been meant as: the mistakes that people's maps have."""

from __future__ import annotations

from collections.abc import Callable

from comms.contracts.datums import gcj02_to_wgs84, is_in_china, wgs84_to_gcj02

LonLat = tuple[float, float]


def datum_hint(place: LonLat, datum: str, is_right: Callable[[LonLat], bool], where: str) -> str:
    """The end of a sentence about a place that lies wrong: how read otherwise it would be right;
    "" if in no known way.

    `place`: WGS 84 degrees as read from a file in `datum`; `is_right`: whether a WGS 84 place
    would be right; `where`: what to add a datum to, like `"patrol"`.
    """
    longitude, latitude = place
    if is_in_china(longitude, latitude):
        if datum == "GCJ02":
            if is_right(wgs84_to_gcj02(longitude, latitude)):
                return f'; taken as WGS 84 it would be right: write "datum": "WGS84" in {where}'
        elif is_right(gcj02_to_wgs84(longitude, latitude)):
            return f'; taken as GCJ-02 it would be right: add "datum": "GCJ02" to {where}'
    if abs(longitude) <= 90 and is_right((latitude, longitude)):
        return "; its longitude and latitude look swapped: longitude comes first in GeoJSON"
    return ""

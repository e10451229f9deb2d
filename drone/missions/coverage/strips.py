"""Parallel strips over an area, from edge to edge."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

Strips = NDArray[np.float64]  # (n, 2, 2): strip, begin and end, east and north (m)

_SHORTEST_M = 0.5


def width_across(area: BaseGeometry, angle_rad: float) -> float:
    """Width of `area` (m) at right angles to strips in direction `angle_rad` (ENU yaw)."""
    low, high = _extent(area, angle_rad)
    return high - low


def sweep(area: BaseGeometry, angle_rad: float, count: int) -> Strips:
    """`count` evenly spaced lines in direction `angle_rad` over `area`, cut to it.

    The first and the last lie half a spacing inside. A line that leaves the area and comes back
    gives several strips.
    """
    low, high = _extent(area, angle_rad)
    spacing = (high - low) / count
    along = np.array([math.cos(angle_rad), math.sin(angle_rad)])
    across = np.array([-along[1], along[0]])
    reach = math.hypot(*np.ptp(np.reshape(area.bounds, (2, 2)), axis=0)) + 1.0
    middle = np.array(area.envelope.centroid.coords[0])
    middle = along * (middle @ along)
    found = []
    for number in range(count):
        at = middle + across * (low + (number + 0.5) * spacing)
        line = LineString([at - along * reach, at + along * reach])
        pieces = shapely.get_parts(shapely.intersection(line, area))
        ends = [np.array(p.coords)[[0, -1]] for p in pieces if p.length >= _SHORTEST_M]
        ends.sort(key=lambda e: float(e[0] @ along))
        found += ends
    return np.array(found, float).reshape(-1, 2, 2)


def drawn_in(strips: Strips, by_m: float) -> Strips:
    """Each strip shorter by `by_m` at both ends; of a short one its middle stays."""
    along = strips[:, 1] - strips[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    off = np.minimum(by_m, 0.5 * (length - 0.1))[:, None] * along / length[:, None]
    return np.stack([strips[:, 0] + off, strips[:, 1] - off], axis=1)


def _extent(area: BaseGeometry, angle_rad: float) -> tuple[float, float]:
    turned = affinity.rotate(area, -angle_rad, origin=(0.0, 0.0), use_radians=True)
    return float(turned.bounds[1]), float(turned.bounds[3])

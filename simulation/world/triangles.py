"""Flat polygons and prisms as triangles, and triangles as binary STL, the one mesh format that
needs no library.

One mesh per colour keeps the number of draw calls low, which is what a picture costs on a CPU.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

#: (n, 3, 3) float32: n triangles, three corners counter-clockwise seen from outside, x y z in m.
Triangles = NDArray[np.float32]

NONE: Triangles = np.zeros((0, 3, 3), np.float32)


def polygons_of(shape: BaseGeometry, above_m2: float = 1e-4) -> list[Polygon]:
    """The polygons in any shapely geometry that are larger than `above_m2`."""
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, Polygon) and part.area > above_m2]


def flat(shape: BaseGeometry, z: float) -> Triangles:
    """The polygons of `shape` as an upward surface at height `z` (m)."""
    found: list[list[tuple[float, float, float]]] = []
    for polygon in polygons_of(shape):
        for triangle in polygons_of(shapely.constrained_delaunay_triangles(polygon), 0.0):
            ring = orient(triangle, 1.0).exterior.coords
            found.append([(x, y, z) for x, y, *_ in ring[:3]])
    return np.array(found, np.float32).reshape(-1, 3, 3)


def walls(ring: list[tuple[float, float]], bottom: float, top: float) -> Triangles:
    """The side faces over a counter-clockwise ring (not repeated at its end), looking outwards."""
    faces: list[list[tuple[float, float, float]]] = []
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        low_a, low_b = (ax, ay, bottom), (bx, by, bottom)
        high_a, high_b = (ax, ay, top), (bx, by, top)
        faces += [[low_a, low_b, high_b], [low_a, high_b, high_a]]
    return np.array(faces, np.float32).reshape(-1, 3, 3)


def prism(shape: BaseGeometry, bottom: float, top: float, *, floor: bool = False) -> Triangles:
    """The polygons of `shape` raised from `bottom` to `top`: sides, roof and, if asked, floor."""
    parts: list[Triangles] = [flat(shape, top)]
    for polygon in polygons_of(shape):
        turned = orient(polygon, 1.0)
        for ring in (turned.exterior, *turned.interiors):
            parts.append(walls([(x, y) for x, y, *_ in ring.coords[:-1]], bottom, top))
    if floor:
        parts.append(flat(shape, bottom)[:, ::-1])
    return np.concatenate(parts)


def ball(centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Triangles:
    """A coarse ellipsoid (80 faces)."""
    golden = (1 + 5**0.5) / 2
    raw = [
        (-1, golden, 0),
        (1, golden, 0),
        (-1, -golden, 0),
        (1, -golden, 0),
        (0, -1, golden),
        (0, 1, golden),
        (0, -1, -golden),
        (0, 1, -golden),
        (golden, 0, -1),
        (golden, 0, 1),
        (-golden, 0, -1),
        (-golden, 0, 1),
    ]
    corners = np.array(raw) / np.hypot(1, golden)
    faces = [
        (0, 11, 5),
        (0, 5, 1),
        (0, 1, 7),
        (0, 7, 10),
        (0, 10, 11),
        (1, 5, 9),
        (5, 11, 4),
        (11, 10, 2),
        (10, 7, 6),
        (7, 1, 8),
        (3, 9, 4),
        (3, 4, 2),
        (3, 2, 6),
        (3, 6, 8),
        (3, 8, 9),
        (4, 9, 5),
        (2, 4, 11),
        (6, 2, 10),
        (8, 6, 7),
        (9, 8, 1),
    ]
    triangles = corners[np.array(faces)]
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    ab, bc, ca = (_unit(a + b), _unit(b + c), _unit(c + a))
    finer = np.concatenate(
        [np.stack(s, axis=1) for s in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
    )
    placed: Triangles = (finer * np.array(radii) + np.array(centre)).astype(np.float32)
    return placed


def moved(triangles: Triangles, x: float, y: float, yaw: float) -> Triangles:
    """Turned about z by `yaw` and then shifted."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float64)
    placed: Triangles = (triangles @ turn.T + np.array([x, y, 0.0])).astype(np.float32)
    return placed


def write_stl(path: Path, triangles: Triangles) -> None:
    """Binary STL (the format of 3D Systems, 1989): 80 bytes, a count, 50 bytes per triangle."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
    records = np.zeros(len(triangles), record)
    edge_1, edge_2 = (triangles[:, i] - triangles[:, 0] for i in (1, 2))
    records["normal"] = _unit(np.cross(edge_1, edge_2))
    records["corners"] = triangles
    with path.open("wb") as file:
        file.write(b"patrol".ljust(80, b" "))
        file.write(np.uint32(len(triangles)).tobytes())
        file.write(records.tobytes())


def _unit(vectors: NDArray[Any]) -> NDArray[Any]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[Any] = vectors / np.maximum(length, 1e-12)
    return unit

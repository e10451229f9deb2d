"""Buildings: an upright block over each outline, with rows of windows so that pictures have
something to see.

Rectangles collide as boxes, other outlines as their own mesh.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from shapely.geometry import Polygon
from shapely.geometry.polygon import orient

from comms.contracts.site import Building, Site
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.triangles import NONE, Triangles, prism

WALLS: tuple[sdf.Rgb, ...] = (
    (0.78, 0.74, 0.68), (0.62, 0.66, 0.70), (0.70, 0.56, 0.46), (0.80, 0.79, 0.76),
    (0.55, 0.58, 0.60),
)  # fmt: skip
GLASS: sdf.Rgb = (0.18, 0.24, 0.30)
STOREY_M = 3.6
WINDOW_M = 1.9
BAY_M = 3.2
PROUD_M = 0.04  # how far a pane stands out of the wall, against flicker
MAX_STOREYS_WITH_WINDOWS = 30


def add_buildings(world: sdf.Element, site: Site, folder: WorldFolder) -> None:
    for number, building in enumerate(site.buildings):
        _add_building(world, f"building_{number}", building, WALLS[number % len(WALLS)], folder)


def _add_building(
    world: sdf.Element, name: str, building: Building, colour: sdf.Rgb, folder: WorldFolder
) -> None:
    shape = orient(Polygon(building.ring), 1.0)
    top = building.height_m
    rectangle = as_rectangle(shape)
    link = sdf.static_model(world, name)
    body = prism(shape, 0.0, top)
    folder.add_mesh(link, name, body, colour)
    folder.add_mesh(link, f"{name}_glass", windows(shape, top), GLASS)
    if rectangle is None:
        sdf.add_collision(link, "walls", sdf.mesh(folder.uri(f"{name}.stl")))
    else:
        x, y, length, width, yaw = rectangle
        sdf.add_collision(
            link, "walls", sdf.box((length, width, top)), (x, y, top / 2), (0.0, 0.0, yaw)
        )


def as_rectangle(shape: Polygon) -> tuple[float, float, float, float, float] | None:
    """(centre x, y, length, width, yaw) when `shape` is a rectangle to 1 % of its area."""
    around = shape.minimum_rotated_rectangle
    if not isinstance(around, Polygon) or around.area - shape.area > 0.01 * around.area:
        return None
    a, b, c = (np.array(point[:2]) for point in around.exterior.coords[:3])
    along, across = b - a, c - b
    centre = (a + c) / 2
    return (
        float(centre[0]), float(centre[1]),
        float(np.linalg.norm(along)), float(np.linalg.norm(across)),
        math.atan2(along[1], along[0]),
    )  # fmt: skip


def windows(shape: Polygon, top: float) -> Triangles:
    """Panes on every wall: a shop front on the ground floor and a band of windows per storey."""
    ring = [np.array(point[:2]) for point in orient(shape, 1.0).exterior.coords]
    storeys = min(int((top - 1.0) / STOREY_M), MAX_STOREYS_WITH_WINDOWS)
    panes: list[list[tuple[float, float, float]]] = []
    for a, b in pairwise(ring):
        length = float(np.linalg.norm(b - a))
        bays = int((length - 1.0) / BAY_M)
        if bays < 1:
            continue
        along = (b - a) / length
        out = np.array([along[1], -along[0]]) * PROUD_M
        first = (length - bays * BAY_M) / 2
        for storey in range(storeys):
            low = storey * STOREY_M + (0.5 if storey == 0 else 1.1)
            high = storey * STOREY_M + 2.9
            if storey < 3:  # near the eye: single windows
                edges = [
                    (first + bay * BAY_M + (BAY_M - WINDOW_M) / 2, WINDOW_M) for bay in range(bays)
                ]
            else:
                edges = [(first, bays * BAY_M)]
            for start, width in edges:
                left, right = a + along * start + out, a + along * (start + width) + out
                panes += _pane(left, right, low, min(high, top - 0.3))
    return np.array(panes, np.float32).reshape(-1, 3, 3) if panes else NONE


def _pane(
    left: np.ndarray, right: np.ndarray, low: float, high: float
) -> list[list[tuple[float, float, float]]]:
    a, b = (left[0], left[1], low), (right[0], right[1], low)
    c, d = (right[0], right[1], high), (left[0], left[1], high)
    return [[a, b, c], [a, c, d]]

"""Parked cars: a saloon's outline drawn across its width, near enough to a car for a detector to
take it for one."""

from __future__ import annotations

import math
import random

import numpy as np
from shapely.geometry import Polygon

from comms.contracts.site import Site
from simulation.world import sdf
from simulation.world.folder import WorldFolder
from simulation.world.triangles import Triangles, moved, prism

LENGTH_M, WIDTH_M, HEIGHT_M = 4.5, 1.8, 1.45
PAINTS: tuple[sdf.Rgb, ...] = (
    (0.85, 0.85, 0.86), (0.75, 0.12, 0.10), (0.55, 0.10, 0.10), (0.20, 0.28, 0.50),
    (0.58, 0.60, 0.62),
)  # fmt: skip
GLASS: sdf.Rgb = (0.16, 0.20, 0.25)
PLASTIC: sdf.Rgb = (0.16, 0.16, 0.17)
METAL: sdf.Rgb = (0.72, 0.74, 0.76)
RUBBER: sdf.Rgb = (0.05, 0.05, 0.05)
LAMP: sdf.Rgb = (0.95, 0.93, 0.80)
TAIL: sdf.Rgb = (0.70, 0.05, 0.05)

#: side view, x forward and z up from the ground under the car's middle, m
BODY = [
    (-2.25, 0.25),
    (2.20, 0.25),
    (2.25, 0.55),
    (2.10, 0.72),
    (0.95, 0.88),
    (-1.70, 0.95),
    (-2.22, 0.90),
]
CABIN = [(0.95, 0.86), (0.25, 1.38), (-0.15, 1.45), (-0.95, 1.43), (-1.75, 0.93)]
SIDE_GLASS = [(0.78, 0.92), (0.22, 1.32), (-0.15, 1.38), (-0.90, 1.36), (-1.50, 0.97)]


def add_cars(world: sdf.Element, site: Site, folder: WorldFolder, dice: random.Random) -> None:
    if not site.cars:
        return
    link = sdf.static_model(world, "cars")
    parts = car_parts()
    meshes: dict[sdf.Rgb, list[Triangles]] = {}
    for car in site.cars:
        x, y = car.at
        sdf.add_collision(
            link,
            f"car_{car.feature_id}",
            sdf.box((LENGTH_M, WIDTH_M, HEIGHT_M)),
            (x, y, HEIGHT_M / 2),
            (0.0, 0.0, car.heading_rad),
        )
        paint = dice.choice(PAINTS)
        for colour, triangles in parts.items():
            meshes.setdefault(colour or paint, []).append(moved(triangles, x, y, car.heading_rad))
    for number, (colour, pieces) in enumerate(meshes.items()):
        folder.add_mesh(link, f"cars_{number}", np.concatenate(pieces), colour)


def car_parts() -> dict[sdf.Rgb | None, Triangles]:
    """One car at the origin, looking along x: triangles per colour; None is its paint."""
    half = WIDTH_M / 2
    slim = half - 0.14
    wheels = [
        _across(_circle(x, 0.32, 0.32), side * (half - 0.22), side * (half + 0.01))
        for x in (1.38, -1.38)
        for side in (1, -1)
    ]
    panes = [_across(SIDE_GLASS, -slim - 0.01, slim + 0.01)]
    windscreen = [(0.93, 0.90), (0.90, 0.86), (0.20, 1.36), (0.28, 1.40)]
    rear = [(-1.74, 0.96), (-0.98, 1.44), (-0.90, 1.40), (-1.64, 0.92)]
    panes += [_across(outline, -slim + 0.08, slim - 0.08) for outline in (windscreen, rear)]
    lamps = [
        _across([(2.18, 0.60), (2.26, 0.60), (2.20, 0.72)], s * 0.45, s * 0.85) for s in (1, -1)
    ]
    tails = [
        _across([(-2.26, 0.66), (-2.20, 0.66), (-2.20, 0.82), (-2.26, 0.82)], s * 0.5, s * 0.88)
        for s in (1, -1)
    ]
    hubs = [
        _across(_circle(x, 0.32, 0.19), side * (half + 0.005), side * (half + 0.02))
        for x in (1.38, -1.38)
        for side in (1, -1)
    ]
    bumpers = [
        _across([(2.20, 0.22), (2.32, 0.24), (2.32, 0.46), (2.24, 0.50)], -half, half),
        _across([(-2.33, 0.24), (-2.22, 0.22), (-2.22, 0.50), (-2.33, 0.46)], -half, half),
        _across([(-2.0, 0.22), (2.0, 0.22), (2.0, 0.30), (-2.0, 0.30)], -half - 0.01, half + 0.01),
        _across([(2.20, 0.56), (2.265, 0.56), (2.21, 0.70)], -0.40, 0.40),
    ]
    seams = [
        _across(
            [(x, 0.32), (x + 0.025, 0.32), (x + 0.025, 0.88), (x, 0.88)],
            -half - 0.006,
            half + 0.006,
        )
        for x in (0.85, -0.20, -1.15)
    ]
    pillars = [
        _across(
            [(x, 0.92), (x + 0.08, 0.92), (x + 0.06, 1.38), (x - 0.02, 1.38)],
            -slim - 0.02,
            slim + 0.02,
        )
        for x in (-0.22,)
    ]
    plates = [
        _across([(2.32, 0.34), (2.335, 0.34), (2.335, 0.46), (2.32, 0.46)], -0.26, 0.26),
        _across([(-2.345, 0.34), (-2.33, 0.34), (-2.33, 0.46), (-2.345, 0.46)], -0.26, 0.26),
    ]
    mirrors = [
        _across(
            [(0.62, 0.92), (0.78, 0.90), (0.78, 1.04), (0.64, 1.06)], s * (slim), s * (half + 0.12)
        )
        for s in (1, -1)
    ]
    return {
        None: np.concatenate(
            [_across(BODY, -half, half), _across(CABIN, -slim, slim), *pillars, *mirrors]
        ),
        GLASS: np.concatenate(panes),
        RUBBER: np.concatenate([*wheels, *seams]),
        PLASTIC: np.concatenate(bumpers),
        METAL: np.concatenate([*hubs, *plates]),
        LAMP: np.concatenate(lamps),
        TAIL: np.concatenate(tails),
    }


def _circle(x: float, z: float, radius: float) -> list[tuple[float, float]]:
    turns = [math.tau * k / 20 for k in range(20)]
    return [(x + radius * math.cos(t), z + radius * math.sin(t)) for t in turns]


def _across(side_view: list[tuple[float, float]], y_from: float, y_to: float) -> Triangles:
    """A side view (x, z) drawn across the car from one y to another."""
    low, high = sorted((y_from, y_to))
    raised = prism(Polygon(side_view), low, high, floor=True)
    swapped = raised[:, :, [0, 2, 1]]  # (x, z, y) -> (x, y, z) mirrors, so turn the faces round
    return np.ascontiguousarray(swapped[:, ::-1])

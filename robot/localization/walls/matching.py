"""A scan laid over the walls from a pose that is nearly right: the pose that fits, and how well it
is known in which direction.

Point-to-line ICP (Censi, ICRA 2008) with Cauchy weights. Along a single wall nothing is known of
the way along it: only the directions that the walls hold are given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot.localization.planar import Pose, wrap
from robot.localization.walls.outline_map import Array, OutlineMap

#: A radian is as long as this (m) where directions of place and heading are compared.
LEVER_M = 4.0
_CAUCHY_M = 0.10
_FITS_M = 0.20
_FEWEST = 12.0  # points that must hold a direction, in number
_STEPS = 8
_RANGE_M = 10.0  # about where the walls are


@dataclass(frozen=True)
class Match:
    """`directions` (k, 3): unit vectors of (east m, north m, LEVER_M x yaw) in which the walls
    hold the pose, `sigmas` (k,) m for them; `fitting` of `used` points lie on a wall."""

    pose: Pose
    directions: Array
    sigmas: Array
    fitting: int
    used: int

    @property
    def share(self) -> float:
        return self.fitting / self.used if self.used else 0.0

    def covariance(self, floor_m: float, loose_m: float) -> Array:
        """(3, 3) of east, north (m) and yaw (rad): the walls are known to `floor_m` (1 sigma), and
        in the directions that no wall holds the pose is known to `loose_m`."""
        held = (self.directions.T * (np.square(self.sigmas) + floor_m**2)) @ self.directions
        loose = np.eye(3) - self.directions.T @ self.directions
        scale = np.diag([1.0, 1.0, 1.0 / LEVER_M])
        covariance: Array = scale @ (held + loose_m**2 * loose) @ scale
        return covariance


def match_scan(walls: OutlineMap, points: Array, guess: Pose, gate_m: float) -> Match:
    """`points` (n, 2) m in the body frame; `gate_m`: about how far off `guess` may put them."""
    pose, gates = guess, np.geomspace(max(gate_m, 0.5), 0.4, _STEPS)
    for gate in gates:
        lines, misses = _laid(walls, points, pose, float(gate))
        if len(misses) < 3:
            break
        weight = 1.0 / (1.0 + np.square(misses / max(_CAUCHY_M, gate / 4)))
        information = (lines * weight[:, None]).T @ lines + 1e-3 * np.eye(3)
        step = -np.linalg.solve(information, (lines * weight[:, None]).T @ misses)
        pose = Pose(pose.x + step[0], pose.y + step[1], wrap(pose.yaw + step[2] / LEVER_M))
        if gate < 0.5 and float(np.abs(step).max()) < 1e-3:
            break
    lines, misses = _laid(walls, points, pose, 0.4)
    on = np.abs(misses) <= _FITS_M
    lines, misses = lines[on], misses[on]
    if len(misses) < 3:
        return Match(pose, np.zeros((0, 3)), np.zeros(0), len(misses), len(points))
    strength, axes = np.linalg.eigh(lines.T @ lines)
    holds = strength >= _FEWEST
    noise = max(0.02, float(np.sqrt(np.mean(np.square(misses)))))
    sigmas = noise / np.sqrt(strength[holds])
    return Match(pose, axes.T[holds], sigmas, len(misses), len(points))


def _laid(walls: OutlineMap, points: Array, pose: Pose, gate_m: float) -> tuple[Array, Array]:
    """Of the points near a wall that looks at the robot: the derivative (m, 3) of the way to its
    line, and that way (m,)."""
    cos, sin = math.cos(pose.yaw), math.sin(pose.yaw)
    turned = points @ np.array([[cos, sin], [-sin, cos]])
    here = np.array([pose.x, pose.y])
    placed = turned + here
    far, number = walls.nearest(placed, gate_m)
    near = np.flatnonzero(np.isfinite(far))
    foot, normal = walls.points[number[near]], walls.normals[number[near]]
    looks = np.einsum("ij,ij->i", here - foot, normal) > 0.0
    near, foot, normal = near[looks], foot[looks], normal[looks]
    misses = np.einsum("ij,ij->i", placed[near] - foot, normal)
    swing = (normal[:, 1] * turned[near, 0] - normal[:, 0] * turned[near, 1]) / LEVER_M
    return np.column_stack([normal, swing]), misses


def wide_enough(sigma_m: float, sigma_rad: float) -> float:
    """The gate (m) for a guess that is so uncertain."""
    return min(2.0, 0.3 + 3.0 * sigma_m + 2.0 * _RANGE_M * sigma_rad)

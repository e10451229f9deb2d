"""What the robot's lidar says of the thing in a box: which of its points lie inside, and how far.

A box in a picture gives a good direction and a poor distance; a level lidar gives a good distance.
Points are taken to map by the pose at the scan's own time and into the picture by the pose at the
frame's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from comms.contracts.vehicle import Mount
from perception.locate.camera_model import CameraPose, Lens, mount_position, mount_rotation
from perception.locate.pose_buffer import Matrix, Pose, Vector

_MIDDLE = 0.35  # share of the box's width, left and right of its centre, that belongs to the thing
_CLUSTER_GAP_M = 0.6


@dataclass(frozen=True)
class Scan:
    """One turn of a level lidar: `ranges` (n,) m, inf or NaN for a miss; angles in rad, x
    forward."""

    time_s: float
    ranges: Vector
    first_rad: float
    step_rad: float
    range_max_m: float


def scan_points(scan: Scan, pose: Pose, mount: Mount) -> Matrix:
    """The scan's hits (n, 3) in map."""
    hit = np.isfinite(scan.ranges) & (scan.ranges > 0.05) & (scan.ranges < scan.range_max_m)
    angles = scan.first_rad + scan.step_rad * np.flatnonzero(hit)
    ranges = scan.ranges[hit]
    flat = np.column_stack(
        [ranges * np.cos(angles), ranges * np.sin(angles), np.zeros(len(ranges))]
    )
    in_body = flat @ mount_rotation(mount).T + mount_position(mount)
    points: Matrix = in_body @ pose.rotation.T + pose.position
    return points


def surface_in_box(
    points: Matrix,
    camera: CameraPose,
    lens: Lens,
    box: tuple[float, float, float, float],
    expected_m: float | None,
    expected_sigma_m: float,
) -> Vector | None:
    """The nearest surface (2,) east, north of the thing in `box`, or None when no point is on it.

    `expected_m` is its horizontal distance as the picture has it (None: not known): points are only
    believed within three of its sigmas, because the lidar also hits what stands before and behind.
    """
    if len(points) == 0:
        return None
    local = (points - camera.origin) @ camera.rotation
    front = local[:, 0] > 0.2
    local, points = local[front], points[front]
    if len(points) == 0:
        return None
    pixels = lens.project(local)
    x1, y1, x2, y2 = box
    half = _MIDDLE * (x2 - x1)
    inside = (
        (np.abs(pixels[:, 0] - (x1 + x2) / 2) <= max(half, 2.0))
        & (pixels[:, 1] >= y1)
        & (pixels[:, 1] <= y2 + 2.0)
    )
    if not inside.any():
        return None
    near = points[inside, :2]
    distance = np.linalg.norm(near - camera.origin[:2], axis=1)
    order = np.argsort(distance)
    near, distance = near[order], distance[order]
    clusters = np.split(
        np.arange(len(distance)), np.flatnonzero(np.diff(distance) > _CLUSTER_GAP_M) + 1
    )
    best: Vector | None = None
    best_error = math.inf
    for cluster in clusters:
        error = 0.0 if expected_m is None else abs(float(distance[cluster[0]]) - expected_m)
        if expected_m is not None and error > 3.0 * expected_sigma_m + 0.5:
            continue
        if error < best_error:
            best, best_error = near[cluster].mean(axis=0), error
    return best

"""Where a pixel's ray meets a level plane, and how sure that is.

The covariance is propagated to first order (numerical Jacobian): a pixel's error, the camera's
pitch, yaw and height, and its own position. Towards the horizon it grows without bound, as it
should.
"""

from __future__ import annotations

import math

import numpy as np

from perception.locate.camera_model import CameraPose, Lens
from perception.locate.pose_buffer import Matrix, Vector

_LEVEL = 1e-3  # a ray flatter than this (rad) meets no ground


def on_plane(camera: CameraPose, direction: Vector, plane_m: float) -> Vector | None:
    """East and north (2,) of where the ray in map `direction` (3,) meets height `plane_m`, or
    None."""
    rise = float(direction[2])
    drop = plane_m - float(camera.origin[2])
    if abs(rise) < _LEVEL * float(np.linalg.norm(direction)) or drop / rise <= 0.0:
        return None
    return camera.origin[:2] + drop / rise * direction[:2]


def pixel_on_plane(
    camera: CameraPose, lens: Lens, u: float, v: float, plane_m: float
) -> Vector | None:
    """East and north (2,) of where pixel (u, v) sees height `plane_m`, or None."""
    return on_plane(camera, camera.rotation @ lens.ray(u, v), plane_m)


def covariance_on_plane(
    camera: CameraPose,
    lens: Lens,
    u: float,
    v: float,
    plane_m: float,
    pixel_sigmas: tuple[float, float],
    plane_sigma_m: float = 0.0,
) -> Matrix | None:
    """The covariance (2, 2) m^2 of `pixel_on_plane`, or None where the ray meets nothing.

    `pixel_sigmas` are those of u and v.
    """
    here = pixel_on_plane(camera, lens, u, v, plane_m)
    if here is None:
        return None
    height_sigma = math.hypot(camera.height_sigma_m, plane_sigma_m)
    moved = [
        _difference(here, pixel_on_plane(camera, lens, u + pixel_sigmas[0], v, plane_m)),
        _difference(here, pixel_on_plane(camera, lens, u, v + pixel_sigmas[1], plane_m)),
        _difference(here, _turned(camera, lens, u, v, plane_m, camera.pitch_sigma_rad)),
        _difference(here, pixel_on_plane(camera, lens, u, v, plane_m - height_sigma)),
        _across(here - camera.origin[:2], camera.yaw_sigma_rad),
    ]
    columns = [column for column in moved if column is not None]
    if len(columns) < len(moved):
        return None
    jacobian = np.column_stack(columns)
    total: Matrix = jacobian @ jacobian.T + camera.position_covariance
    return total


def _difference(a: Vector, b: Vector | None) -> Vector | None:
    return None if b is None else b - a


def _across(offset: Vector, angle_rad: float) -> Vector:
    """How far a small turn about the vertical moves a point at `offset`."""
    return np.array([-offset[1], offset[0]]) * angle_rad


def _turned(
    camera: CameraPose, lens: Lens, u: float, v: float, plane_m: float, angle_rad: float
) -> Vector | None:
    """The same pixel's place when the camera looks lower by `angle_rad`."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    pitch = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return on_plane(camera, camera.rotation @ pitch @ lens.ray(u, v), plane_m)

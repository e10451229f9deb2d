"""The place of a thing on the map: from its box, its camera's pose and, for the robot, the lidar.

The thing stands on the ground where its box ends, if that end is in the picture. A person whose
feet are not in view is placed by the head, at the height that people have. What touches the
horizon, or is too uncertain, gets no place, and then there is no finding: the reasons are counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from perception.config import LocateConfig
from perception.kinds import ANIMAL, PERSON, VEHICLE
from perception.locate.camera_model import CameraPose, Lens
from perception.locate.ground import covariance_on_plane, pixel_on_plane
from perception.locate.lidar import surface_in_box
from perception.locate.pose_buffer import Matrix, Vector

Box = tuple[float, float, float, float]

_BORDER_PX = 2.0
_HALF_DEPTH_M = {PERSON: 0.20, VEHICLE: 1.2, ANIMAL: 0.30}  # from the near side to the middle
_DEPTH_SIGMA_M = {PERSON: 0.10, VEHICLE: 0.7, ANIMAL: 0.20}
_LIDAR_SIGMA_M = 0.05


class NoPlace(StrEnum):
    """Why a box has no place on the map."""

    NO_POSE = "no pose of the vehicle at the frame's time"
    HORIZON = "at or above the horizon"
    CUT = "the picture's border cuts off what is needed"
    UNCERTAIN = "too far for a useful place"


@dataclass(frozen=True)
class Place:
    """East and north (m, map) of a thing's middle on the ground, with covariance (2, 2) m^2."""

    east_m: float
    north_m: float
    covariance: Matrix
    method: str
    distance_m: float


class Locator:
    """Places boxes. All lengths in metres of `map`."""

    def __init__(self, config: LocateConfig) -> None:
        self._config = config

    def locate(
        self, box: Box, kind: str, camera: CameraPose, lens: Lens, points: Matrix | None = None
    ) -> Place | NoPlace:
        """The place of the thing of `kind` in `box` (x1, y1, x2, y2 px of a picture of the lens's
        size). `points` (n, 3) are the lidar's hits in map, None or empty without a lidar."""
        from_picture = self._from_picture(box, kind, camera, lens)
        if points is not None and len(points):
            by_lidar = self._by_lidar(box, kind, camera, lens, points, from_picture)
            if by_lidar is not None:
                return by_lidar
        if isinstance(from_picture, NoPlace):
            return from_picture
        return self._checked(from_picture)

    def _checked(self, place: Place) -> Place | NoPlace:
        largest = float(np.linalg.eigvalsh(place.covariance)[-1])
        if not math.isfinite(largest) or largest > self._config.max_sigma_m**2:
            return NoPlace.UNCERTAIN
        return place

    def _from_picture(self, box: Box, kind: str, camera: CameraPose, lens: Lens) -> Place | NoPlace:
        if box[3] < lens.height - _BORDER_PX:
            return self._by_foot(box, kind, camera, lens)
        if kind == PERSON and box[1] > _BORDER_PX:
            return self._by_head(box, camera, lens)
        return NoPlace.CUT

    def _by_foot(self, box: Box, kind: str, camera: CameraPose, lens: Lens) -> Place | NoPlace:
        u, v = (box[0] + box[2]) / 2, box[3]
        direction = camera.rotation @ lens.ray(u, v)
        edge = pixel_on_plane(camera, lens, u, v, camera.ground_m)
        if edge is None or direction[2] >= 0.0:
            return NoPlace.HORIZON
        # the box ends at the near side; the middle is half the thing's depth behind it
        height = float(camera.origin[2]) - camera.ground_m
        slant = math.hypot(float(np.linalg.norm(edge - camera.origin[:2])), height)
        steepness = height / slant
        v_middle = v - lens.fy * _HALF_DEPTH_M[kind] * steepness / slant
        middle = pixel_on_plane(camera, lens, u, v_middle, camera.ground_m)
        covariance = covariance_on_plane(
            camera, lens, u, v_middle, camera.ground_m, self._pixel_sigmas(box, lens)
        )
        if middle is None or covariance is None:
            return NoPlace.HORIZON
        along = _direction(middle - camera.origin[:2])
        covariance = covariance + _DEPTH_SIGMA_M[kind] ** 2 * np.outer(along, along)
        return _place(middle, covariance, camera, "ground")

    def _by_head(self, box: Box, camera: CameraPose, lens: Lens) -> Place | NoPlace:
        u, v = (box[0] + box[2]) / 2, box[1]
        plane = camera.ground_m + self._config.person_height_m
        point = pixel_on_plane(camera, lens, u, v, plane)
        covariance = covariance_on_plane(
            *(camera, lens, u, v, plane, self._pixel_sigmas(box, lens)),
            plane_sigma_m=self._config.person_height_sigma_m,
        )
        if point is None or covariance is None:
            return NoPlace.CUT
        return _place(point, covariance, camera, "head")

    def _by_lidar(
        self,
        box: Box,
        kind: str,
        camera: CameraPose,
        lens: Lens,
        points: Matrix,
        guess: Place | NoPlace,
    ) -> Place | None:
        expected, sigma = None, 0.0
        if isinstance(guess, Place):
            expected = guess.distance_m - _HALF_DEPTH_M[kind]
            sigma = math.sqrt(float(np.linalg.eigvalsh(guess.covariance)[-1]))
        elif guess is NoPlace.HORIZON:
            return None
        surface = surface_in_box(points, camera, lens, box, expected, sigma)
        if surface is None:
            return None
        along = _direction(surface - camera.origin[:2])
        middle = surface + _HALF_DEPTH_M[kind] * along
        distance = float(np.linalg.norm(middle - camera.origin[:2]))
        across = np.array([-along[1], along[0]])
        width_sigma = self._pixel_sigmas(box, lens)[0] / lens.fx * distance
        across_variance = (
            width_sigma**2 + (camera.yaw_sigma_rad * distance) ** 2 + _LIDAR_SIGMA_M**2
        )
        along_variance = _DEPTH_SIGMA_M[kind] ** 2 + _LIDAR_SIGMA_M**2
        covariance = (
            along_variance * np.outer(along, along)
            + across_variance * np.outer(across, across)
            + camera.position_covariance
        )
        return _place(middle, covariance, camera, "lidar")

    def _pixel_sigmas(self, box: Box, lens: Lens) -> tuple[float, float]:
        edge = self._config.pixel_sigma + self._config.box_sigma * (box[3] - box[1])
        width = self._config.pixel_sigma + self._config.box_sigma * (box[2] - box[0])
        if box[0] < _BORDER_PX or box[2] > lens.width - _BORDER_PX:
            width += 0.25 * (box[2] - box[0])  # cut at a side: its middle is not in the middle
        return width, edge


def _direction(offset: Vector) -> Vector:
    length = float(np.linalg.norm(offset))
    return offset / length if length > 1e-6 else np.array([1.0, 0.0])


def _place(point: Vector, covariance: Matrix, camera: CameraPose, method: str) -> Place:
    distance = float(np.linalg.norm(point - camera.origin[:2]))
    return Place(float(point[0]), float(point[1]), covariance, method, distance)

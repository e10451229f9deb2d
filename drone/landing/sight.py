"""A picture -> where the board is, seen from the camera.

All corners of all markers that are read go into one planar pose (IPPE, then refined by
Levenberg-Marquardt, both OpenCV's). A marker whose corners do not fit that pose is another sheet's
and is left out; what does not fit together at all is no sighting. The covariance comes from the
pose's own Jacobian and the corners' scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from comms.contracts.landing_board import LandingBoard
from comms.contracts.vehicle import Camera

Array = NDArray[np.float64]

#: Corners are found to about this (px, 1 sigma), rolling shutter and blur included.
_CORNER_PX = 0.5
#: A marker farther (px, or part of its own side) than this from where the pose puts it is no part.
_OFF_PX, _OFF_PART = 3.0, 0.03
#: A marker whose side is shorter than this (px) is read by luck.
_SMALLEST_PX = 12.0


@dataclass(frozen=True)
class Optics:
    """Pinhole matrix (3, 3) in px and OpenCV's distortion coefficients (0 of them: none)."""

    matrix: Array
    distortion: Array

    @classmethod
    def of_camera(cls, camera: Camera) -> Optics:
        """Of the unit's own description: square pixels, no distortion."""
        f, cx, cy = camera.focal_px, camera.width_px / 2, camera.height_px / 2
        return cls(np.array([[f, 0, cx], [0, f, cy], [0, 0, 1.0]]), np.zeros(0))


@dataclass(frozen=True)
class Sighting:
    """The board's middle in the camera's optical frame (x right, y down, z ahead; m).

    covariance: (3, 3) m². markers: the numbers that were read. error_px: corners from their places.
    """

    middle_m: Array
    covariance: Array
    markers: tuple[int, ...]
    error_px: float


class BoardReader:
    """Finds one board. Not for two threads at once."""

    def __init__(self, board: LandingBoard) -> None:
        self._corners = {
            marker.number: np.array(marker.corners, np.float64) for marker in board.markers
        }
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        # the large marker from high up is small, the small ones from low down are large
        parameters.minMarkerPerimeterRate = 0.02
        parameters.relativeCornerRefinmentWinSize = 0.2
        large, *small = (marker.number for marker in board.markers)
        # OpenCV drops a marker in which it has read another one, so each size is looked for alone
        self._detectors = [
            (numbers, cv2.aruco.ArucoDetector(_only(board.dictionary, numbers), parameters))
            for numbers in ([large], small)
        ]

    def read(self, picture: NDArray[np.uint8], optics: Optics) -> Sighting | None:
        """`picture`: (height, width) grey or (height, width, 3) BGR. None: no board in it."""
        grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        seen: dict[int, list[Array]] = {}
        for known, detector in self._detectors:
            corners, indices, _ = detector.detectMarkers(grey)
            if indices is None:
                continue
            for corner, index in zip(corners, np.ravel(indices), strict=True):
                points = np.asarray(corner, np.float64).reshape(4, 2)
                if _side(points) >= _SMALLEST_PX:
                    seen.setdefault(known[int(index)], []).append(points)
        best: Sighting | None = None
        # a number seen twice is two sheets: each is tried, the one on which most agree is ours
        for number, copies in seen.items():
            for points in copies:
                found = self._agreed({number: points}, seen, optics)
                if found is not None and (best is None or _weight(found) > _weight(best)):
                    best = found
        return best

    def _agreed(
        self, start: dict[int, Array], seen: dict[int, list[Array]], optics: Optics
    ) -> Sighting | None:
        """The pose of `start`, with every other marker that fits it."""
        pose = self._pose(start, optics)
        if pose is None:
            return None
        fitting = dict(start)
        for number, copies in seen.items():
            if number in fitting:
                continue
            placed = self._project(number, pose, optics)
            off = [float(np.abs(points - placed).max()) for points in copies]
            nearest = int(np.argmin(off))
            # the small ones say less about where the large one lies than the other way round
            reach = max(_side(placed), max(_side(p) for p in start.values()))
            if off[nearest] < max(_OFF_PX, _OFF_PART * reach):
                fitting[number] = copies[nearest]
        pose = self._pose(fitting, optics) if len(fitting) > len(start) else pose
        if pose is None:
            return None
        return self._sighting(fitting, pose, optics)

    def _pose(self, seen: dict[int, Array], optics: Optics) -> tuple[Any, Any] | None:
        model, points = self._pairs(seen)
        try:
            ok, turn, shift = cv2.solvePnP(
                model, points, optics.matrix, optics.distortion, flags=cv2.SOLVEPNP_IPPE
            )
            if not ok:
                return None
            turn, shift = cv2.solvePnPRefineLM(
                model, points, optics.matrix, optics.distortion, turn, shift
            )
        except cv2.error:  # corners that lie on one line have no pose
            return None
        if not (np.isfinite(turn).all() and np.isfinite(shift).all() and shift[2, 0] > 0):
            return None
        return turn, shift

    def _sighting(
        self, seen: dict[int, Array], pose: tuple[Any, Any], optics: Optics
    ) -> Sighting | None:
        model, points = self._pairs(seen)
        turn, shift = pose
        placed, jacobian = cv2.projectPoints(model, turn, shift, optics.matrix, optics.distortion)
        off = points - placed.reshape(-1, 2)
        error = float(np.sqrt((off**2).sum(axis=1).mean()))
        if error > max(_OFF_PX / 2, _OFF_PART / 2 * max(_side(p) for p in seen.values())):
            return None
        j = jacobian[:, :6]
        try:
            covariance = np.linalg.inv(j.T @ j)[3:, 3:] * max(_CORNER_PX, error) ** 2
        except np.linalg.LinAlgError:
            return None
        return Sighting(shift.reshape(3), covariance, tuple(sorted(seen)), error)

    def _pairs(self, seen: dict[int, Array]) -> tuple[Array, Array]:
        return (
            np.concatenate([self._corners[number] for number in seen]),
            np.concatenate(list(seen.values())),
        )

    def _project(self, number: int, pose: tuple[Any, Any], optics: Optics) -> Array:
        placed, _ = cv2.projectPoints(
            self._corners[number], pose[0], pose[1], optics.matrix, optics.distortion
        )
        return np.asarray(placed, np.float64).reshape(4, 2)


def _only(dictionary: str, numbers: list[int]) -> cv2.aruco.Dictionary:
    """OpenCV's dictionary with no other markers than these, in this order."""
    whole = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
    return cv2.aruco.Dictionary(whole.bytesList[numbers], whole.markerSize, whole.maxCorrectionBits)


def _side(points: Array) -> float:
    """Shortest side of four corners, px."""
    return float(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).min())


def _weight(sighting: Sighting) -> float:
    """More markers, then a smaller error."""
    return len(sighting.markers) - min(0.9, sighting.error_px / 10)

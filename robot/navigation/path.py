"""A path: points along which the robot drives, evenly spaced and with rounded corners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """`points` (N, 2) map m, N >= 2; `arc` (N,) m from the start; `headings` (N,) ENU yaw."""

    points: Floats
    arc: Floats
    headings: Floats

    @property
    def length_m(self) -> float:
        return float(self.arc[-1])

    def at(self, arc_m: Floats | float) -> Floats:
        """Points (..., 2) at arc lengths, clamped to the path."""
        x = np.interp(arc_m, self.arc, self.points[:, 0])
        y = np.interp(arc_m, self.arc, self.points[:, 1])
        return np.stack([x, y], axis=-1)

    def nearest_arc(
        self, x_m: float, y_m: float, from_m: float = 0.0, to_m: float = np.inf
    ) -> float:
        """Arc length of the point of the path, between two arc lengths, that is nearest."""
        chosen = np.flatnonzero((self.arc >= from_m) & (self.arc <= to_m))
        if len(chosen) == 0:
            return float(np.clip(from_m, 0.0, self.length_m))
        first, last = max(0, chosen[0] - 1), min(len(self.arc) - 1, chosen[-1] + 1)
        begin, end = self.points[first:last], self.points[first + 1 : last + 1]
        along = end - begin
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        there = np.array([x_m, y_m]) - begin
        t = np.clip((there * along).sum(axis=1) / length**2, 0.0, 1.0)
        gap = there - t[:, None] * along
        best = int(np.argmin((gap**2).sum(axis=1)))
        return float(self.arc[first + best] + t[best] * length[best])


def make_path(points: Floats) -> Path:
    """A Path through `points` (N, 2); coinciding neighbours are dropped; at least two remain."""
    points = np.asarray(points, dtype=np.float64)
    steps = np.hypot(*np.diff(points, axis=0).T)
    points = points[np.concatenate([[True], steps > 1e-6])]
    if len(points) < 2:
        points = np.vstack([points[0], points[0] + [1e-3, 0.0]])
    delta = np.diff(points, axis=0)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(delta[:, 0], delta[:, 1]))])
    headings = np.arctan2(delta[:, 1], delta[:, 0])
    return Path(points, arc, np.append(headings, headings[-1]))


def smooth_path(
    corners: Floats,
    spacing_m: float,
    corner_m: float,
    is_clear: Callable[[Floats], NDArray[np.bool_]],
) -> Path:
    """Resample a polyline to `spacing_m` and round its corners with a Gaussian of `corner_m`.

    A smoothed point that is not clear any more (`is_clear` on (N, 2) points) goes back to where
    the polyline had it. The two ends stay.
    """
    raw = make_path(corners)
    count = max(2, int(np.ceil(raw.length_m / spacing_m)) + 1)
    even = raw.at(np.linspace(0.0, raw.length_m, count))
    if count < 4 or corner_m <= 0:
        return make_path(even)
    sigma = corner_m / spacing_m
    pad = int(np.ceil(4 * sigma))
    before = 2 * even[0] - even[1 : pad + 1][::-1]
    after = 2 * even[-1] - even[-pad - 1 : -1][::-1]
    padded = np.vstack([before, even, after])
    smooth = gaussian_filter1d(padded, sigma, axis=0)[len(before) : len(before) + count]
    smooth[0], smooth[-1] = even[0], even[-1]
    clear = is_clear(smooth)
    smooth[~clear] = even[~clear]
    return make_path(smooth)

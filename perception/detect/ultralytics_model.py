"""Any Ultralytics detection model by its path: .pt, .onnx, OpenVINO, TensorRT, NCNN.

Ultralytics and torch take seconds and a gigabyte to import, so that happens here, at construction,
and nowhere else. Nothing is ever downloaded: a missing file is an error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from perception.config import DetectorConfig
from perception.detect.default_model import default_model
from perception.detect.detections import Detections, Picture
from perception.errors import DetectorError

_MAX_DETECTIONS = 200


class UltralyticsDetector:
    """A detector behind `ultralytics.YOLO`. Loads and warms up at construction.

    Raises DetectorError, with the file's name, when the model is missing, broken, not a detector,
    or knows none of the wanted classes.
    """

    def __init__(self, config: DetectorConfig) -> None:
        self.path = Path(config.model) if config.model else default_model()
        if not self.path.exists():
            raise DetectorError(f"{self.path}: there is no such detector model")
        self._low_confidence = config.low_confidence
        _limit_threads(config.threads)
        self._model = _load(self.path)
        self._wanted: list[int] | None = None
        self.names: dict[int, str] = {}
        self._warm_up(config.classes)

    def detect(self, frames: Sequence[Picture]) -> list[Detections]:
        """One Detections per frame; see Detector.detect."""
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Picture) -> Detections:
        result = self._predict(frame)
        boxes = result.boxes
        height, width = frame.shape[:2]
        corners = boxes.xyxy.cpu().numpy().astype(np.float32).reshape(-1, 4)
        np.clip(corners[:, 0::2], 0, width, out=corners[:, 0::2])
        np.clip(corners[:, 1::2], 0, height, out=corners[:, 1::2])
        whole = (corners[:, 2] - corners[:, 0] > 1) & (corners[:, 3] - corners[:, 1] > 1)
        return Detections(
            corners,
            boxes.conf.cpu().numpy().astype(np.float32),
            boxes.cls.cpu().numpy().astype(np.int64),
            self.names,
            (width, height),
        ).where(whole & np.isfinite(corners).all(axis=1))

    def _predict(self, frame: Picture) -> Any:
        return self._model.predict(
            frame,
            conf=self._low_confidence,
            classes=self._wanted,
            max_det=_MAX_DETECTIONS,
            verbose=False,
            save=False,
        )[0]

    def _warm_up(self, classes: tuple[str, ...]) -> None:
        picture = np.full((480, 640, 3), 114, np.uint8)
        try:
            result = self._predict(picture)
        except Exception as error:
            raise DetectorError(f"{self.path}: the model does not run: {_line(error)}") from error
        task = _task(self._model)
        if task != "detect" or result.boxes is None:
            raise DetectorError(
                f"{self.path}: this is a model for the task {task!r}; one for 'detect' is needed"
            )
        self.names = {int(key): str(value) for key, value in result.names.items()}
        self._wanted = [key for key, name in self.names.items() if name in classes]
        if not self._wanted:
            raise DetectorError(
                f"{self.path}: the model knows none of the classes {', '.join(classes)}"
            )


def _load(path: Path) -> Any:
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_VERBOSE", "false")
    from ultralytics import YOLO

    try:
        return YOLO(str(path), task=None if path.suffix == ".pt" else "detect")
    except Exception as error:
        raise DetectorError(f"{path}: this is no Ultralytics model: {_line(error)}") from error


def _task(model: Any) -> str:
    """The task that the weights themselves declare (their metadata, where they are exported)."""
    backend = getattr(model.predictor, "model", None)
    metadata = getattr(getattr(backend, "backend", backend), "metadata", None) or {}
    declared = metadata.get("task") or getattr(backend, "task", None) or model.task
    return str(declared)


def _limit_threads(threads: int) -> None:
    """For what reads it: torch, OpenMP, OpenCV. Must come before the first import of torch."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    import cv2
    import torch

    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__} {text[:200]}".strip()

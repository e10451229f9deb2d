"""Which model file is used when the unit's configuration names none: the one that set-up made."""

from __future__ import annotations

import os
from pathlib import Path

from perception.errors import DetectorError

#: OpenVINO first: on two CPU cores it takes 27 ms a frame, ONNX Runtime 61 ms.
_NAMES = ("centernet_coco_openvino_model", "centernet_coco.onnx")


def default_model() -> Path:
    """The default weights in $PATROL_MODELS. Raises DetectorError when there are none."""
    folder = os.environ.get("PATROL_MODELS", "")
    if not folder:
        raise DetectorError(
            "no detector: perception.detector.model is empty and PATROL_MODELS is not set"
        )
    for name in _NAMES:
        if (Path(folder) / name).exists():
            return Path(folder) / name
    raise DetectorError(f"no detector: neither {' nor '.join(_NAMES)} is in {folder}; run set-up")

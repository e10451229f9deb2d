"""A detector model that cannot be used is refused with one sentence; the weights are made as
said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import onnx
import openvino
import pytest

from perception.config import DetectorConfig
from perception.detect.default_model import default_model
from perception.detect.ultralytics_model import UltralyticsDetector
from perception.errors import DetectorError
from perception.weights.build import build
from perception.weights.convert import Converter, OnnxNodes
from perception.weights.errors import WeightsError
from perception.weights.tfjs import read_graph


def refused(path: Path | str, **more: object) -> str:
    with pytest.raises(DetectorError) as caught:
        UltralyticsDetector(DetectorConfig(model=str(path), **more))  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    return text


def shipped_onnx() -> Path:
    return Path(os.environ["PATROL_MODELS"]) / "centernet_coco.onnx"


def test_a_missing_model_is_named_and_nothing_is_downloaded(tmp_path: Path) -> None:
    assert "no such detector model" in refused(tmp_path / "yolo11n.pt")


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    for name in ("broken.onnx", "broken.pt"):
        path = tmp_path / name
        path.write_bytes(shipped_onnx().read_bytes()[:20_000])
        refused(path)


def test_a_model_of_another_task_is_named(tmp_path: Path) -> None:
    model = onnx.load(shipped_onnx())
    for entry in model.metadata_props:
        if entry.key == "task":
            entry.value = "classify"
    path = tmp_path / "classifier.onnx"
    onnx.save(model, path)
    assert "detect" in refused(path)


def test_a_model_without_the_wanted_classes_is_named() -> None:
    assert "zeppelin" in refused(shipped_onnx(), classes=("zeppelin",))


def test_without_weights_the_sentence_says_where_they_were_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATROL_MODELS", str(tmp_path))
    with pytest.raises(DetectorError, match="run set-up"):
        default_model()
    monkeypatch.delenv("PATROL_MODELS")
    with pytest.raises(DetectorError, match="PATROL_MODELS"):
        default_model()


def encoded(text: str) -> dict[str, str]:
    import base64

    return {"s": base64.b64encode(text.encode()).decode()}


def tiny_graph(folder: Path, *, op: str = "_FusedConv2D", extra: bytes = b"") -> Path:
    """A TensorFlow.js graph of one convolution: 2 x 2 picture, 1 x 1 kernel, bias, then Relu6."""
    weights = np.array([2.0, -1.0], np.float16), np.array([0.5], np.float16)
    attributes = {
        "strides": {"list": {"i": ["1", "1", "1", "1"]}},
        "padding": encoded("SAME"),
        "fused_ops": {"list": {"s": [encoded("BiasAdd")["s"], encoded("Relu6")["s"]]}},
    }
    document = {
        "modelTopology": {
            "node": [
                {"name": "image", "op": "Placeholder"},
                {"name": "out", "op": op, "input": ["image", "w", "b"], "attr": attributes},
            ]
        },
        "weightsManifest": [
            {
                "paths": ["tiny.bin"],
                "weights": [
                    {
                        "name": "w",
                        "shape": [1, 1, 2, 1],
                        "dtype": "float32",
                        "quantization": {"dtype": "float16"},
                    },
                    {
                        "name": "b",
                        "shape": [1],
                        "dtype": "float32",
                        "quantization": {"dtype": "float16"},
                    },
                ],
            }
        ],
    }
    (folder / "tiny.bin").write_bytes(b"".join(w.tobytes() for w in weights) + extra)
    path = folder / "tiny.json"
    path.write_text(json.dumps(document))
    return path


def test_a_converted_graph_computes_what_the_original_says(tmp_path: Path) -> None:
    out = OnnxNodes()
    Converter(read_graph(tiny_graph(tmp_path)), out).convert("out")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        out.nodes,
        "tiny",
        [value("image", onnx.TensorProto.FLOAT, [1, 2, 2, 2])],
        [value("out", onnx.TensorProto.FLOAT, [1, 1, 2, 2])],
        list(out.constants.values()),
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.save(model, tmp_path / "tiny.onnx")
    image = np.array([[[[1.0, 4.0], [0.0, 1.0]], [[0.0, 0.0], [3.0, 1.0]]]], np.float32)
    compiled = openvino.Core().compile_model(tmp_path / "tiny.onnx", "CPU")
    result = compiled(image)[0]
    # 2 a - b + 0.5, cut to 0..6
    assert result == pytest.approx(np.array([[[[2.5, 6.0], [0.0, 1.5]]]]), abs=0.02)


def test_a_graph_that_cannot_be_converted_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="TeleportV2"):
        Converter(read_graph(tiny_graph(tmp_path, op="TeleportV2")), OnnxNodes()).convert("out")
    with pytest.raises(WeightsError, match="4 bytes too many"):
        read_graph(tiny_graph(tmp_path, extra=b"abcd"))
    (tmp_path / "tiny.bin").unlink()
    with pytest.raises(WeightsError, match=r"tiny\.bin"):
        read_graph(tmp_path / "tiny.json")


def test_another_package_is_refused_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    out = tmp_path / "models"
    with pytest.raises(WeightsError, match=r"package\.json"):
        build(tmp_path, out)
    (tmp_path / "package.json").write_text('{"version": "1.0.0"}')
    with pytest.raises(WeightsError, match=r"3\.3\.6"):
        build(tmp_path, out)
    assert not out.exists()

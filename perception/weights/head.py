"""CenterNet's decoding as ONNX nodes, so that the model's output is what Ultralytics expects.

CenterNet ("Objects as Points", Zhou et al. 2019) gives a heat map per class and, at each cell, the
four distances to the box's sides. A detection is a cell that is the highest of its 3 x 3
neighbours; the 300 best become rows of (cx, cy, w, h, score per class) in input pixels, the raw
form of a YOLOv8 output.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from perception.weights.convert import OnnxNodes

INPUT_PX = 512
STRIDE_PX = 4
GRID = INPUT_PX // STRIDE_PX
CANDIDATES = 300


def add_input_scaling(out: OnnxNodes, source: str, target: str) -> None:
    """Ultralytics feeds 0..1, this network wants 0..255."""
    out.add("Mul", [source, out.constant("input/scale", np.float32(255))], target)


def add_decoding(out: OnnxNodes, heat: str, sides: str, output: str, classes: int) -> None:
    """From `heat` (1, classes, 128, 128) and `sides` (1, 4, 128, 128) to `output` (1, 4 + classes,
    300)."""
    cells = GRID * GRID
    peak = out.add("MaxPool", [heat], "peak/max", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    is_peak = out.add("Equal", [heat, peak], "peak/equal")
    zero = out.constant("peak/zero", np.float32(0))
    peaks = out.add("Where", [is_peak, heat, zero], "peak/heat")
    flat = out.add("Reshape", [peaks, out.constant("flat/shape", np.array([1, -1]))], "flat")
    count = out.constant("top/count", np.array([CANDIDATES]))
    out.add_many("TopK", [flat, count], ["top/score", "top/index"], axis=1)
    n_cells = out.constant("grid/cells", np.array(cells))
    width = out.constant("grid/width", np.array(GRID))
    class_id = out.add("Div", ["top/index", n_cells], "class/id")
    cell = out.add("Mod", ["top/index", n_cells], "cell")
    row = out.add("Div", [cell, width], "cell/row")
    column = out.add("Mod", [cell, width], "cell/column")

    by_cell = out.constant("sides/shape", np.array([4, cells]))
    distances = out.add("Reshape", [sides, by_cell], "sides/flat")
    first = out.constant("axis/0", np.array([0]))
    chosen = out.add("Squeeze", [cell, first], "cell/flat")
    out.add("Gather", [distances, chosen], "sides/chosen", axis=1)
    ones = out.constant("sides/ones", np.array([1, 1, 1, 1]))
    left, top, right, bottom = (f"sides/{name}" for name in ("left", "top", "right", "bottom"))
    out.add_many("Split", ["sides/chosen", ones], [left, top, right, bottom], axis=0)

    stride = out.constant("grid/stride", np.float32(STRIDE_PX))
    half = out.constant("half", np.float32(0.5))
    channels = [
        _centre(out, column, left, right, stride, half, "x"),
        _centre(out, row, top, bottom, stride, half, "y"),
        out.add("Add", [left, right], "box/width"),
        out.add("Add", [top, bottom], "box/height"),
    ]
    middle = out.constant("axis/1", np.array([1]))
    stacked = [out.add("Unsqueeze", [name, middle], f"{name}/row") for name in channels]
    depth = out.constant("class/count", np.array(classes))
    off_on = out.constant("class/off_on", np.array([0, 1], np.float32))
    one_hot = out.add("OneHot", [class_id, depth, off_on], "class/one_hot", axis=1)
    score = out.add("Unsqueeze", ["top/score", middle], "class/score")
    scores = out.add("Mul", [one_hot, score], "class/scores")
    out.add("Concat", [*stacked, scores], output, axis=1)


def _centre(
    out: OnnxNodes, index: str, before: str, after: str, stride: str, half: str, axis: str
) -> str:
    """The box's centre along one axis: the cell's place plus half the difference of the two
    distances."""
    number = out.add("Cast", [index], f"centre_{axis}/index", to=TensorProto.FLOAT)
    place = out.add("Mul", [number, stride], f"centre_{axis}/cell")
    difference = out.add("Sub", [after, before], f"centre_{axis}/difference")
    offset = out.add("Mul", [difference, half], f"centre_{axis}/offset")
    return out.add("Add", [place, offset], f"centre_{axis}")

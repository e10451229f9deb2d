"""A TensorFlow.js graph's operations as ONNX nodes, from NHWC to NCHW.

Only the operations of a convolutional network are known; another one is an error that names it. The
walk goes from the wanted outputs back to the input, so training and decoding leftovers do not come
along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from perception.weights.errors import WeightsError
from perception.weights.tfjs import Graph, Node

_SAME_NAME = {"Mul": "Mul", "Add": "Add", "AddV2": "Add", "Sub": "Sub"}
_UNARY = {"Relu": "Relu", "Sigmoid": "Sigmoid", "Identity": "Identity"}
_CONVOLUTIONS = ("Conv2D", "_FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative")


class OnnxNodes:
    """The nodes and constants of an ONNX graph while it grows; `nodes` stay in topological
    order."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self.add_many(op, inputs, [output], **attributes)
        return output

    def add_many(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        node = helper.make_node(op, list(inputs), list(outputs), name=outputs[0], **attributes)
        self.nodes.append(node)


class Converter:
    """Converts what the wanted outputs of `graph` need into `target`."""

    def __init__(self, graph: Graph, target: OnnxNodes) -> None:
        self._graph = graph
        self._out = target
        self._done: set[str] = set()

    def convert(self, name: str) -> str:
        """Adds the node `name` and all that it needs; returns its name. Raises WeightsError."""
        if name in self._done:
            return name
        node = self._graph.nodes.get(name)
        if node is None:
            raise WeightsError(f"the graph has no node {name!r}")
        self._done.add(name)
        if node.op != "Placeholder":
            self._operation(node)
        return name

    def _operation(self, node: Node) -> None:
        if node.op in _CONVOLUTIONS:
            self._convolution(node)
        elif node.op in _SAME_NAME:
            inputs = [self._operand(name) for name in node.inputs]
            self._out.add(_SAME_NAME[node.op], inputs, node.name)
        elif node.op in _UNARY:
            self._out.add(_UNARY[node.op], [self._operand(node.inputs[0])], node.name)
        elif node.op == "Relu6":
            self._relu6(self._operand(node.inputs[0]), node.name)
        elif node.op == "Mean":
            axes = self._graph.constants[node.inputs[1]].ravel().tolist()
            if axes != [1, 2] or not node.flag("keep_dims"):
                raise WeightsError(f"{node.name}: a mean over axes {axes} is not known here")
            self._out.add("GlobalAveragePool", [self._operand(node.inputs[0])], node.name)
        elif node.op == "ConcatV2":
            axis = int(self._graph.constants[node.inputs[-1]])
            if axis not in (3, -1):
                raise WeightsError(f"{node.name}: a concatenation along axis {axis} is not known")
            inputs = [self._operand(name) for name in node.inputs[:-1]]
            self._out.add("Concat", inputs, node.name, axis=1)
        elif node.op == "ResizeBilinear":
            self._resize(node)
        else:
            raise WeightsError(f"{node.name}: the operation {node.op!r} is not known here")

    def _operand(self, name: str) -> str:
        """A node's output, or a constant turned from NHWC to NCHW."""
        value = self._graph.constants.get(name)
        if value is None:
            return self.convert(name)
        value = value.astype(np.float32)
        if value.ndim == 1:
            value = value.reshape(1, -1, 1, 1)
        elif value.ndim == 4:
            value = value.transpose(0, 3, 1, 2)
        return self._out.constant(f"{name}/nchw", value)

    def _relu6(self, source: str, name: str) -> None:
        low = self._out.constant("relu6/low", np.float32(0))
        high = self._out.constant("relu6/high", np.float32(6))
        self._out.add("Clip", [source, low, high], name)

    def _convolution(self, node: Node) -> None:
        source = self._operand(node.inputs[0])
        weights, groups = _onnx_weights(
            self._graph.constants[node.inputs[1]], depthwise="Depthwise" in node.op
        )
        inputs = [source, self._out.constant(f"{node.inputs[1]}/weights", weights)]
        fused = node.texts("fused_ops")
        if "BiasAdd" in fused:
            bias = self._graph.constants[node.inputs[2]].astype(np.float32)
            inputs.append(self._out.constant(f"{node.inputs[2]}/bias", bias))
        activations = [name for name in fused if name != "BiasAdd"]
        before = f"{node.name}/linear" if activations else node.name
        same = node.text("padding") == "SAME"
        self._out.add(
            "Conv",
            inputs,
            before,
            strides=node.integers("strides", [1, 1, 1, 1])[1:3],
            dilations=node.integers("dilations", [1, 1, 1, 1])[1:3],
            auto_pad="SAME_UPPER" if same else "VALID",
            group=groups,
        )
        if activations == ["Relu6"]:
            self._relu6(before, node.name)
        elif activations == ["Relu"]:
            self._out.add("Relu", [before], node.name)
        elif activations:
            raise WeightsError(f"{node.name}: the activation {activations} is not known here")

    def _resize(self, node: Node) -> None:
        size = self._graph.constants[node.inputs[1]].ravel().astype(np.int64)
        mode = "asymmetric"
        if node.flag("align_corners"):
            mode = "align_corners"
        elif node.flag("half_pixel_centers"):
            mode = "half_pixel"
        self._out.add(
            "Resize",
            [self._operand(node.inputs[0]), "", "", self._out.constant(f"{node.name}/size", size)],
            node.name,
            mode="linear",
            axes=[2, 3],
            coordinate_transformation_mode=mode,
        )


def _onnx_weights(weights: NDArray[Any], *, depthwise: bool) -> tuple[NDArray[np.float32], int]:
    """Convolution weights from TensorFlow's (h, w, in, out) to ONNX's (out, in / groups, h, w)."""
    weights = weights.astype(np.float32)
    if not depthwise:
        return weights.transpose(3, 2, 0, 1), 1
    height, width, channels, multiplier = weights.shape
    shape = (channels * multiplier, 1, height, width)
    return weights.transpose(2, 3, 0, 1).reshape(shape), channels

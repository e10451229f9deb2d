"""Reading a TensorFlow.js graph model: the graph as JSON, the weights as one binary beside it.

Only what a frozen inference graph holds is read: nodes with their attributes, and constants that
may be stored as 16-bit floats. Format: tfjs-converter, "graph-model".
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perception.weights.errors import WeightsError

_TYPES: dict[str, Any] = {
    "float32": np.float32,
    "int32": np.int32,
    "bool": np.bool_,
    "float16": np.float16,
    "uint8": np.uint8,
    "uint16": np.uint16,
}


@dataclass(frozen=True)
class Node:
    """One operation of the graph. `inputs` are names of nodes, without their output numbers."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        return _text(self.attributes[name]["s"]) if name in self.attributes else default

    def texts(self, name: str) -> list[str]:
        return [_text(item) for item in self.attributes.get(name, {}).get("list", {}).get("s", [])]

    def integers(self, name: str, default: list[int]) -> list[int]:
        items = self.attributes.get(name, {}).get("list", {}).get("i")
        return [int(item) for item in items] if items else default

    def flag(self, name: str) -> bool:
        return bool(self.attributes.get(name, {}).get("b", False))


@dataclass(frozen=True)
class Graph:
    """A graph model: its operations by name, and its constants as arrays (NHWC, as TensorFlow has
    them)."""

    nodes: dict[str, Node]
    constants: dict[str, NDArray[Any]]


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


def read_graph(path: Path) -> Graph:
    """The graph model whose JSON file is `path`.

    Raises WeightsError when a file is missing, is not of this format or has the wrong length.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        raw_nodes = document["modelTopology"]["node"]
        manifest = document["weightsManifest"][0]
        binary = b"".join((path.parent / part).read_bytes() for part in manifest["paths"])
    except FileNotFoundError as error:
        raise WeightsError(f"{error.filename}: there is no such file") from None
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise WeightsError(f"{path}: this is not a TensorFlow.js graph model ({error!r})") from None
    nodes = {
        raw["name"]: Node(
            raw["name"],
            raw["op"],
            tuple(name.split(":")[0] for name in raw.get("input", []) if not name.startswith("^")),
            raw.get("attr", {}),
        )
        for raw in raw_nodes
    }
    return Graph(nodes, _constants(path, manifest["weights"], binary))


def _constants(path: Path, entries: list[dict[str, Any]], binary: bytes) -> dict[str, NDArray[Any]]:
    """The constants, one after the other in the binary; quantised ones are expanded."""
    constants: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in entries:
        quantised = entry.get("quantization")
        stored = np.dtype(_TYPES[quantised["dtype"] if quantised else entry["dtype"]])
        count = math.prod(entry["shape"])
        end = offset + count * stored.itemsize
        if end > len(binary):
            raise WeightsError(f"{path}: the weights file is too short ({len(binary)} bytes)")
        array = np.frombuffer(binary, stored, count, offset)
        offset = end
        if quantised and quantised["dtype"] != "float16":
            array = array * quantised["scale"] + quantised["min"]
        array = array.astype(_TYPES[entry["dtype"]])
        constants[entry["name"]] = array.reshape(entry["shape"])
    if offset != len(binary):
        raise WeightsError(f"{path}: the weights file has {len(binary) - offset} bytes too many")
    return constants

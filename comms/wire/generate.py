"""Make the Python code of patrol/v1 from its protos: `python -m comms.wire.generate`.

The result is committed, so that set-up needs no compiler; a test makes it again and compares.
protoc writes imports from the proto's own root (`patrol.v1`), which is no package of ours: they are
turned into `comms.wire.gen.patrol.v1`. The registered file names stay the protos' own, as
reflection wants.
"""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

PROTO_ROOT = Path(__file__).resolve().parent.parent / "contracts" / "proto"
GENERATED = Path(__file__).resolve().parent / "gen"
PACKAGE = "comms.wire.gen"
_IMPORT = re.compile(r"^from patrol\.v1 import ", re.MULTILINE)


def generate(into: Path) -> list[Path]:
    """Write the generated modules below `into` (a folder) and return them, sorted.

    Raises RuntimeError when protoc refuses the protos; it has said why on stderr.
    """
    from grpc_tools import protoc

    protos = sorted(path.relative_to(PROTO_ROOT) for path in PROTO_ROOT.rglob("*.proto"))
    well_known = str(files("grpc_tools") / "_proto")
    into.mkdir(parents=True, exist_ok=True)
    status = protoc.main(
        [
            "protoc",
            f"-I{PROTO_ROOT}",
            f"-I{well_known}",
            f"--python_out={into}",
            f"--pyi_out={into}",
            f"--grpc_python_out={into}",
            *map(str, protos),
        ]
    )
    if status != 0:
        raise RuntimeError(f"protoc ended with status {status}")
    written: list[Path] = []
    for proto in protos:
        for ending in ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py"):
            path = into / proto.parent / (proto.stem + ending)
            text = _IMPORT.sub(f"from {PACKAGE}.patrol.v1 import ", path.read_text("utf-8"))
            path.write_text(text, "utf-8")
            written.append(path)
    return sorted(written)


if __name__ == "__main__":
    for made in generate(GENERATED):
        print(made.relative_to(GENERATED), file=sys.stderr)

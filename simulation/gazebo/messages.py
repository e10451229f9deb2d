"""Gazebo's own protobuf messages. They are compiled at set-up from the `.proto` files of Gazebo's
package into the folder that PATROL_GAZEBO_PROTO names; this module finds them there, so nothing
else needs to know.
"""

from __future__ import annotations

import importlib
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from simulation.gazebo.errors import SimulationError

#: message class -> module that defines it, where the module's name is not the class's in snake case
_MODULES = {
    "WorldStatistics": "world_stats",
    "LaserScanStamped": "laserscan_stamped",
    "GzString_V": "gz_string_v",
}


def _snake_case(name: str) -> str:
    return "".join(
        f"_{letter.lower()}"
        if index and letter.isupper() and name[index - 1].islower()
        else letter.lower()
        for index, letter in enumerate(name)
    )


@cache
def message_class(name: str) -> Any:
    """The class of Gazebo's message `name` (for example "ImageStamped").

    Raises SimulationError when the compiled messages are missing or have no such message.
    """
    folder = os.environ.get("PATROL_GAZEBO_PROTO", "")
    if not folder or not (Path(folder) / "packet_pb2.py").is_file():
        raise SimulationError(
            f"Gazebo's messages are not in PATROL_GAZEBO_PROTO ({folder or 'not set'}): "
            "run the set-up"
        )
    if folder not in sys.path:
        sys.path.append(folder)
    module_name = f"{_MODULES.get(name, _snake_case(name))}_pb2"
    try:
        found = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError):
        raise SimulationError(f"Gazebo has no message {name!r} in {module_name}.py") from None
    if not issubclass(found, Message):
        raise SimulationError(f"{name!r} in {module_name}.py is not a message")
    return found


def stamp_ns(stamp: Any) -> int:
    """A gazebo.msgs.Time (simulated time since the world began) in ns."""
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nsec)

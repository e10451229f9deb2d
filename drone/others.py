"""The last word of the unit's other vehicles, by their UnitState."""

from __future__ import annotations

import time

from patrol_interfaces.msg import UnitState
from rclpy.node import Node

from comms.contracts.place import GeoPoint
from comms.ros.qos import RELIABLE
from drone.messages import geo_from_message

_NAMES = ("robot",)


class OtherVehicles:
    """Listens to `/robot/unit_state`. `last` may be called from any thread."""

    def __init__(self, node: Node) -> None:
        self._heard: dict[str, tuple[GeoPoint, float, bool]] = {}
        for name in _NAMES:
            node.create_subscription(UnitState, f"/{name}/unit_state", self._hear, RELIABLE)

    def _hear(self, message: UnitState) -> None:
        place = geo_from_message(message.position)
        self._heard[message.vehicle] = (place, time.monotonic(), bool(message.localized))

    def last(self, name: str) -> tuple[GeoPoint, float, bool] | None:
        """Where it was, how many seconds ago (monotonic), and whether it knew its place."""
        known = self._heard.get(name)
        if known is None:
            return None
        place, at, localized = known
        return place, time.monotonic() - at, localized

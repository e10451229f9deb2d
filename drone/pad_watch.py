"""Who was seen lately, by the unit's findings: is the pad clear of people?"""

from __future__ import annotations

import threading
import time

from patrol_interfaces.msg import Finding
from rclpy.node import Node

from comms.contracts.geodesy import LocalFrame
from comms.ros.qos import RECORDS
from drone.messages import geo_from_message
from drone.preflight.around import Seen

_KIND = "person"
_FORGET_S = 120.0


class PadWatch:
    """Listens to `/findings`. `people` may be called from any thread."""

    def __init__(self, node: Node, frame: LocalFrame) -> None:
        self._frame = frame  # its own: PROJ is not shared between threads
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[Seen, float]] = {}
        node.create_subscription(Finding, "/findings", self._hear, RECORDS)

    def _hear(self, message: Finding) -> None:
        if message.kind != _KIND and message.label != _KIND:
            return
        with self._lock:
            if message.phase == Finding.PHASE_ENDED:
                self._seen.pop(message.finding_id, None)
                return
            at = self._frame.to_enu(geo_from_message(message.position))
            self._seen[message.finding_id] = (Seen(at, 0.0, message.source), time.monotonic())

    def people(self) -> tuple[Seen, ...]:
        """Those of the last two minutes whose finding has not ended, with the age of the word."""
        now = time.monotonic()
        with self._lock:
            self._seen = {k: v for k, v in self._seen.items() if now - v[1] < _FORGET_S}
            return tuple(Seen(seen.at, now - at, seen.by) for seen, at in self._seen.values())

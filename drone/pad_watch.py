"""Who was seen lately, by the unit's findings, and whose camera looked: is the pad clear?"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticArray
from patrol_interfaces.msg import Finding, UnitState
from rclpy.node import Node

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.ros.qos import RECORDS, RELIABLE
from drone.messages import geo_from_message
from drone.preflight.around import Looked, Seen, sigma_of

_KIND = "person"
_FORGET_S = 120.0
#: Perception's word on the robot's camera, once a second.
_CAMERA_STATUS, _WORKS_FOR_S = "perception: robot camera", 3.0


class RobotsLook:
    """When the robot's camera, which looks ahead, saw a place: by its own word on where it is, and
    by perception's word that it works on that camera's pictures. What stands between is not known.

    `fov_rad`: the whole angle of view. `looked` may be called from any thread.
    """

    def __init__(self, node: Node, frame: LocalFrame, fov_rad: float, reach_m: float) -> None:
        self._frame, self._half_rad, self._reach_m = frame, fov_rad / 2.0, reach_m
        self._pad: Enu | None = None
        self._at: float | None = None
        self._frames: int | None = None
        self._worked_at = -math.inf
        node.create_subscription(UnitState, "/robot/unit_state", self._hear, RELIABLE)
        node.create_subscription(DiagnosticArray, "/diagnostics", self._diagnose, RELIABLE)

    def looked(self, pad: Enu) -> Looked | None:
        """The last look at `pad` (map m); the first call says where that is."""
        if self._pad is None or math.dist(self._pad[:2], pad[:2]) > 1.0:
            self._pad, self._at = pad, None
        return Looked("robot", time.monotonic() - self._at) if self._at is not None else None

    def _diagnose(self, message: DiagnosticArray) -> None:
        """Perception counts the pictures of each camera that it has worked on."""
        for status in message.status:
            if status.name != _CAMERA_STATUS:
                continue
            count = next((pair.value for pair in status.values if pair.key == "processed"), "")
            if not count.isdigit():
                continue
            before, self._frames = self._frames, int(count)
            if before is not None and self._frames > before:
                self._worked_at = time.monotonic()

    def _hear(self, message: UnitState) -> None:
        now = time.monotonic()
        works = now - self._worked_at <= _WORKS_FOR_S
        pad = self._pad
        if pad is None or not works or not message.localized or not message.connected:
            return
        here = self._frame.to_enu(geo_from_message(message.position))
        east, north = pad.east_m - here.east_m, pad.north_m - here.north_m
        off = math.remainder(math.atan2(north, east) - message.heading_rad, math.tau)
        if math.hypot(east, north) <= self._reach_m and abs(off) <= self._half_rad:
            self._at = now


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
            seen = Seen(at, 0.0, message.source, sigma_of(message.position_covariance))
            self._seen[message.finding_id] = (seen, time.monotonic())

    def people(self) -> tuple[Seen, ...]:
        """Those of the last two minutes whose finding has not ended, with the age of the word."""
        now = time.monotonic()
        with self._lock:
            self._seen = {k: v for k, v in self._seen.items() if now - v[1] < _FORGET_S}
            return tuple(replace(seen, age_s=now - at) for seen, at in self._seen.values())

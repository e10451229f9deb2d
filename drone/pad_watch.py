"""Who was seen lately, by the unit's findings, and whose camera looked: is the pad clear?"""

from __future__ import annotations

import math
import re
import threading
import time
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticArray
from patrol_interfaces.msg import Finding, UnitState
from rclpy.node import Node

from comms.contracts.geodesy import LocalFrame
from comms.contracts.kiosk_camera import KioskCamera
from comms.contracts.place import Enu
from comms.ros.qos import RECORDS, RELIABLE
from drone.messages import geo_from_message
from drone.preflight.around import Looked, Seen, sigma_of

_KIND = "person"
_FORGET_S = 120.0
#: Perception's word on a camera, once a second.
_CAMERA_STATUS, _WORKS_FOR_S = re.compile(r"perception: (\w+) camera"), 3.0


class Cameras:
    """Which cameras perception works on, by its own word."""

    def __init__(self, node: Node) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        node.create_subscription(DiagnosticArray, "/diagnostics", self._diagnose, RELIABLE)

    def works(self, whose: str) -> bool:
        """Whether one of that camera's pictures was worked on lately."""
        _, at = self._counts.get(whose, (0, -math.inf))
        return time.monotonic() - at <= _WORKS_FOR_S

    def _diagnose(self, message: DiagnosticArray) -> None:
        """Perception counts the pictures of each camera that it has worked on."""
        for status in message.status:
            whose = _CAMERA_STATUS.fullmatch(status.name)
            count = next((pair.value for pair in status.values if pair.key == "processed"), "")
            if whose is None or not count.isdigit():
                continue
            before, at = self._counts.get(whose[1], (int(count), -math.inf))
            if int(count) > before:
                at = time.monotonic()
            self._counts[whose[1]] = int(count), at


class PadLooks:
    """When a camera saw the pad: the kiosk's, by where it hangs, and the robot's, which looks
    ahead, by the robot's word on where it is; and only while perception works on its pictures. What
    stands between is not known.

    `fov_rad`: the robot's camera's whole angle of view. `looked` may be called from any thread.
    """

    def __init__(
        self, node: Node, frame: LocalFrame, fov_rad: float, reach_m: float, kiosk: KioskCamera
    ) -> None:
        self._frame, self._half_rad, self._reach_m = frame, fov_rad / 2.0, reach_m
        self._kiosk = kiosk
        self._cameras = Cameras(node)
        self._pad: Enu | None = None
        self._looks: dict[str, float] = {}  # whose, and when
        node.create_subscription(UnitState, "/robot/unit_state", self._hear, RELIABLE)

    def looked(self, pad: Enu) -> Looked | None:
        """The last look at `pad` (map m); the first call says where that is."""
        now = time.monotonic()
        if self._pad is None or math.dist(self._pad[:2], pad[:2]) > 1.0:
            self._pad, self._looks = pad, {}
        if self._cameras.works("kiosk") and self._kiosk.sees(*pad[:2], self._reach_m):
            self._looks["kiosk"] = now
        ages = [(now - at, whose) for whose, at in self._looks.items()]
        if not ages:
            return None
        age_s, whose = min(ages)
        return Looked(whose, age_s)

    def _hear(self, message: UnitState) -> None:
        pad = self._pad
        if pad is None or not message.localized or not message.connected:
            return
        here = self._frame.to_enu(geo_from_message(message.position))
        east, north = pad.east_m - here.east_m, pad.north_m - here.north_m
        off = math.remainder(math.atan2(north, east) - message.heading_rad, math.tau)
        near = math.hypot(east, north) <= self._reach_m
        if near and abs(off) <= self._half_rad and self._cameras.works("robot"):
            self._looks["robot"] = time.monotonic()


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

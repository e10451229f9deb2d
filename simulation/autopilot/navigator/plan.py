"""What was uploaded: mission, fence and rally points as MAVLink items, kept exactly as they came.

A plan is checked when it is used, not when it is uploaded, as the real autopilots do: an upload
that is acknowledged may still be refused by text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from pymavlink.dialects.v20 import common as mav

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from simulation.autopilot.flight.vectors import Vector

RELATIVE_FRAMES = (mav.MAV_FRAME_GLOBAL_RELATIVE_ALT, mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT)
GLOBAL_FRAMES = (mav.MAV_FRAME_GLOBAL, mav.MAV_FRAME_GLOBAL_INT, *RELATIVE_FRAMES)


class Item(NamedTuple):
    """A mission, fence or rally item: MISSION_ITEM_INT without addresses."""

    seq: int
    frame: int
    command: int
    current: int
    autocontinue: int
    param1: float
    param2: float
    param3: float
    param4: float
    x: int
    y: int
    z: float


@dataclass
class Plan:
    """The three lists, by MAV_MISSION_TYPE, and when the mission came (autopilot time, s)."""

    frame: LocalFrame
    items: dict[int, list[Item]] = field(default_factory=lambda: {0: [], 1: [], 2: []})
    uploaded_s: float = -1e9
    generation: int = 0
    fence_generation: int = 0

    def replace(self, mission_type: int, items: list[Item], time_s: float) -> None:
        """A finished upload, or a clearing (no items)."""
        self.items[mission_type] = items
        if mission_type == mav.MAV_MISSION_TYPE_MISSION:
            self.uploaded_s = time_s
            self.generation += 1
        elif mission_type == mav.MAV_MISSION_TYPE_FENCE:
            self.fence_generation += 1

    @property
    def mission(self) -> list[Item]:
        return self.items[mav.MAV_MISSION_TYPE_MISSION]

    def place(self, item: Item, home_up_m: float, otherwise: Vector) -> Vector:
        """World ENU m of an item; a missing (0, 0 or NaN) coordinate takes that of `otherwise`."""
        return place_of(
            self.frame, item.frame, item.x * 1e-7, item.y * 1e-7, item.z, home_up_m, otherwise
        )

    def rally(self, home_up_m: float) -> list[Vector]:
        """The rally points, world ENU m."""
        here = (0.0, 0.0, home_up_m)
        return [
            (*self.place(item, home_up_m, here)[:2], home_up_m)
            for item in self.items[mav.MAV_MISSION_TYPE_RALLY]
        ]


def place_of(
    frame: LocalFrame,
    mav_frame: int,
    latitude_deg: float,
    longitude_deg: float,
    z_m: float,
    home_up_m: float,
    otherwise: Vector,
) -> Vector:
    """World ENU m of a MAVLink position. Heights are above the ellipsoid, or relative to home."""
    east, north, up = otherwise
    given = abs(latitude_deg) <= 90 and abs(longitude_deg) <= 180  # false for NaN
    if given and (latitude_deg or longitude_deg):
        altitude = (frame.origin.altitude_m or 0.0) + home_up_m
        east, north, _ = frame.to_enu(
            GeoPoint(latitude_deg=latitude_deg, longitude_deg=longitude_deg, altitude_m=altitude)
        )
    if math.isfinite(z_m):
        relative = mav_frame in RELATIVE_FRAMES
        up = home_up_m + z_m if relative else z_m - (frame.origin.altitude_m or 0.0)
    return east, north, up

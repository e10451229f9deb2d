"""Where the kiosk's camera hangs and looks: under the roof's edge that is nearest to the pad."""

from __future__ import annotations

import math
from dataclasses import dataclass

from comms.contracts.site import Kiosk
from comms.contracts.vehicle import KioskBody

_UNDER_ROOF_M, _OUT_M = 0.2, 0.15
#: It sees the pad from any distance, and the way to it as well: never steeper or flatter than this.
_STEEPEST_RAD, _FLATTEST_RAD = 0.6, 0.15


@dataclass(frozen=True)
class KioskCamera:
    """In map: place (m), ENU yaw and pitch (rad, positive looks down), angles of view (rad)."""

    at: tuple[float, float, float]
    yaw_rad: float
    pitch_rad: float
    horizontal_fov_rad: float
    vertical_fov_rad: float

    def sees(self, east_m: float, north_m: float, reach_m: float) -> bool:
        """Whether a place on the ground lies in its view, no further than `reach_m`."""
        x, y, z = self.at
        away = math.hypot(east_m - x, north_m - y)
        aside = math.remainder(math.atan2(north_m - y, east_m - x) - self.yaw_rad, math.tau)
        down = math.atan2(z, away) - self.pitch_rad
        return (
            away <= reach_m
            and abs(aside) <= self.horizontal_fov_rad / 2.0
            and abs(down) <= self.vertical_fov_rad / 2.0
        )


def kiosk_camera(kiosk: Kiosk, body: KioskBody) -> KioskCamera:
    """Where it is, of the kiosk at this site."""
    (x, y), pad = kiosk.at, kiosk.pad
    yaw = math.atan2(pad[1] - y, pad[0] - x)
    across = yaw - kiosk.heading_rad
    wall_m = body.side_m / 2.0 / max(abs(math.cos(across)), abs(math.sin(across)))
    out = wall_m + _OUT_M
    at = (x + out * math.cos(yaw), y + out * math.sin(yaw), body.height_m - _UNDER_ROOF_M)
    pitch = math.atan2(at[2], max(0.1, math.dist(at[:2], pad)))
    return KioskCamera(
        at,
        yaw,
        min(_STEEPEST_RAD, max(_FLATTEST_RAD, pitch)),
        body.camera.horizontal_fov_rad,
        body.camera.vertical_fov_rad,
    )

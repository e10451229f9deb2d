"""A FAKE: a robot of pure kinematics on a flat site, with a lidar that is a few lines of geometry.

It stands in for Gazebo where the thinking of navigation and behaviour is tested in seconds:
velocities come true exactly (after the acceleration limits of a base), and the lidar sees buildings
and discs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.site import Building, KeepOut, Kiosk, Road, Site, Walkway

Floats = NDArray[np.float64]
ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0)


def ring(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def small_site() -> Site:
    """Two pavements beside a road (y = 0), joined by a crossing at x = 30; building; keep-out.

    The north pavement has a loop (round by y = 22) past a keep-out that lies on its straight part.
    """
    return Site(
        site_id="small",
        name="Small",
        origin=ORIGIN,
        frame=LocalFrame(ORIGIN),
        boundary=ring(-20, -40, 80, 40),
        buildings=(Building(feature_id="b", name="Hall", ring=ring(-10, 26, 70, 36), height_m=9),),
        walkways=(
            Walkway(feature_id="north", line=((0, 8), (30, 8), (60, 8)), width_m=4),
            Walkway(feature_id="south", line=((0, -8), (30, -8), (60, -8)), width_m=4),
            Walkway(feature_id="up", line=((40, 8), (40, 22), (60, 22), (60.3, 8.2)), width_m=3),
            Walkway(feature_id="x", line=((30, 8), (30, -8)), width_m=4, is_crossing=True),
            Walkway(feature_id="over", line=((10, 8), (10, -8)), width_m=3),
        ),
        roads=(Road(feature_id="r", line=((-20, 0), (80, 0)), width_m=10),),
        keep_outs=(KeepOut(feature_id="k", name="Works", ring=ring(47, 5, 52, 11)),),
        kiosks=(
            Kiosk(feature_id="q", name="Kiosk", at=(0, 12), heading_rad=-math.pi / 2,
                  dock=(0, 10), pad=(3, 14)),
        ),
    )  # fmt: skip


def write_site(site: Site, path: Path) -> Path:
    """A site as a GeoJSON file, for a process that reads one."""

    def feature(
        number: int, kind: str, line: Sequence[tuple[float, float]], **more: object
    ) -> dict[str, object]:
        spots = [site.frame.to_geo(x, y) for x, y in line]
        points: object = [[spot.longitude_deg, spot.latitude_deg] for spot in spots]
        shape = "LineString"
        if kind in ("boundary", "building", "keep_out"):
            shape, points = "Polygon", [points]
        elif kind == "kiosk":
            shape, points = "Point", [spots[0].longitude_deg, spots[0].latitude_deg]
        return {
            "type": "Feature",
            "id": f"{kind}-{number}",
            "properties": {"kind": kind, **more},
            "geometry": {"type": shape, "coordinates": points},
        }

    features = [feature(0, "boundary", site.boundary)]
    for n, b in enumerate(site.buildings):
        features.append(feature(n, "building", b.ring, name=b.name, height_m=b.height_m))
    for n, w in enumerate(site.walkways):
        kind = "crossing" if w.is_crossing else "walkway"
        features.append(feature(n, kind, w.line, width_m=w.width_m))
    for n, r in enumerate(site.roads):
        features.append(feature(n, "road", r.line, width_m=r.width_m))
    for n, k in enumerate(site.keep_outs):
        applies = [period.as_written for period in k.applies]
        features.append(feature(n, "keep_out", k.ring, name=k.name, applicability=applies))
    for n, q in enumerate(site.kiosks):
        bearing = 90.0 - math.degrees(q.heading_rad)
        features.append(feature(n, "kiosk", [q.at], name=q.name, bearing_deg=bearing))
    header = {
        "kind": "site",
        "id": site.site_id,
        "name": site.name,
        "datum": "WGS84",
        "origin": [site.origin.longitude_deg, site.origin.latitude_deg],
        "ground_height_m": site.origin.altitude_m,
    }
    whole = {"type": "FeatureCollection", "patrol": header, "features": features}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


@dataclass
class Disc:
    """A person or a post: centre, radius, velocity."""

    x_m: float
    y_m: float
    radius_m: float = 0.25
    vx_mps: float = 0.0
    vy_mps: float = 0.0


@dataclass
class Course:
    """The robot's true state and what the lidar sees of `site` and `discs`."""

    site: Site
    x_m: float
    y_m: float
    yaw_rad: float
    discs: list[Disc] = field(default_factory=list)
    v_mps: float = 0.0
    w_radps: float = 0.0
    now_s: float = 0.0
    rays: int = 240
    range_m: float = 15.0
    track: list[tuple[float, float, float, float]] = field(default_factory=list)
    nearest_m: float = math.inf

    def __post_init__(self) -> None:
        walls = [
            (a, b)
            for building in self.site.buildings
            for a, b in zip(building.ring, building.ring[1:], strict=False)
        ]
        self._walls = np.array(walls, dtype=np.float64).reshape(-1, 2, 2)

    def move(self, v_mps: float, w_radps: float, dt_s: float) -> None:
        """Drive for `dt_s` with the commanded velocity (limits of the base: 2 m/s2, 6 rad/s2)."""
        self.v_mps += float(np.clip(v_mps - self.v_mps, -2 * dt_s, 2 * dt_s))
        self.w_radps += float(np.clip(w_radps - self.w_radps, -6 * dt_s, 6 * dt_s))
        self.yaw_rad = math.remainder(self.yaw_rad + self.w_radps * dt_s, math.tau)
        self.x_m += self.v_mps * math.cos(self.yaw_rad) * dt_s
        self.y_m += self.v_mps * math.sin(self.yaw_rad) * dt_s
        self.now_s += dt_s
        for disc in self.discs:
            disc.x_m += disc.vx_mps * dt_s
            disc.y_m += disc.vy_mps * dt_s
            gap = math.dist((disc.x_m, disc.y_m), (self.x_m, self.y_m)) - disc.radius_m
            self.nearest_m = min(self.nearest_m, gap)
        self.track.append((self.now_s, self.x_m, self.y_m, self.v_mps))

    def scan(self) -> Floats:
        """Ranges (rays,) from the robot's centre, ray 0 backwards, then counter-clockwise."""
        angles = self.yaw_rad - math.pi + np.arange(self.rays) * (2 * math.pi / self.rays)
        ahead = np.column_stack([np.cos(angles), np.sin(angles)])
        best = np.full(self.rays, np.inf)
        here = np.array([self.x_m, self.y_m])
        for a, b in self._walls:
            edge = b - a
            cross = ahead[:, 0] * edge[1] - ahead[:, 1] * edge[0]
            with np.errstate(divide="ignore", invalid="ignore"):
                t = ((a[0] - here[0]) * edge[1] - (a[1] - here[1]) * edge[0]) / cross
                u = ((a[0] - here[0]) * ahead[:, 1] - (a[1] - here[1]) * ahead[:, 0]) / cross
            hit = (t > 0) & (u >= 0) & (u <= 1)
            best = np.where(hit & (t < best), t, best)
        for disc in self.discs:
            to = np.array([disc.x_m, disc.y_m]) - here
            along = ahead @ to
            inside = disc.radius_m**2 - ((to**2).sum() - along**2)
            t = along - np.sqrt(np.maximum(inside, 0))
            best = np.where((inside > 0) & (t > 0) & (t < best), t, best)
        return np.where(best <= self.range_m, best, np.inf)

    def hits(self) -> Floats:
        """The scan as points (N, 2) in map m."""
        ranges = self.scan()
        angles = self.yaw_rad - math.pi + np.arange(self.rays) * (2 * math.pi / self.rays)
        seen = np.isfinite(ranges)
        ahead = np.column_stack([np.cos(angles), np.sin(angles)])
        return np.array([self.x_m, self.y_m]) + ranges[seen, None] * ahead[seen]

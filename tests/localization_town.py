"""A drive through a made-up town with a lidar: the other sensors are those of `Drive`."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from shapely.geometry import Polygon, box

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from robot.localization.measurements import Measurement, Scan
from robot.localization.planar import Pose, wrap
from robot.localization.walls.outline_map import OutlineMap
from tests.lidar_rays import Rays
from tests.localization_drive import START_S, Drive

BLOCK_M, STREET_M = 44.0, 14.0


def town(seed: int = 0, columns: int = 3, rows: int = 3) -> list[Polygon]:
    """Blocks of towers that differ, with gaps between them; streets between the blocks."""
    rng = np.random.default_rng(seed)
    shapes: list[Polygon] = []
    for column in range(columns):
        for row in range(rows):
            x, y = column * (BLOCK_M + STREET_M), row * (BLOCK_M + STREET_M)
            cut = rng.uniform(0.35, 0.65) * BLOCK_M
            for left, right in ((0.0, cut - 2.0), (cut + 2.0, BLOCK_M)):
                low, high = rng.uniform(0.0, 6.0), BLOCK_M - rng.uniform(0.0, 6.0)
                tower = box(x + left, y + low, x + right, y + high)
                notch = rng.uniform(3.0, 8.0, 2)
                corner = box(x + left, y + low, x + left + notch[0], y + low + notch[1])
                shapes.append(tower.difference(corner))
    return shapes


def around_a_block(laps: float = 1.0) -> list[tuple[float, float]]:
    """Along the middle of the streets round the block in the middle."""
    low, high = BLOCK_M + STREET_M / 2, 2 * BLOCK_M + 1.5 * STREET_M
    ring = [(low, low), (high, low), (high, high), (low, high)]
    return [ring[i % 4] for i in range(int(4 * laps) + 1)]


def write_site(shapes: list[Polygon], file: Path) -> None:
    """The town as a site file, its kiosk's dock at the first corner of `around_a_block`, looking
    along the street."""
    frame = LocalFrame(GeoPoint(latitude_deg=29.87, longitude_deg=121.55, altitude_m=0.0))

    def lonlat(x: float, y: float) -> list[float]:
        point = frame.to_geo(x, y)
        return [point.longitude_deg, point.latitude_deg]

    def feature(kind: str, geometry: str, coordinates: Any, **more: Any) -> dict[str, Any]:
        return {
            "type": "Feature",
            "properties": {"kind": kind} | more,
            "geometry": {"type": geometry, "coordinates": coordinates},
        }

    low, high = BLOCK_M + STREET_M / 2, 2 * BLOCK_M + 1.5 * STREET_M
    ring = [lonlat(x, y) for x, y in ((low, low), (high, low), (high, high), (low, high))]
    edge = 3 * BLOCK_M + 3 * STREET_M
    bounds = [(-STREET_M, -STREET_M), (edge, -STREET_M), (edge, edge), (-STREET_M, edge)]
    features = [
        feature("boundary", "Polygon", [[lonlat(*p) for p in (*bounds, bounds[0])]], name="Town"),
        feature("walkway", "LineString", [*ring, ring[0]], width_m=6),
        feature("kiosk", "Point", lonlat(low - 2.0, low), name="Kiosk", bearing_deg=90),
        *(
            feature("building", "Polygon", [[lonlat(*p) for p in s.exterior.coords]], height_m=20)
            for s in shapes
        ),
    ]
    origin = lonlat(0.0, 0.0)
    document = {
        "type": "FeatureCollection",
        "patrol": {"kind": "site", "id": "town", "origin": origin},
        "features": features,
    }
    file.write_text(json.dumps(document))


@dataclass
class TownDrive(Drive):
    """Along `way` at walking pace; `people` beside it, `glass`: share of the rays that are lost."""

    shapes: list[Polygon] = field(default_factory=town)
    way: list[tuple[float, float]] = field(default_factory=around_a_block)
    people: int = 6
    glass: float = 0.1
    scan_every_s: float = 0.25

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        dt, speed, turn = 0.02, 0.0, 0.0
        e, n = self.way[0]
        yaw = math.atan2(self.way[1][1] - n, self.way[1][0] - e)
        rows, left = [], list(self.way[1:])
        self.times = np.arange(0.0, self.duration_s, dt)
        for t in self.times:
            if left and math.hypot(left[0][0] - e, left[0][1] - n) < 0.5:
                left.pop(0)
            want, bend = 0.0, 0.0
            if left and t > 2.0:
                off = wrap(math.atan2(left[0][1] - n, left[0][0] - e) - yaw)
                bend = float(np.clip(1.5 * off, -0.8, 0.8))
                want = 1.2 if abs(off) < 0.4 else 0.0
            speed += float(np.clip(want - speed, -0.8 * dt, 0.8 * dt))
            turn += float(np.clip(bend - turn, -1.5 * dt, 1.5 * dt))
            e += speed * math.cos(yaw) * dt
            n += speed * math.sin(yaw) * dt
            yaw += turn * dt
            rows.append((e, n, yaw, speed, turn))
        self.truth, self._rng = np.array(rows), rng
        self.start = Pose(*self.truth[0, :3])

    def outlines(self) -> OutlineMap:
        return OutlineMap.of_shapes(self.shapes)

    def measurements(self) -> list[Measurement]:
        found = super().measurements()
        rays = Rays(self.shapes, self.seed)
        step = round(self.scan_every_s / 0.02)
        discs = np.column_stack(
            [self._rng.uniform(-6, 6, (self.people, 2)), np.full(self.people, 0.25)]
        )
        for i in range(0, len(self.times), step):
            e, n, yaw, *_ = self.truth[i]
            discs[:, :2] += self._rng.normal(0.0, 0.2, (self.people, 2))
            around = [(e + x, n + y, r) for x, y, r in discs if math.hypot(x, y) > 0.8]
            points = rays.scan(Pose(e, n, yaw), around, missed=self.glass)
            found.append(Scan(START_S + float(self.times[i]) + 0.001, points))
        return sorted(found, key=lambda m: m.stamp_s)

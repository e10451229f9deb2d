"""Reading and converting: the site file, coordinates, launch files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import yaml
from pyproj import Transformer
from shapely.geometry import shape

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from comms.contracts.site_reader import read_site
from patrol_launch.plan import make_plan
from tests.bench.measure import Bench, Pair, ms_per_call
from tests.bench.places import LAUNCH, LAUNCH_FILES, SITE

_POINTS = 20_000


@contextmanager
def _site() -> Iterator[Pair]:
    def peer() -> None:
        features = json.loads(SITE.read_text(encoding="utf-8"))["features"]
        assert all(shape(feature["geometry"]).is_valid for feature in features)

    yield Pair(ms_per_call(lambda: read_site(SITE), 3), ms_per_call(peer, 3))


@contextmanager
def _coordinates() -> Iterator[Pair]:
    frame = LocalFrame(GeoPoint(latitude_deg=29.868, longitude_deg=121.615))
    dice = np.random.default_rng(1)
    points = np.column_stack(
        [
            121.615 + dice.uniform(-0.002, 0.002, _POINTS),
            29.868 + dice.uniform(-0.002, 0.002, _POINTS),
        ]
    )
    utm = Transformer.from_crs("EPSG:4326", "EPSG:32651", always_xy=True)
    ours = ms_per_call(lambda: frame.to_xy(points))
    peer = ms_per_call(lambda: utm.transform(points[:, 0], points[:, 1]))
    yield Pair(lambda: ours() / _POINTS * 1e3, lambda: peer() / _POINTS * 1e3)


@contextmanager
def _launch() -> Iterator[Pair]:
    environment = dict(os.environ)

    def peer() -> None:
        for file in LAUNCH_FILES:
            yaml.safe_load(file.read_text(encoding="utf-8"))

    yield Pair(
        ms_per_call(lambda: make_plan(LAUNCH / "all.launch.yaml", {}, environment)),
        ms_per_call(peer),
    )


BENCHES = [
    Bench(
        "site_file",
        "ms; ours also checks every feature and makes the site",
        "lower",
        "json + shapely.geometry.shape",
        _site,
    ),
    Bench(
        "coordinates_to_map",
        "us per point; ours is the plane at the site, the peer UTM",
        "lower",
        "pyproj Transformer to UTM",
        _coordinates,
    ),
    Bench(
        "launch_files",
        "ms; ours also evaluates them into commands",
        "lower",
        "PyYAML safe_load, same files",
        _launch,
    ),
]

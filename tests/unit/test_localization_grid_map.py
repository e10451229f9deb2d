"""Maps in Nav2's format as walls, as other people's tools write them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from shapely import contains_xy, union_all

from comms.contracts.errors import FileError
from robot.localization.planar import Pose, wrap
from robot.localization.walls.grid_map import read_grid_map
from robot.localization.walls.matching import match_scan
from tests.lidar_rays import Rays
from tests.localization_town import town

RESOLUTION = 0.1
CORNER = (-20.0, -15.0)


def picture_of(seed: int, turn: float = 0.0) -> np.ndarray:
    """Grey (rows, columns) as map_saver writes it: 0 is a wall, 254 is free; solid towers."""
    columns, rows = np.meshgrid(np.arange(2000), np.arange(1900))
    x, y = (columns + 0.5) * RESOLUTION, (rows + 0.5) * RESOLUTION
    east = CORNER[0] + math.cos(turn) * x - math.sin(turn) * y
    north = CORNER[1] + math.sin(turn) * x + math.cos(turn) * y
    solid = contains_xy(union_all(town(seed)), east, north)
    return np.flipud(np.where(solid, 0, 254).astype(np.uint8))


def write(folder: Path, picture: np.ndarray, name: str = "town.pgm", **header: Any) -> Path:
    assert cv2.imwrite(str(folder / name), picture)
    said = {
        "image": name, "resolution": RESOLUTION, "origin": [*CORNER, 0.0], "negate": 0,
        "occupied_thresh": 0.65, "free_thresh": 0.25,
    }  # fmt: skip
    file = folder / "town.yaml"
    file.write_text(yaml.safe_dump(said | header))
    return file


def off_by(outlines: Any, seed: int) -> tuple[float, float]:
    """m and rad: a scan of the town laid over the map."""
    pose = Pose(51.0, 60.0, 0.7)
    points = Rays(town(seed), seed).scan(pose)
    match = match_scan(outlines, points, Pose(51.5, 59.7, 0.75), 1.0)
    assert match.share > 0.85
    off = math.hypot(match.pose.x - pose.x, match.pose.y - pose.y)
    return off, abs(wrap(match.pose.yaw - pose.yaw))


@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_a_map_folder_is_where_its_origin_says(tmp_path: Path, turn: float) -> None:
    write(tmp_path, picture_of(2, turn), mode="trinary", origin=[*CORNER, turn])
    metres, radians = off_by(read_grid_map(tmp_path), 2)
    assert metres < 0.05
    assert radians < 0.005


def test_walls_one_pixel_thick_seen_from_inside_hold_a_scan(tmp_path: Path) -> None:
    """As a robot that mapped the streets leaves them: unknown behind the walls."""
    solid = picture_of(4) == 0
    edge = solid & ~cv2.erode(solid.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    picture = np.where(edge, 0, np.where(solid, 205, 254)).astype(np.uint8)
    metres, _ = off_by(read_grid_map(write(tmp_path, picture)), 4)
    assert metres < 0.08


def test_negated_and_see_through_pictures_are_understood(tmp_path: Path) -> None:
    picture = picture_of(1)
    assert off_by(read_grid_map(write(tmp_path, 255 - picture, negate=1)), 1)[0] < 0.05
    opaque = np.full_like(picture, 255)
    opaque[:300] = 0  # not known
    layers = cv2.merge([picture, picture, picture, opaque])
    outlines = read_grid_map(write(tmp_path, layers, "town.png"))
    assert outlines.points[:, 1].max() < CORNER[1] + 1600 * RESOLUTION + 0.1
    assert off_by(outlines, 1)[0] < 0.05


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"resolution": 0}, "resolution: Input should be greater than 0"),
        ({"origin": [0, 0]}, "origin"),
        ({"mode": "raw"}, "do not say what is occupied"),
        ({"image": "gone.pgm"}, "gone.pgm is not there or cannot be read"),
        ({"occupied_thresh": math.nan}, "occupied_thresh"),
        ({"image": "town.yaml"}, "cannot be read"),
    ],
)
def test_a_broken_map_is_refused_in_one_sentence(
    tmp_path: Path, header: dict[str, Any], why: str
) -> None:
    file = write(tmp_path, np.full((20, 20), 254, np.uint8), **header)
    with pytest.raises(FileError, match=why) as refused:
        read_grid_map(file)
    assert "\n" not in str(refused.value)


def test_a_map_without_walls_and_a_folder_without_a_map_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nothing in its picture is occupied"):
        read_grid_map(write(tmp_path, np.full((20, 20), 254, np.uint8)))
    (tmp_path / "town.yaml").unlink()
    with pytest.raises(FileError, match=r"holds one \.yaml, here are 0"):
        read_grid_map(tmp_path)
    broken = tmp_path / "a.yaml"
    broken.write_bytes(b"\xff\xfe: [")
    with pytest.raises(FileError, match="it is no YAML"):
        read_grid_map(broken)

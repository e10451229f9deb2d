"""Photos on disk: their place in EXIF as any viewer reads it, and a folder that does not grow."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from comms.contracts.place import Enu
from drone.attitude import from_euler
from drone.camera.photos import PhotoFolder, PhotoPlace, seen_on_ground, with_exif

AT = datetime(2026, 11, 27, 15, 4, 9, 250_000, tzinfo=UTC)
PLACE = PhotoPlace(AT, 29.868123, -121.615456, 42.5, 25.0, 271.5, -35.0)


def picture(seed: int = 1) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", noise)[1].tobytes())


def degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


@pytest.mark.parametrize(("latitude", "longitude"), [(29.868123, -121.615456), (-0.5, 179.99999)])
def test_place_and_time_are_where_a_viewer_looks_for_them(
    latitude: float, longitude: float
) -> None:
    place = PhotoPlace(AT, latitude, longitude, 42.5, 25.0, 271.5, -35.0)
    exif = Image.open(io.BytesIO(with_exif(picture(), place))).getexif()
    gps = exif.get_ifd(0x8825)
    south, west = gps[1] == "S", gps[3] == "W"
    assert degrees(gps[2]) * (-1 if south else 1) == pytest.approx(latitude, abs=1e-7)
    assert degrees(gps[4]) * (-1 if west else 1) == pytest.approx(longitude, abs=1e-7)
    assert float(gps[6]) == 42.5
    assert (gps[16], float(gps[17])) == ("T", 271.5)
    assert [int(x) for x in gps[7]] == [15, 4, 9]
    assert gps[29] == "2026:11:27"
    assert exif[0x0132] == "2026:11:27 15:04:09"
    assert "25 m over the take-off ground" in exif[0x010E]


def test_the_picture_itself_is_untouched() -> None:
    before, after = picture(), with_exif(picture(), PLACE)
    assert after.endswith(before[2:])
    decoded = [cv2.imdecode(np.frombuffer(x, np.uint8), cv2.IMREAD_COLOR) for x in (before, after)]
    assert np.array_equal(*decoded)


def test_below_the_sea_and_where_the_height_is_not_known() -> None:
    low = PhotoPlace(AT, 1.0, 1.0, -3.25, 2.0, 0.0, 0.0)
    gps = Image.open(io.BytesIO(with_exif(picture(), low))).getexif().get_ifd(0x8825)
    assert (gps[5], float(gps[6])) == (b"\x01", 3.25)
    unknown = PhotoPlace(AT, 1.0, 1.0, None, 2.0, 0.0, 0.0)
    assert 6 not in Image.open(io.BytesIO(with_exif(picture(), unknown))).getexif().get_ifd(0x8825)


def test_what_is_no_jpeg_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        PhotoFolder(tmp_path / "photos", 1e6).keep(b"\x89PNG...", PLACE)
    assert not (tmp_path / "photos").exists()


def test_the_oldest_go_when_the_folder_is_full(tmp_path: Path) -> None:
    one = len(with_exif(picture(), PLACE))
    folder = PhotoFolder(tmp_path / "photos", 3.5 * one)
    kept = [
        folder.keep(
            picture(),
            PhotoPlace(AT + timedelta(seconds=n), 29.868, 121.615, 42.5, 25.0, 271.5, -35.0),
        )
        for n in range(5)
    ]
    assert sorted((tmp_path / "photos").iterdir()) == kept[2:]


@pytest.mark.parametrize(
    ("pitch_deg", "yaw_deg", "expected"),
    [
        (90.0, 0.0, (10.0, 20.0)),  # straight down (positive is down, FLU)
        (45.0, 0.0, (40.0, 20.0)),
        (45.0, 90.0, (10.0, 50.0)),
        (3.0, 0.0, None),
        (-20.0, 0.0, None),
    ],
)
def test_the_place_that_it_looks_at(
    pitch_deg: float, yaw_deg: float, expected: tuple[float, float] | None
) -> None:
    camera = from_euler(0.0, math.radians(pitch_deg), math.radians(yaw_deg))
    seen = seen_on_ground(Enu(10.0, 20.0, 30.0), camera)
    if expected is None:
        assert seen is None
    else:
        assert seen is not None
        assert seen[:2] == pytest.approx(expected, abs=1e-6)

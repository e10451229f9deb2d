"""Photos that were asked for, with their place and time in EXIF, in a folder of bounded size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from comms.contracts.place import Enu
from comms.state_file import write_whole
from drone.attitude import Quaternion, ahead

_FURTHEST_M = 300.0
_SHALLOWEST = math.sin(math.radians(5.0))
_JPEG = b"\xff\xd8"
_APP1 = b"\xff\xe1"
# tags of EXIF 2.32
_DESCRIPTION, _DATE_TIME, _GPS, _EXIF, _ORIGINAL = 0x010E, 0x0132, 0x8825, 0x8769, 0x9003


@dataclass(frozen=True)
class PhotoPlace:
    """Where and when: `at` UTC; WGS 84 degrees; metres above the sea (None: not known) and above
    the take-off ground; where the camera looked, degrees from north and over the horizon."""

    at: datetime
    latitude_deg: float
    longitude_deg: float
    above_sea_m: float | None
    above_home_m: float
    bearing_deg: float
    pitch_deg: float

    @property
    def words(self) -> str:
        return (
            f"{self.latitude_deg:.6f}, {self.longitude_deg:.6f}, {self.above_home_m:.0f} m over "
            f"the take-off ground, towards {self.bearing_deg:.0f}°, pitch {self.pitch_deg:+.0f}°"
        )


def with_exif(jpeg: bytes, place: PhotoPlace) -> bytes:
    """The same picture with its place in EXIF. Raises ValueError for what is no JPEG."""
    if not jpeg.startswith(_JPEG):
        raise ValueError("the picture is no JPEG")
    from PIL.Image import Exif  # only for who takes photos

    exif = Exif()
    stamp = place.at.astimezone(UTC)
    exif[_DESCRIPTION] = place.words.replace("°", " deg")
    exif[_DATE_TIME] = stamp.strftime("%Y:%m:%d %H:%M:%S")
    exif.get_ifd(_EXIF)[_ORIGINAL] = stamp.strftime("%Y:%m:%d %H:%M:%S")
    gps = exif.get_ifd(_GPS)
    gps[1], gps[2] = "N" if place.latitude_deg >= 0 else "S", _sexagesimal(place.latitude_deg)
    gps[3], gps[4] = "E" if place.longitude_deg >= 0 else "W", _sexagesimal(place.longitude_deg)
    if place.above_sea_m is not None:
        gps[5] = b"\x01" if place.above_sea_m < 0 else b"\x00"
        gps[6] = Fraction(round(abs(place.above_sea_m) * 100), 100)
    gps[7] = (Fraction(stamp.hour), Fraction(stamp.minute), Fraction(stamp.second))
    gps[16], gps[17] = "T", Fraction(round(place.bearing_deg % 360.0 * 100), 100)
    gps[18], gps[29] = "WGS-84", stamp.strftime("%Y:%m:%d")
    body = exif.tobytes()
    return _JPEG + _APP1 + (len(body) + 2).to_bytes(2, "big") + body + jpeg[len(_JPEG) :]


def _sexagesimal(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    seconds = round(abs(degrees) * 3600 * 10_000)
    whole, rest = divmod(seconds, 3600 * 10_000)
    minutes, rest = divmod(rest, 60 * 10_000)
    return Fraction(whole), Fraction(minutes), Fraction(rest, 10_000)


def seen_on_ground(here: Enu, camera: Quaternion) -> Enu | None:
    """The place on level ground that the camera (FLU in ENU, looking along x) looks at from `here`
    (map m); None where it looks too flat for that, or further than 300 m."""
    east, north, up = ahead(camera)
    if up > -_SHALLOWEST or here.up_m <= 0:
        return None
    away = here.up_m / -up
    if away > _FURTHEST_M:
        return None
    return Enu(here.east_m + away * east, here.north_m + away * north, 0.0)


class PhotoFolder:
    """Photos on disk; above `most_bytes` the oldest go."""

    def __init__(self, folder: Path, most_bytes: float) -> None:
        self._folder, self._most_bytes = folder, most_bytes

    def keep(self, jpeg: bytes, place: PhotoPlace) -> Path:
        """Write it down, durably. Raises OSError, ValueError."""
        whole = with_exif(jpeg, place)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._make_room(len(whole))
        stamp = place.at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
        path = self._folder / f"{stamp}Z.jpg"
        write_whole(path, whole)
        return path

    def _make_room(self, size: int) -> None:
        kept = sorted(self._folder.glob("*.jpg"))
        total = sum(path.stat().st_size for path in kept) + size
        for path in kept:
            if total <= self._most_bytes:
                return
            total -= path.stat().st_size
            path.unlink()

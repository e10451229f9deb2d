"""A map in Nav2's format (`.yaml` and its image) as walls: what other people's robots have drawn.

Source: map_server's "Map format". The origin is the pose of the lower left pixel; of the modes,
`trinary` and `scale` say the same of what is occupied.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely import union_all
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from comms.contracts.errors import FileError, first_fault
from robot.localization.walls.outline_map import OutlineMap

#: Specks of fewer cells are no walls.
_FEWEST_CELLS = 3


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    image: str = Field(min_length=1)
    resolution: float = Field(gt=0, le=10)
    origin: tuple[float, float, float]
    negate: bool = False
    occupied_thresh: float = Field(default=0.65, gt=0, le=1)
    mode: Literal["trinary", "scale", "raw"] = "trinary"


def read_grid_map(file: str | Path) -> OutlineMap:
    """`file`: the `.yaml`, or the folder that holds one. Raises FileError with one sentence."""
    path = _yaml_of(Path(file))
    try:
        header = _Header.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise FileError(str(path), f"it cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise FileError(str(path), "it is no YAML") from None
    except ValidationError as error:
        fault = first_fault(error)
        raise FileError(str(path), f"{fault.place or 'the map'}: {fault.words}") from None
    if header.mode == "raw":
        raise FileError(str(path), "maps of the mode 'raw' do not say what is occupied")
    image = Path(header.image)
    occupied = _occupied(path, image if image.is_absolute() else path.parent / image, header)
    outlines = OutlineMap.of_shapes(_shapes(occupied, header))
    if not len(outlines.points):
        raise FileError(str(path), "nothing in its picture is occupied")
    return outlines


def _yaml_of(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted([*path.glob("*.yaml"), *path.glob("*.yml")])
    if len(found) != 1:
        raise FileError(str(path), f"a map's folder holds one .yaml, here are {len(found)}")
    return found[0]


def _occupied(path: Path, image: Path, header: _Header) -> NDArray[np.bool_]:
    """(rows, columns), the first row at the bottom."""
    import cv2  # 30 MB that a robot with a site's outlines does without

    picture = cv2.imread(str(image), cv2.IMREAD_UNCHANGED) if image.is_file() else None
    if picture is None:
        raise FileError(str(path), f"its picture {image.name} is not there or cannot be read")
    known = np.ones(picture.shape[:2], dtype=bool)
    if picture.ndim == 3:
        if picture.shape[2] in (2, 4):  # what is not opaque is not known
            known = picture[..., -1] == np.iinfo(picture.dtype).max
            picture = picture[..., :-1]
        picture = picture.mean(axis=2)
        share = picture / 255.0
    else:
        share = picture / float(np.iinfo(picture.dtype).max)
    occupancy = share if header.negate else 1.0 - share
    found: NDArray[np.bool_] = np.flipud((occupancy > header.occupied_thresh) & known)
    return found


def _shapes(occupied: NDArray[np.bool_], header: _Header) -> list[BaseGeometry]:
    """The outlines of what is occupied, in map metres."""
    import cv2

    # Contours run through the middle of pixels, and a wall that is one pixel thick would be a line:
    # each cell becomes four, and the outline is moved out by what is missing.
    scale = 2
    fine = cv2.resize(
        occupied.astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST
    )
    contours, levels = cv2.findContours(np.pad(fine, 1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cos, sin = math.cos(header.origin[2]), math.sin(header.origin[2])
    turn = np.array([[cos, sin], [-sin, cos]])

    def ring(contour: NDArray[np.int32]) -> NDArray[np.float64]:
        # straightened by half a cell; a pixel's middle, less the padding, in cells
        smooth = cv2.approxPolyDP(contour, 0.5 * scale, closed=True).reshape(-1, 2)
        cells = (smooth - 0.5) / scale
        place: NDArray[np.float64] = cells * header.resolution @ turn + header.origin[:2]
        return place

    outer = [n for n in range(len(contours)) if levels[0, n, 3] < 0]
    shapes = []
    for n in outer:
        if cv2.contourArea(contours[n]) < _FEWEST_CELLS * scale**2 or len(ring(contours[n])) < 3:
            continue
        holes, hole = [], levels[0, n, 2]
        while hole >= 0:
            inner = ring(contours[hole])
            if len(inner) >= 3:
                holes.append(inner)
            hole = levels[0, hole, 0]
        shapes.append(Polygon(ring(contours[n]), holes).buffer(0))
    missing = 0.5 / scale * header.resolution
    return [union_all(shapes).buffer(missing, join_style="mitre")] if shapes else []

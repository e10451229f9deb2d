"""What a camera that looks straight down sees of the ground."""

from __future__ import annotations

import math


def swath_of(height_m: float, fov_rad: float, overlap: float) -> float:
    """Distance between strips (m) so that neighbours share `overlap` (0..1) of their pictures.

    `fov_rad` is the whole angle of view across the strip, `height_m` above the ground looked at.
    """
    return 2.0 * height_m * math.tan(fov_rad / 2) * (1.0 - overlap)

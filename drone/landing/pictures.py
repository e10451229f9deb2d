"""Where the landing's pictures come from: only the newest counts, and only while one is landing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drone.landing.sight import Optics


@dataclass(frozen=True)
class Picture:
    """`pixels`: grey or BGR; `arrived_s`: monotonic s. A new one has a new `number`."""

    pixels: NDArray[np.uint8]
    optics: Optics
    arrived_s: float
    number: int


class Pictures(Protocol):
    """A camera that is looked through while it is wanted. Called on the link's loop."""

    def want(self, wanted: bool) -> None:
        """Begin or end to take pictures."""
        ...

    def newest(self) -> Picture | None:
        """The last one since pictures were wanted."""
        ...

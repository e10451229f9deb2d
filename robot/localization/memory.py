"""The last believed pose on disk, so that a restart in the middle of a street finds itself again.

One small file in the state folder, replaced in one step. It names the site and the run: a pose of
another run is worth less, because the robot may have been moved while it was off.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comms.contracts.errors import ContractError


class PoseMemoryError(ContractError):
    """The file with the last pose cannot be used."""


class RememberedPose(BaseModel):
    """What was known at `stamp_s` (UTC, s): pose in `map`, covariance, motion, sensor errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    site_id: str
    run: str = Field(description="the run's folder; empty: not known")
    stamp_s: float
    pose: tuple[float, float, float]
    covariance: tuple[float, float, float, float, float, float, float, float, float]
    speed_mps: float
    turn_radps: float
    gyro_bias: float
    wheel_scale: float
    wheel_pose: tuple[float, float, float] | None


class PoseMemory:
    """Saves to and loads from `folder`/localization.json."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "localization.json"

    def save(self, remembered: RememberedPose) -> None:
        """Raises OSError where the folder cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(remembered.model_dump_json(), encoding="utf-8")
        os.replace(new, self.path)

    def load(self) -> RememberedPose | None:
        """None where there is no file. Raises PoseMemoryError (one sentence) for a broken one."""
        try:
            return RememberedPose.model_validate_json(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValidationError, UnicodeDecodeError, OSError) as error:
            first = str(error).splitlines()[0]
            raise PoseMemoryError(f"{self.path}: the last pose cannot be read: {first}") from None

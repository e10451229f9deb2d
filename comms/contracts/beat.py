"""A beat: a route with checkpoints, and what to do at each."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.place import GeoPoint


class CheckpointAction(StrEnum):
    LOOK_AROUND = "look_around"
    WAIT = "wait"
    PICTURE = "picture"
    ANNOUNCE = "announce"


class Checkpoint(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    checkpoint_id: str
    name: str = ""
    name_zh: str = ""
    description: str = Field(default="", description="for people; never spoken")
    position: GeoPoint
    actions: tuple[CheckpointAction, ...] = ()
    wait_s: float = Field(default=5.0, ge=0, le=3600, description="for the action wait")
    announcement: str = Field(default="", max_length=500, description="for the action announce")
    language: str = "zh-CN"


class Beat(BaseModel):
    """Checkpoints in the order in which they are visited; after the last the robot goes home."""

    model_config = ConfigDict(frozen=True)

    beat_id: str
    name: str
    name_zh: str = ""
    site_id: str = ""
    source: str = ""
    checkpoints: tuple[Checkpoint, ...] = Field(min_length=1)

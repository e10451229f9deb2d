"""Parameters of behaviour and loudspeaker: sections `behaviour` and `loudspeaker` of the unit's
YAML.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class BehaviourConfig(BaseModel):
    """Section `behaviour`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate_hz: float = Field(default=5.0, gt=0.5, le=50, description="1/s, ticks of the tree")
    look_around_views: int = Field(
        default=4, ge=2, le=12, description="headings of a look round, evenly spread"
    )
    drive_tries: int = Field(
        default=3, ge=1, le=10, description="times a drive is begun before the place is given up"
    )
    try_again_s: float = Field(default=5.0, ge=0, le=300, description="s between those tries")
    no_position_s: float = Field(
        default=120.0, ge=0, le=3600, description="s to wait for localisation before giving up"
    )
    feedback_age_s: float = Field(
        default=3.0, gt=0.5, le=60, description="s without word from the navigator: ask it again"
    )
    picture_s: float = Field(default=5.0, gt=0, le=60, description="s to wait for a picture")
    announce_s: float = Field(
        default=10.0, gt=0, le=60, description="s to wait for a phrase, beside speaking it"
    )
    stay_s: float = Field(
        default=20.0,
        ge=0,
        le=3600,
        description="s at the place of a go-to before a patrol that was set aside goes on",
    )
    resume_within_s: float = Field(
        default=600.0,
        ge=0,
        description="s of being off after which an open task waits for a person, not by itself",
    )
    typical_mps: float = Field(
        default=0.8, gt=0.05, le=5, description="m/s over the ground, for estimates of time left"
    )
    dock_radius_m: float = Field(default=0.6, gt=0, le=5, description="m to the dock: docked")
    progress_s: float = Field(default=1.0, ge=0.2, le=60, description="s between progress reports")


class Engine(StrEnum):
    """Who speaks. `auto`: espeak-ng where it is installed, the log in simulated time."""

    AUTO = "auto"
    ESPEAK = "espeak-ng"
    LOG = "log"


class LoudspeakerConfig(BaseModel):
    """Section `loudspeaker`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Engine = Field(default=Engine.AUTO, description="auto, espeak-ng or log")
    words_per_minute: int = Field(default=150, ge=60, le=400, description="1/min, speed of speech")
    amplitude: int = Field(default=100, ge=0, le=200, description="loudness, espeak-ng's 0 to 200")

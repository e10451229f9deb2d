"""What the autopilot shall do by itself when something is lost: section `drone.failsafes`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FailsafeConfig(BaseModel):
    """The autopilot's own failsafes, which act when nobody of us can."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    handling: str = Field(
        default="set",
        pattern="^(set|verify|ignore)$",
        description="set: what differs is set while it stands disarmed, and read back; verify: "
        "only looked at; either keeps a drone down whose failsafes are not so. ignore: nothing",
    )
    link_loss: str = Field(
        default="return",
        pattern="^(return|land|hold|none)$",
        description="when it hears no ground station any more",
    )
    link_loss_after_s: float = Field(
        default=20.0,
        ge=5,
        le=300,
        description="of silence; longer than this process takes to restart (ArduCopter: 120 at "
        "most)",
    )
    low_battery_fraction: float = Field(
        default=0.12,
        ge=0.06,
        le=0.5,
        description="it comes home by itself; below the reserve, at which this process brings it",
    )
    empty_battery_fraction: float = Field(
        default=0.05, ge=0.03, le=0.3, description="it lands where it is"
    )
    set_fence_action: bool = Field(
        default=True, description="a breach of the fence brings it home (PX4: GF_ACTION)"
    )

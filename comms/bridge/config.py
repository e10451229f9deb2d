"""Parameters of the bridge: section `bridge` of the unit's YAML, and the unit's name."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class UnitName(BaseModel):
    """Section `unit`: who this unit is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    unit_id: str = Field(
        default="unit-1",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
        description="the unit's id, and the common name of its certificate",
    )


class BridgeConfig(BaseModel):
    """Section `bridge`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: str = Field(
        default="localhost:7443", min_length=3, description="host:port of the command centre"
    )
    server_name: str = Field(
        default="",
        description="name in the centre's certificate where it is not the host of `centre`",
    )
    pki_dir: str = Field(
        default="", description="folder of ca.crt and units/<id>.*; empty: the state folder's pki"
    )
    state_dir: str = Field(
        default="", description="folder of outbox and inbox; empty: the state folder's bridge/<id>"
    )
    outbox_max_mb: float = Field(
        default=2048.0,
        ge=0.1,
        le=1_000_000,
        description="MB; past it pictures of old findings go first, then old updates of findings",
    )
    telemetry_hz: float = Field(default=2.0, gt=0, le=10, description="1/s; states to the centre")
    link_loss_after_s: float = Field(
        default=30.0, ge=1, le=3600, description="s without link until a task's on_link_loss acts"
    )
    ping_every_s: float = Field(
        default=5.0, ge=0.5, le=60, description="s between measurements of the clock's offset"
    )
    in_flight_mb: float = Field(
        default=4.0, ge=0.1, le=64, description="MB sent and not yet acknowledged, at most"
    )
    reconnect_first_s: float = Field(
        default=0.5, ge=0.05, le=60, description="s before the first new attempt, then growing"
    )
    reconnect_max_s: float = Field(
        default=10.0, ge=0.1, le=600, description="s between attempts at most (30 % jitter)"
    )

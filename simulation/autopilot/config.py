"""Configuration of the simulated autopilot: section `simulated_autopilot` of the unit's YAML.

Everything that makes it unlike a perfect vehicle (noise, delays, loss) stands here with its default
on.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulation.autopilot.flight.physics import Airframe
from simulation.autopilot.flight.rigid_body import Wind


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GnssNoise(_Section):
    """Errors of the satellite position that the estimate follows, and of the raw reading."""

    wander_horizontal_m: float = Field(
        default=0.3, ge=0, le=20, description="m, 1 sigma per axis of the slow error in flight"
    )
    wander_vertical_m: float = Field(default=0.3, ge=0, le=20, description="m, 1 sigma")
    wander_time_s: float = Field(
        default=60.0, gt=1, le=3600, description="s, correlation time of the slow error"
    )
    start_error_m: float = Field(
        default=1.5, ge=0, le=50, description="m, extra error at power-on, dies away in seconds"
    )
    raw_m: float = Field(default=0.25, ge=0, le=20, description="m, 1 sigma of each raw reading")
    satellites: int = Field(default=14, ge=0, le=40, description="count once settled")
    hdop: float = Field(default=0.8, gt=0, le=50, description="once settled")


class BatteryPack(_Section):
    """A lithium pack: energy, voltage and what flight takes out of it."""

    energy_wh: float = Field(default=90.0, gt=0, le=2000, description="Wh when full")
    cells: int = Field(default=4, ge=1, le=14, description="in series")
    start_part: float = Field(default=1.0, ge=0, le=1, description="charge at power-on, 0..1")
    idle_w: float = Field(default=8.0, ge=0, description="W, electronics")
    hover_w: float = Field(default=220.0, gt=0, description="W in hover; grows with thrust^1.5")
    resistance_ohm: float = Field(default=0.02, ge=0, le=1, description="ohm, inner resistance")


class BootTimes(_Section):
    """When things become ready after power-on, as measured on a PX4."""

    sensors_s: float = Field(default=1.0, ge=0, le=120, description="s, sensors healthy")
    gnss_fix_s: float = Field(default=1.5, ge=0, le=120, description="s, first 3D fix")
    position_s: float = Field(default=3.0, ge=0, le=120, description="s, position estimate good")
    armable_s: float = Field(default=4.0, ge=0, le=120, description="s, checks pass, home set")
    payload_s: float = Field(default=4.0, ge=0, le=120, description="s, gimbal answers")


#: As measured on an ArduCopter: its home comes with the estimate's origin, its GPS is good later.
ARDUPILOT_BOOT = {
    "sensors_s": 3.0,
    "gnss_fix_s": 8.0,
    "position_s": 20.0,
    "armable_s": 41.0,
    "payload_s": 4.0,
}


class LinkFaults(_Section):
    """What the radio does to packets, both ways."""

    ack_delay_s: float = Field(default=0.008, ge=0, le=5, description="s from command to its ack")
    delay_s: float = Field(default=0.0, ge=0, le=5, description="s, one way")
    loss: float = Field(default=0.0, ge=0, le=0.95, description="part of packets lost, each way")


class CameraFake(_Section):
    """A fake MAVLink camera beside the autopilot."""

    present: bool = Field(default=False, description="whether there is one")
    takes_s: float = Field(default=0.3, ge=0, le=10, description="s from the order to the picture")
    storage_mib: float = Field(default=16_000.0, gt=0, le=1e6, description="MiB, empty at first")
    stream: str = Field(default="", max_length=150, description="address of its video; none")


class RemoteIdFake(_Section):
    """A fake transmitter of remote identification."""

    transmitter: bool = Field(default=False, description="whether there is one")
    error: str = Field(default="", max_length=50, description="told instead of a yes")
    silent_after_s: float = Field(
        default=0.0, ge=0, le=3600, description="s of its life, of the wall; 0: never"
    )


class AutopilotConfig(_Section):
    """The whole simulated autopilot."""

    profile: Literal["px4", "ardupilot"] = Field(
        default="px4", description="whose behaviour is shown: PX4's or ArduCopter's"
    )
    system_id: int = Field(default=1, ge=1, le=250, description="MAVLink system id")
    seed: int = Field(default=1, description="of all noise")
    gnss: GnssNoise = GnssNoise()
    battery: BatteryPack = BatteryPack()
    boot: BootTimes = BootTimes()
    link: LinkFaults = LinkFaults()
    wind: Wind = Wind()
    remote_id: RemoteIdFake = RemoteIdFake()
    camera: CameraFake = CameraFake()
    airframe: Airframe = Airframe()
    mission_ready_s: float = Field(
        default=1.5, ge=0, le=30, description="s after an upload before the mission can start"
    )
    parameters: dict[str, float] = Field(
        default_factory=dict, description="autopilot parameters that differ from the profile's"
    )

    @model_validator(mode="before")
    @classmethod
    def _boot_of_the_make(cls, given: Any) -> Any:
        """Times that are not given are the make's own."""
        if isinstance(given, dict) and given.get("profile") == "ardupilot":
            boot = given.get("boot")
            if boot is None or isinstance(boot, dict):
                return {**given, "boot": {**ARDUPILOT_BOOT, **(boot or {})}}
        return given

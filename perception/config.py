"""The section `perception` of a unit's YAML: every setting with its unit, its default and its
meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from comms.contracts.config import load_section
from comms.contracts.finding import Source
from comms.contracts.vehicle import Camera, DroneBody, KioskBody, RobotBody
from perception.errors import PerceptionError


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class DetectorConfig(Section):
    model: str = Field(
        default="",
        description="path of an Ultralytics detection model (.pt, .onnx, folder of OpenVINO ...); "
        "empty: the one that set-up made",
    )
    classes: tuple[str, ...] = Field(
        default=("person", "bicycle", "car", "motorcycle", "bus", "truck", "dog"),
        min_length=1,
        description="names of the model's classes that are looked at",
    )
    confidence: float = Field(default=0.30, ge=0.05, le=0.95, description="starts a track, 0..1")
    low_confidence: float = Field(
        default=0.12, ge=0.01, le=0.95, description="continues a track, and is blurred, 0..1"
    )
    threads: int = Field(default=2, ge=1, le=64, description="CPU threads of the detector")


class TrackConfig(Section):
    lost_s: float = Field(default=2.0, gt=0, le=30, description="s that a track bridges unseen")
    match: float = Field(default=0.85, gt=0, le=1, description="highest cost (1 - IoU) of a match")


class LocateConfig(Section):
    pixel_sigma: float = Field(default=2.0, gt=0, le=50, description="px, of a box's edge")
    box_sigma: float = Field(default=0.02, ge=0, le=0.5, description="the same, per box height")
    robot_pitch_sigma_rad: float = Field(default=0.010, ge=0, le=0.5, description="rad, 1 sigma")
    drone_pitch_sigma_rad: float = Field(default=0.020, ge=0, le=0.5, description="rad, 1 sigma")
    kiosk_pitch_sigma_rad: float = Field(default=0.010, ge=0, le=0.5, description="rad, 1 sigma")
    kiosk_sigma_m: float = Field(
        default=0.10, ge=0, le=10, description="m, where the kiosk's camera hangs, each axis"
    )
    robot_height_sigma_m: float = Field(default=0.02, ge=0, le=10, description="m, of the camera")
    drone_height_sigma_m: float = Field(default=0.5, ge=0, le=20, description="m, of the camera")
    yaw_sigma_rad: float = Field(default=0.010, ge=0, le=0.5, description="rad, at the least")
    person_height_m: float = Field(default=1.68, gt=0.5, le=2.5, description="m, feet not in view")
    person_height_sigma_m: float = Field(default=0.10, gt=0, le=0.5, description="m, 1 sigma")
    max_sigma_m: float = Field(
        default=6.0, gt=0, le=100, description="m; a less certain place is no place"
    )
    max_extrapolation_s: float = Field(
        default=0.4, ge=0, le=5, description="s a frame may be newer than the newest pose"
    )
    max_gap_s: float = Field(default=1.0, gt=0, le=10, description="s between two poses")


class KindConfig(Section):
    confirm_frames: int = Field(default=3, ge=1, le=100, description="frames before it is news")
    confirm_within_s: float = Field(default=3.0, gt=0, le=60, description="s, for these frames")
    min_confidence: float = Field(default=0.38, ge=0, le=1, description="mean over these frames")
    end_after_s: float = Field(default=15.0, gt=0, le=86_400, description="s unseen: it has ended")
    reopen_within_s: float = Field(
        default=45.0, ge=0, le=86_400, description="s after its end in which it can go on"
    )
    speed_sigma_mps: float = Field(default=1.2, ge=0, le=50, description="m/s, how fast it moves")
    merge_limit_m: float = Field(default=6.0, gt=0, le=100, description="m, never merged beyond")
    update_every_s: float = Field(default=2.0, ge=0.5, le=3600, description="s between updates")


class FindingsConfig(Section):
    person: KindConfig = KindConfig()
    vehicle: KindConfig = KindConfig(
        end_after_s=120.0,
        reopen_within_s=3600.0,
        speed_sigma_mps=0.05,
        merge_limit_m=4.0,
        update_every_s=30.0,
    )
    animal: KindConfig = KindConfig(confirm_frames=4)
    update_moved_m: float = Field(default=1.0, gt=0, le=100, description="m moved: update at once")
    gate_sigmas: float = Field(default=3.0, gt=0, le=10, description="how far apart is the same")
    better_picture: float = Field(
        default=3.0, ge=1.2, le=100, description="times larger box: a new snapshot is sent"
    )


class PrivacyConfig(Section):
    face_threshold: float = Field(default=0.20, ge=0.02, le=0.9, description="lower: blur more")
    min_vehicle_px: int = Field(
        default=48, ge=0, le=4096, description="px; narrower vehicles show no readable plate"
    )
    jpeg_limit_bytes: int = Field(default=60_000, ge=5_000, le=1_000_000, description="bytes")


class LiveConfig(Section):
    rate_hz: float = Field(default=2.0, gt=0, le=10, description="Hz, while somebody watches")
    jpeg_limit_bytes: int = Field(default=40_000, ge=5_000, le=1_000_000, description="bytes")


class PerceptionConfig(Section):
    """All of perception; `cameras` lists those that are looked at."""

    cameras: tuple[Literal["robot", "drone", "kiosk"], ...] = Field(
        default=("robot", "drone", "kiosk"), description="whose pictures are looked at"
    )
    max_rate_hz: float = Field(default=4.0, gt=0, le=60, description="Hz per camera, at the most")
    detector: DetectorConfig = DetectorConfig()
    track: TrackConfig = TrackConfig()
    locate: LocateConfig = LocateConfig()
    findings: FindingsConfig = FindingsConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    live: LiveConfig = LiveConfig()


class UnitConfig(BaseModel):
    """What perception needs of a unit's file: its own section and where the cameras sit."""

    model_config = ConfigDict(frozen=True)

    perception: PerceptionConfig = PerceptionConfig()
    robot: RobotBody = RobotBody()
    drone: DroneBody = DroneBody()
    kiosk: KioskBody = KioskBody()

    def with_cameras(self, names: str) -> UnitConfig:
        """The same with the cameras of a comma-separated list; empty: unchanged.

        Raises PerceptionError when there is none of that name.
        """
        wanted = tuple(name.strip() for name in names.split(",") if name.strip())
        if not wanted:
            return self
        known = [source.value for source in Source]
        for name in wanted:
            if name not in known:
                raise PerceptionError(
                    f"cameras: {name!r} is not one of {', '.join(known)} (comma-separated)"
                )
        section = self.perception.model_copy(update={"cameras": wanted})
        return self.model_copy(update={"perception": section})

    def camera(self, source: Source) -> Camera:
        return {
            Source.ROBOT: self.robot.camera,
            Source.DRONE: self.drone.camera,
            Source.KIOSK: self.kiosk.camera,
        }[source]


def load_unit(path: str | Path) -> UnitConfig:
    """The unit's file; an empty path gives the defaults. Raises FileError."""
    return UnitConfig(
        perception=load_section(path, "perception", PerceptionConfig),
        robot=load_section(path, "robot_body", RobotBody),
        drone=load_section(path, "drone_body", DroneBody),
        kiosk=load_section(path, "kiosk_body", KioskBody),
    )

"""Frames in, findings out: the whole of perception without ROS.

The node and `patrol perception try` both run this; a test feeds it photographs. One detector and
one book of findings serve all cameras; each camera has its own tracker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from comms.contracts.finding import Finding, Source
from comms.contracts.geodesy import LocalFrame
from perception.config import PerceptionConfig
from perception.detect.detections import Detections, Detector, Picture
from perception.findings.book import FindingBook, Revision
from perception.findings.open_finding import OpenFinding
from perception.findings.sighting import Sighting
from perception.locate.camera_model import CameraPose, Lens
from perception.locate.locator import Locator, NoPlace, Place
from perception.locate.pose_buffer import Matrix
from perception.privacy.blur import Blurrer
from perception.privacy.encode import Mark, to_jpeg
from perception.timing import StageTimes
from perception.track.tracker import CameraTracker, TrackedBox


@dataclass(frozen=True)
class View:
    """Where a camera was when it took a frame; `points` (n, 3) are lidar hits in map, if any."""

    lens: Lens
    pose: CameraPose
    points: Matrix | None = None


@dataclass(frozen=True)
class Told:
    """A finding's revision, complete with its snapshot, and the state for the journal."""

    finding: Finding
    state: OpenFinding


@dataclass
class CameraCounts:
    """What became of a camera's boxes and frames since the start."""

    frames: int = 0
    no_place: Counter[str] = field(default_factory=Counter)
    placed: Counter[str] = field(default_factory=Counter)


class Pipeline:
    """Detect, track, locate, judge, blur. Called from one thread at a time."""

    def __init__(
        self, config: PerceptionConfig, detector: Detector, blurrer: Blurrer, frame: LocalFrame
    ) -> None:
        self._config = config
        self._detector = detector
        self._blurrer = blurrer
        self._locator = Locator(config.locate)
        self._trackers = {
            Source(camera): CameraTracker(config.detector, config.track, config.max_rate_hz)
            for camera in config.cameras
        }
        self.book = FindingBook(config.findings, frame)
        self.times = StageTimes()
        self.counts = {vehicle: CameraCounts() for vehicle in self._trackers}

    def detect(self, picture: Picture) -> Detections:
        """All boxes of the picture, weak ones too."""
        with self.times.stage("detect"):
            return self._detector.detect([picture])[0]

    def track(self, camera: Source, detections: Detections) -> list[TrackedBox]:
        """The tracks seen in the newest frame of the camera."""
        self.counts[camera].frames += 1
        with self.times.stage("track"):
            return self._trackers[camera].update(detections)

    def judge(
        self,
        camera: Source,
        time_s: float,
        picture: Picture,
        detections: Detections,
        tracked: Sequence[TrackedBox],
        view: View | None,
    ) -> list[Told]:
        """Places the tracks of a frame taken at `time_s` (UTC) and returns what is to be told.

        Without a `view` (no pose at that time) nothing has a place and nothing is told.
        """
        with self.times.stage("locate"):
            sightings = [
                Sighting(camera, time_s, box, place)
                for box in tracked
                if isinstance(place := self._place(camera, box, view), Place)
            ]
        with self.times.stage("judge"):
            revisions = self.book.see(sightings)
        return self._with_snapshots(revisions, picture, detections)

    def tick(self, now_s: float) -> list[Told]:
        """About once a second: what has ended."""
        return [Told(revision.finding, revision.state) for revision in self.book.tick(now_s)]

    def outgoing_jpeg(
        self,
        picture: Picture,
        detections: Detections,
        limit_bytes: int,
        tracked: Sequence[TrackedBox] = (),
    ) -> bytes:
        """The picture as it may leave: blurred, with the tracks drawn into it."""
        with self.times.stage("blur"):
            blurred = self._blurrer.blur(picture, detections)
        marks = [Mark(box.box, box.kind, f"{box.label} {box.score:.2f}") for box in tracked]
        with self.times.stage("encode"):
            return to_jpeg(blurred, limit_bytes, marks)

    def _place(self, camera: Source, box: TrackedBox, view: View | None) -> Place | NoPlace:
        place: Place | NoPlace = NoPlace.NO_POSE
        if view is not None:
            place = self._locator.locate(box.box, box.kind, view.pose, view.lens, view.points)
        if isinstance(place, NoPlace):
            self.counts[camera].no_place[place.value] += 1
        else:
            self.counts[camera].placed[place.method] += 1
        return place

    def _with_snapshots(
        self, revisions: list[Revision], picture: Picture, detections: Detections
    ) -> list[Told]:
        if not any(revision.picture_of for revision in revisions):
            return [Told(revision.finding, revision.state) for revision in revisions]
        with self.times.stage("blur"):
            blurred = self._blurrer.blur(picture, detections)
        told = []
        for revision in revisions:
            finding = revision.finding
            if revision.picture_of is not None:
                box = revision.picture_of.tracked
                mark = Mark(box.box, box.kind, f"{box.label} {box.score:.2f}")
                with self.times.stage("encode"):
                    jpeg = to_jpeg(blurred, self._config.privacy.jpeg_limit_bytes, [mark])
                finding = finding.model_copy(update={"snapshot_jpeg": jpeg})
            told.append(Told(finding, revision.state))
        return told

"""The perception node: both cameras in, /findings out; `python -m perception.node --ros-args ...`.

Callbacks only keep the newest of everything; one thread works on it, so that a slow detector never
holds up the graph. Whatever picture leaves goes through `Pipeline.outgoing_jpeg` or a finding's
snapshot, which both blur it.
"""

from __future__ import annotations

import os
import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
from patrol_interfaces.msg import Finding
from patrol_interfaces.srv import TakePicture
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import CompressedImage, Image

from comms.contracts.errors import ContractError
from comms.contracts.finding import Source
from comms.contracts.site_reader import read_site
from comms.logs import get_logger
from comms.ros.images import image_to_bgr
from comms.ros.qos import RECORDS, RELIABLE, SENSOR
from comms.ros.run import run_node
from comms.state_dir import state_dir
from perception.camera_feed import CameraFeed
from perception.config import load_unit
from perception.detect.detections import Detections, Picture
from perception.detect.ultralytics_model import UltralyticsDetector
from perception.diagnostics import Reporter
from perception.errors import PerceptionError
from perception.findings.journal import FindingJournal
from perception.messages import finding_message, jpeg_message, seconds
from perception.newest import NewestFrames
from perception.pipeline import Pipeline, Told
from perception.privacy.blur import Blurrer
from perception.track.tracker import TrackedBox

_TICK_S = 1.0
_OLD_PICTURE_S = 3.0
_REPEAT_COMPLAINT_S = 10.0
_FAILURES_IN_A_ROW = 10


class PerceptionNode(Node):
    """Parameters: unit_config, site_file, and cameras (overrides the unit's list when not
    empty)."""

    def __init__(self) -> None:
        super().__init__("perception")
        self._log = get_logger()
        unit_config = self.declare_parameter("unit_config", "").value
        site_file = self.declare_parameter("site_file", "").value
        cameras = self.declare_parameter("cameras", "").value
        self.declare_parameter("beats_dir", "")  # every node is given it
        if not site_file:
            raise PerceptionError("the parameter site_file is empty: name the site's GeoJSON file")
        unit = load_unit(unit_config).with_cameras(cameras)
        site = read_site(site_file)
        self._config = unit.perception
        self._cameras = [Source(camera) for camera in self._config.cameras]
        detector = UltralyticsDetector(self._config.detector)
        blurrer = Blurrer(self._config.privacy)
        self._pipeline = Pipeline(self._config, detector, blurrer, site.frame)
        self._busy = threading.Lock()  # the pipeline serves one at a time
        self._frames: NewestFrames[Image] = NewestFrames(self._cameras, self._config.max_rate_hz)
        self._reporter = Reporter(self._pipeline, self._config.max_rate_hz)
        self._complained: dict[str, float] = {}
        self._broken = self._failed = self._failed_in_a_row = 0
        self._findings = self.create_publisher(Finding, "/findings", RECORDS)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        self._live: dict[Source, Publisher] = {}
        self._live_due = dict.fromkeys(self._cameras, 0.0)
        self._feeds: dict[Source, CameraFeed] = {}
        for camera in self._cameras:
            feed = CameraFeed(self, camera, unit, site, self._frames.put, self._complain)
            self._feeds[camera] = feed
            topic = f"/{camera.value}/camera/live"
            self._live[camera] = self.create_publisher(CompressedImage, topic, SENSOR)
            self.create_service(
                TakePicture,
                f"/{camera.value}/take_picture",
                lambda request, response, camera=camera: self._take_picture(camera, response),
            )
        self._worker = threading.Thread(target=self._work, name="perception", daemon=True)
        self._worker.start()
        self._log.info("perception_ready", model=str(detector.path), cameras=list(self._cameras))

    def close(self) -> None:
        """Ends the worker. Open findings stay in the journal for the next start."""
        self._frames.close()
        self._worker.join(timeout=5.0)

    # --- the worker's thread

    def _work(self) -> None:
        journal = FindingJournal(state_dir() / "perception")
        self._restore(journal)
        next_tick = time.monotonic() + _TICK_S
        while not self._frames.closed:
            taken = self._frames.take(timeout_s=max(0.0, next_tick - time.monotonic()))
            if taken is not None:
                self._work_on(journal, *taken)
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + _TICK_S
                self._tick(journal)
        journal.close()

    def _restore(self, journal: FindingJournal) -> None:
        entries = journal.read()
        self._pipeline.book.restore(entry.state for entry in entries)
        for entry in entries:
            for finding in entry.told:
                self._findings.publish(finding_message(finding))
        if entries:
            still_open = sum(entry.state.is_open for entry in entries)
            self._log.info("findings_restored", known=len(entries), open=still_open)

    def _work_on(self, journal: FindingJournal, camera: Source, message: Image) -> None:
        try:
            picture = image_to_bgr(message)
        except ContractError as error:
            self._broken += 1
            self._complain(f"{camera} camera: {error}")
            return
        try:
            with self._busy:
                self._perceive(journal, camera, message, picture)
            self._failed_in_a_row = 0
        except Exception as error:  # noqa: BLE001 - one frame must not end the thread
            self._failed += 1
            self._failed_in_a_row += 1
            self._log.exception("frame_failed", camera=camera.value, error=str(error))
            if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
                self._log.critical("perception_gives_up", failures=self._failed_in_a_row)
                os._exit(1)  # the runner starts it anew, and the journal has the open findings

    def _perceive(
        self, journal: FindingJournal, camera: Source, message: Image, picture: Picture
    ) -> None:
        detections = self._pipeline.detect(picture)
        tracked = self._pipeline.track(camera, detections)
        time_s = seconds(message.header.stamp)
        view = self._feeds[camera].view(time_s, *detections.size_px)
        told = self._pipeline.judge(camera, time_s, picture, detections, tracked, view)
        self._tell(journal, told)
        self._show(camera, message, picture, detections, tracked)

    def _tell(self, journal: FindingJournal, told: list[Told]) -> None:
        for item in told:
            journal.write(item.state, item.finding)
            self._findings.publish(finding_message(item.finding))
            self._log.info(
                "finding",
                finding_id=item.finding.finding_id,
                revision=item.finding.revision,
                phase=item.finding.phase.value,
                reason=item.finding.reason,
            )

    def _show(
        self,
        camera: Source,
        message: Image,
        picture: Picture,
        detections: Detections,
        tracked: list[TrackedBox],
    ) -> None:
        """The live picture, only while somebody watches."""
        publisher = self._live[camera]
        now = time.monotonic()
        if now < self._live_due[camera] or publisher.get_subscription_count() == 0:
            return
        self._live_due[camera] = now + 1.0 / self._config.live.rate_hz
        limit = self._config.live.jpeg_limit_bytes
        jpeg = self._pipeline.outgoing_jpeg(picture, detections, limit, tracked)
        publisher.publish(jpeg_message(jpeg, message.header.stamp, message.header.frame_id))

    def _tick(self, journal: FindingJournal) -> None:
        now = self.get_clock().now()
        if now.nanoseconds > 0:  # with simulated time: the clock has begun
            self._tell(journal, self._pipeline.tick(now.nanoseconds * 1e-9))
            journal.forget(self._pipeline.book.known)
        received = {camera: feed.received for camera, feed in self._feeds.items()}
        self._diagnostics.publish(
            self._reporter.report(
                *(now.to_msg(), received, self._frames.dropped, self._failed, self._broken)
            )
        )

    # --- the executor's thread

    def _take_picture(self, camera: Source, response: TakePicture.Response) -> TakePicture.Response:
        message = self._frames.last(camera)
        if message is None:
            response.message = f"the {camera}'s camera has not sent a picture yet"
            return response
        age_s = self.get_clock().now().nanoseconds * 1e-9 - seconds(message.header.stamp)
        if age_s > _OLD_PICTURE_S:
            response.message = f"the {camera}'s newest picture is {age_s:.0f} s old"
            return response
        try:
            picture = image_to_bgr(message)
            with self._busy:
                detections = self._pipeline.detect(picture)
                limit = self._config.privacy.jpeg_limit_bytes
                jpeg = self._pipeline.outgoing_jpeg(picture, detections, limit)
        except ContractError as error:
            response.message = f"the {camera}'s picture cannot be used: {error}"
            return response
        response.picture = jpeg_message(jpeg, message.header.stamp, message.header.frame_id)
        response.success, response.message = True, "blurred"
        return response

    def _complain(self, text: str) -> None:
        """Says it once, and again only when it goes on."""
        now = time.monotonic()
        if now - self._complained.get(text, -1e9) >= _REPEAT_COMPLAINT_S:
            if len(self._complained) > 100:
                self._complained.clear()
            self._complained[text] = now
            self._log.warning("unusable_input", what=text)


def main() -> int:
    return run_node(PerceptionNode, name="perception")


if __name__ == "__main__":
    raise SystemExit(main())

"""What comes in for one camera: its pictures, its lens, and where it was when it took them."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from comms.contracts.finding import Source
from comms.contracts.site import Site
from comms.ros.qos import SENSOR
from perception.config import UnitConfig
from perception.errors import PerceptionError
from perception.locate.camera_model import Lens
from perception.messages import lens_of
from perception.pipeline import View
from perception.whereabouts import whereabouts_of


class CameraFeed:
    """One camera's subscriptions. `view` may be called from another thread than the callbacks'."""

    def __init__(
        self,
        node: Node,
        source: Source,
        unit: UnitConfig,
        site: Site,
        on_image: Callable[[Source, Image], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self.source = source
        self.received = 0
        self._lens = Lens.of(unit.camera(source))
        self._calibration: tuple[float, ...] = ()
        self._on_image, self._on_trouble = on_image, on_trouble
        self._whereabouts = whereabouts_of(source, node, unit, site)
        name = source.value
        node.create_subscription(Image, f"/{name}/camera/image_raw", self._image, SENSOR)
        node.create_subscription(CameraInfo, f"/{name}/camera/camera_info", self._info, SENSOR)

    def view(self, time_s: float, width: int, height: int) -> View | None:
        """Where the camera was at `time_s` (UTC), for a picture of that size; None: not known."""
        where = self._whereabouts.at(time_s)
        return View(self._lens.scaled_to(width, height), *where) if where is not None else None

    def _image(self, message: Image) -> None:
        self.received += 1
        self._on_image(self.source, message)

    def _info(self, message: CameraInfo) -> None:
        numbers = (message.width, message.height, *message.k, *message.d)
        if numbers == self._calibration:
            return
        self._calibration = numbers
        try:
            self._lens = lens_of(message)
        except PerceptionError as error:
            self._on_trouble(f"{self.source} camera: {error}; the unit's file is used instead")

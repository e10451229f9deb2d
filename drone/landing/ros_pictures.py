"""The drone's camera as ROS topics, subscribed to only while it is landing: pictures are large, and
a simulated camera draws only for those who look.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from comms.contracts.errors import ContractError
from comms.contracts.vehicle import Camera
from comms.logs import get_logger
from comms.ros.images import image_to_bgr
from comms.ros.qos import SENSOR
from drone.landing.pictures import Picture
from drone.landing.sight import Optics

TOPIC = "/drone/camera"
#: Distortion models that OpenCV's pinhole camera takes as they are.
_PINHOLE_MODELS = ("plumb_bob", "rational_polynomial", "")


class RosPictures:
    """See `Pictures`. `want` and `newest` are for the link's thread, the rest for ROS's."""

    def __init__(self, node: Node, camera: Camera) -> None:
        self._node = node
        self._optics = Optics.of_camera(camera)
        self._size = (camera.width_px, camera.height_px)
        self._subscriptions: list[Any] = []
        self._wanted = False
        self._newest: Picture | None = None
        self._number = 0
        self._told = ""
        self._log = get_logger(topic=TOPIC)

    def want(self, wanted: bool) -> None:
        self._newest = None
        self._wanted = wanted

    def newest(self) -> Picture | None:
        return self._newest

    def follow_wish(self) -> None:
        """Subscribe or end it; called by one of the node's timers."""
        if self._wanted and not self._subscriptions:
            listen = self._node.create_subscription
            self._subscriptions = [
                listen(CameraInfo, f"{TOPIC}/camera_info", self._info, SENSOR),
                listen(Image, f"{TOPIC}/image_raw", self._image, SENSOR),
            ]
        elif not self._wanted and self._subscriptions:
            for subscription in self._subscriptions:
                self._node.destroy_subscription(subscription)
            self._subscriptions, self._told = [], ""

    def _info(self, info: CameraInfo) -> None:
        """What the camera says of its lens counts more than the unit's file."""
        matrix = np.array(info.k, np.float64).reshape(3, 3)
        if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
            return  # not calibrated (CameraInfo, "Uncalibrated cameras")
        if info.distortion_model not in _PINHOLE_MODELS:
            self._tell(f"its distortion model {info.distortion_model!r} is not plumb_bob")
            return
        self._optics = Optics(matrix, np.array(info.d, np.float64))
        self._size = (info.width, info.height)

    def _image(self, message: Image) -> None:
        if not self._wanted:
            return
        if (message.width, message.height) != self._size:
            self._tell(
                f"a picture of {message.width}x{message.height} px does not fit its description "
                f"of {self._size[0]}x{self._size[1]}"
            )
            return
        try:
            pixels = image_to_bgr(message)
        except ContractError as error:
            self._tell(str(error))
            return
        self._number += 1
        self._newest = Picture(pixels, self._optics, time.monotonic(), self._number)

    def _tell(self, words: str) -> None:
        """Once a landing: pictures come many a second."""
        if words != self._told:
            self._told = words
            self._log.warning("the camera cannot be used for the landing", why=words)

"""One camera from Gazebo to ROS. Gazebo draws only while somebody in ROS looks: pictures are what
costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from comms.contracts.vehicle import Camera
from comms.logs import get_logger
from comms.ros.images import fill_image
from comms.ros.qos import SENSOR
from simulation.bridge import ros_messages
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.transport import GazeboTransport, Subscription

RGB_INT8 = 3  # gazebo::common::Image::PixelFormat
log = get_logger()


class CameraChannel:
    """Publishes `<prefix>/image_raw` and `.../camera_info` while somebody subscribes."""

    def __init__(
        self,
        node: Node,
        transport: GazeboTransport,
        gazebo_topic: str,
        prefix: str,
        frame: str,
        camera: Camera,
        to_utc_ns: Callable[[int], int],
    ) -> None:
        self._transport, self._topic, self._to_utc_ns = transport, gazebo_topic, to_utc_ns
        self._frame = frame
        self._images = node.create_publisher(Image, f"{prefix}/image_raw", SENSOR)
        self._infos = node.create_publisher(CameraInfo, f"{prefix}/camera_info", SENSOR)
        self._info = ros_messages.camera_info(camera, frame)
        self._subscription: Subscription | None = None

    def look_whether_wanted(self) -> None:
        """Open or close the picture stream, by whether anyone subscribes."""
        wanted = bool(self._images.get_subscription_count() or self._infos.get_subscription_count())
        if wanted and self._subscription is None:
            self._subscription = self._transport.subscribe(
                self._topic, message_class("ImageStamped"), self._on_image
            )
        elif not wanted and self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _on_image(self, gazebo: Any) -> None:
        image = gazebo.image
        if image.pixel_format != RGB_INT8:
            log.error("a picture is not RGB", topic=self._topic, pixel_format=image.pixel_format)
            return
        stamp = ros_messages.time_of(self._to_utc_ns(stamp_ns(gazebo.time)))
        if self._images.get_subscription_count():
            message = fill_image(Image(), image.data, image.width, image.height, "rgb8")
            message.header.stamp, message.header.frame_id = stamp, self._frame
            self._images.publish(message)
        self._info.header.stamp = stamp
        self._infos.publish(self._info)

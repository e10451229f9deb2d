"""sensor_msgs/Image to numpy and back, without needless copies."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from comms.contracts.errors import ContractError

_CHANNELS = {"rgb8": 3, "bgr8": 3, "mono8": 1}


def image_to_bgr(message: Image) -> NDArray[np.uint8]:
    """The picture as (height, width, 3) uint8 BGR, as OpenCV wants it.

    Raises ContractError for an encoding or a size that does not fit the data.
    """
    channels = _CHANNELS.get(message.encoding)
    if channels is None:
        raise ContractError(
            f"image encoding {message.encoding!r} is not one of {', '.join(_CHANNELS)}"
        )
    height, width, step = message.height, message.width, message.step
    if height == 0 or width == 0 or step < width * channels or len(message.data) < height * step:
        raise ContractError(
            f"image of {width}x{height} pixels ({message.encoding}, step {step}) "
            f"does not fit its {len(message.data)} bytes"
        )
    flat = np.frombuffer(message.data, np.uint8, height * step).reshape(height, step)
    pixels = flat[:, : width * channels].reshape(height, width, channels)
    if message.encoding == "bgr8":
        return pixels
    import cv2  # 30 MB that a process which only fills pictures does without

    code = cv2.COLOR_GRAY2BGR if message.encoding == "mono8" else cv2.COLOR_RGB2BGR
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def fill_image(message: Image, data: bytes, width: int, height: int, encoding: str) -> Image:
    """Put raw pixels into `message`. `array.frombytes` is a hundred times faster than
    assignment.
    """
    message.width, message.height, message.encoding = width, height, encoding
    message.step = width * _CHANNELS[encoding]
    pixels = array("B")
    pixels.frombytes(data)
    message.data = pixels
    return message

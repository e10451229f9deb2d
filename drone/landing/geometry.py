"""From the camera's own axes to east, north, up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from comms.contracts.vehicle import Mount
from drone.attitude import Quaternion, flu_in_enu, from_euler, multiply
from drone.landing.sight import Sighting
from drone.link.state import VehicleView

Array = NDArray[np.float64]

#: Optical axes (x right, y down, z ahead) in FLU (REP-103).
_FLU_OF_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def matrix(q: Quaternion) -> Array:
    """The rotation (3, 3) of a unit quaternion (w, x, y, z)."""
    w, x, y, z = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def camera_and_body(view: VehicleView, mount: Mount) -> tuple[Array, Array] | None:
    """(camera FLU, body FLU) in ENU as rotations (3, 3); None while the attitude is not known.

    The camera's is the gimbal's own word; without a gimbal it is fixed to the body, turned down by
    the mount's pitch.
    """
    attitude = view.attitude.fresh()
    if attitude is None:
        return None
    body = flu_in_enu(from_euler(attitude.roll, attitude.pitch, attitude.yaw))
    gimbal = view.gimbal.fresh()
    if gimbal is not None:
        camera = flu_in_enu(gimbal.quaternion)
    else:
        camera = multiply(body, from_euler(0.0, mount.pitch_rad, 0.0))
    return matrix(camera), matrix(body)


def pad_from_vehicle(
    sighting: Sighting, camera: Array, body: Array, mount: Mount
) -> tuple[Array, Array]:
    """The board's middle from the vehicle's body frame, ENU m, and its covariance (3, 3)."""
    turn = camera @ _FLU_OF_OPTICAL
    lens = body @ np.array([mount.x_m, mount.y_m, mount.z_m])
    return lens + turn @ sighting.middle_m, turn @ sighting.covariance @ turn.T

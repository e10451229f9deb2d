"""A fake of a MAVLink camera on the vehicle: a component of its own that takes pictures and videos
of nothing, and tells where it was.

Camera protocol v2. It answers what is addressed to it; the autopilot's trigger by distance
(DO_SET_CAM_TRIGG_DIST) reaches it as it does a camera on PX4's or ArduPilot's MAVLink driver.
"""

from __future__ import annotations

import math
import time

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.motion_messages import Message, milliseconds
from simulation.autopilot.vehicle import Vehicle

COMPONENT = mav.MAV_COMP_ID_CAMERA
_FLAGS = (
    mav.CAMERA_CAP_FLAGS_CAPTURE_IMAGE
    | mav.CAMERA_CAP_FLAGS_CAPTURE_VIDEO
    | mav.CAMERA_CAP_FLAGS_CAN_CAPTURE_IMAGE_IN_VIDEO_MODE
    | mav.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM
)
_PICTURE_MIB = 6.0
#: The commands that ask for one message each, as they were before REQUEST_MESSAGE.
_OLD_REQUESTS = {
    mav.MAV_CMD_REQUEST_CAMERA_INFORMATION: mav.MAVLINK_MSG_ID_CAMERA_INFORMATION,
    mav.MAV_CMD_REQUEST_STORAGE_INFORMATION: mav.MAVLINK_MSG_ID_STORAGE_INFORMATION,
    mav.MAV_CMD_REQUEST_CAMERA_CAPTURE_STATUS: mav.MAVLINK_MSG_ID_CAMERA_CAPTURE_STATUS,
    mav.MAV_CMD_REQUEST_VIDEO_STREAM_INFORMATION: mav.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION,
}
_NOT_HERE = 255


class CameraComponent:
    """`due` gives what it has to say; nothing while there is none on board."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._config = vehicle.config.camera
        self._beat_s = -1e9
        self._pictures = 0
        self._video_since_s: float | None = None
        self._wanted: list[float] = []
        self._outgoing: list[Message] = []
        self._triggered_at: tuple[float, float, float] | None = None

    def handle(self, message: Message) -> None:
        """A command to it, acknowledged; an answer may follow."""
        if not self._config.present or message.get_type() != "COMMAND_LONG":
            return
        command, source = message.command, (message.get_srcSystem(), message.get_srcComponent())
        number = _OLD_REQUESTS.get(command)
        if command == mav.MAV_CMD_REQUEST_MESSAGE:
            number = int(message.param1)
        result = mav.MAV_RESULT_ACCEPTED
        answer = None
        if number is not None:
            answer = self._told(number)
            result = mav.MAV_RESULT_ACCEPTED if answer else mav.MAV_RESULT_UNSUPPORTED
        elif command == mav.MAV_CMD_IMAGE_START_CAPTURE:
            result = self._take(self._vehicle.now.time_s)
        elif command == mav.MAV_CMD_VIDEO_START_CAPTURE:
            self._video_since_s = self._vehicle.now.time_s
        elif command == mav.MAV_CMD_VIDEO_STOP_CAPTURE:
            self._video_since_s = None
        elif command not in (mav.MAV_CMD_SET_CAMERA_MODE, mav.MAV_CMD_IMAGE_STOP_CAPTURE):
            result = mav.MAV_RESULT_UNSUPPORTED
        self._outgoing.append(
            mav.MAVLink_command_ack_message(command, result, _NOT_HERE, 0, *source)
        )
        if answer is not None:
            self._outgoing.append(answer)

    def due(self, now_s: float) -> list[Message]:
        """To be sent as COMPONENT; `now_s` is monotonic wall time."""
        if not self._config.present:
            return []
        self._follow_trigger()
        time_s = self._vehicle.now.time_s
        while self._wanted and time_s >= self._wanted[0]:
            self._wanted.pop(0)
            self._outgoing.append(self._captured())
        if now_s - self._beat_s >= 1.0:
            self._beat_s = now_s
            self._outgoing.append(
                mav.MAVLink_heartbeat_message(
                    mav.MAV_TYPE_CAMERA, mav.MAV_AUTOPILOT_INVALID, 0, 0, mav.MAV_STATE_ACTIVE, 3
                )
            )
        found, self._outgoing = self._outgoing, []
        return found

    def _follow_trigger(self) -> None:
        every_m, now = self._vehicle.trigger_every_m, self._vehicle.now
        if every_m <= 0:
            self._triggered_at = None
        elif self._triggered_at is None or math.dist(now.position_m, self._triggered_at) >= every_m:
            self._triggered_at = now.position_m
            self._take(now.time_s)

    def _take(self, time_s: float) -> int:
        if self._free_mib <= _PICTURE_MIB:
            return mav.MAV_RESULT_FAILED
        self._wanted.append(time_s + self._config.takes_s)
        return mav.MAV_RESULT_ACCEPTED

    @property
    def _free_mib(self) -> float:
        taken = self._pictures + len(self._wanted)
        return max(0.0, self._config.storage_mib - taken * _PICTURE_MIB)

    def _captured(self) -> Message:
        self._pictures += 1
        vehicle = self._vehicle
        at = vehicle.frame.to_geo(*vehicle.now.position_m)
        yaw = math.pi / 2 - vehicle.now.yaw_rad
        pitch = vehicle.gimbal.pitch_rad
        cy, sy, cp, sp = (
            math.cos(yaw / 2),
            math.sin(yaw / 2),
            math.cos(pitch / 2),
            math.sin(pitch / 2),
        )
        return mav.MAVLink_camera_image_captured_message(
            milliseconds(vehicle), int(time.time() * 1e6), 0,
            round(at.latitude_deg * 1e7), round(at.longitude_deg * 1e7),
            round((at.altitude_m or 0.0) * 1e3), round(vehicle.height_m * 1e3),
            [cy * cp, -sy * sp, cy * sp, sy * cp], self._pictures - 1, 1,
            f"mftp:///DCIM/{self._pictures:04}.jpg".encode(),
        )  # fmt: skip

    def _told(self, number: int) -> Message | None:
        boot_ms = milliseconds(self._vehicle)
        if number == mav.MAVLINK_MSG_ID_CAMERA_INFORMATION:
            return mav.MAVLink_camera_information_message(
                boot_ms, b"Simulated".ljust(32, b"\0"), b"eye".ljust(32, b"\0"), 1, 8.0, 6.4, 4.8,
                1280, 960, 0, _FLAGS, 0, b"",
            )  # fmt: skip
        if number == mav.MAVLINK_MSG_ID_CAMERA_SETTINGS:
            return mav.MAVLink_camera_settings_message(boot_ms, mav.CAMERA_MODE_IMAGE)
        if number == mav.MAVLINK_MSG_ID_STORAGE_INFORMATION:
            total, free = self._config.storage_mib, self._free_mib
            return mav.MAVLink_storage_information_message(
                boot_ms, 1, 1, mav.STORAGE_STATUS_READY, total, total - free, free, 90.0, 40.0
            )
        if number == mav.MAVLINK_MSG_ID_CAMERA_CAPTURE_STATUS:
            began = self._video_since_s
            filmed_ms = 0 if began is None else round((self._vehicle.now.time_s - began) * 1e3)
            return mav.MAVLink_camera_capture_status_message(
                boot_ms, int(bool(self._wanted)), int(began is not None), 0.0, filmed_ms,
                self._free_mib, self._pictures,
            )  # fmt: skip
        if number == mav.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION and self._config.stream:
            return mav.MAVLink_video_stream_information_message(
                1, 1, mav.VIDEO_STREAM_TYPE_RTSP, mav.VIDEO_STREAM_STATUS_FLAGS_RUNNING, 15.0,
                1280, 960, 4_000_000, 0, 69, b"main", self._config.stream.encode(),
            )  # fmt: skip
        return None

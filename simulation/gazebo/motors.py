"""The motor firmware at work: datagrams in, Gazebo's `vel_cmd` out, paced by the IMU's simulated
time."""

from __future__ import annotations

import math
import socket
import threading
import time

from comms.contracts.vehicle import RobotBody
from comms.logs import get_logger
from simulation.gazebo.messages import message_class, stamp_ns
from simulation.gazebo.motor_firmware import MotorFirmware
from simulation.gazebo.motor_link import HOST, WheelCommand
from simulation.gazebo.transport import GazeboTransport

PERIOD_S = 0.025
FROZEN_S = 1.0  # wall time without a new simulated stamp after which nothing is sent
log = get_logger()


class Motors:
    """Runs in two threads from `start` to `close`; listens on `port`."""

    def __init__(self, transport: GazeboTransport, body: RobotBody) -> None:
        self._body = body
        top = body.max_speed_mps + body.max_turn_radps * body.wheel_track_m / 2
        self._firmware = MotorFirmware(max_radps=top / body.wheel_radius_m)
        self._lock = threading.Lock()
        self._now_ns = 0
        self._stamped = time.monotonic()
        self._sent: tuple[float, float] | None = None
        self._done = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.settimeout(PERIOD_S)
        self.port: int = self._socket.getsockname()[1]
        self._pose = message_class("Pose")
        self._publisher = transport.advertise("~/robot/vel_cmd", self._pose)
        transport.subscribe("~/robot/base/imu/imu", message_class("IMU"), self._on_time, max_hz=100)
        self._thread = threading.Thread(target=self._run, name="motors", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._thread.join(timeout=1.0)
        self._socket.close()

    def _on_time(self, message: object) -> None:
        self._now_ns = stamp_ns(message.stamp)  # type: ignore[attr-defined]
        self._stamped = time.monotonic()

    def _run(self) -> None:
        silent = True
        while not self._done.is_set():
            try:
                command = WheelCommand.decode(self._socket.recv(256))
            except TimeoutError:
                command = None
            now = self._now_ns
            if command is not None:
                self._firmware.receive(command, now)
            if self._firmware.silent(now) != silent:
                silent = not silent
                log.info("wheel commands stopped: wheels stop" if silent else "wheel commands come")
            self._turn(*self._firmware.step(now))

    def _turn(self, left: float, right: float) -> None:
        if (left, right) == self._sent:
            return
        radius, track = self._body.wheel_radius_m, self._body.wheel_track_m
        speed = (left + right) / 2 * radius
        turn = (right - left) * radius / track
        message = self._pose()
        message.position.x, message.position.y, message.position.z = speed, 0.0, 0.0
        half = -turn / 2  # Gazebo 11's DiffDrive turns right for a positive yaw
        message.orientation.w, message.orientation.z = math.cos(half), math.sin(half)
        message.orientation.x = message.orientation.y = 0.0
        if self._publisher.publish(message):
            self._sent = (left, right)

"""The autopilot's MAVLink component: takes messages in, gives telemetry, acks and texts out.

One object between the link and the vehicle. It is called often (about 100 times a second) and never
blocks.
"""

from __future__ import annotations

import time

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink.camera_component import COMPONENT as CAMERA
from simulation.autopilot.mavlink.camera_component import CameraComponent
from simulation.autopilot.mavlink.commands import Commands, order_of, whole
from simulation.autopilot.mavlink.copter_commands import CopterCommands
from simulation.autopilot.mavlink.link import Link
from simulation.autopilot.mavlink.mission_protocol import ARDUPILOT, PX4, MissionProtocol
from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.mavlink.parameter_protocol import ParameterProtocol
from simulation.autopilot.mavlink.streams import Streams
from simulation.autopilot.mavlink.text import TextPieces
from simulation.autopilot.mavlink.velocity import velocity_of
from simulation.autopilot.modes import Verdict
from simulation.autopilot.remote_id import COMPONENT as REMOTE_ID
from simulation.autopilot.vehicle import Vehicle

AUTOPILOT = mav.MAV_COMP_ID_AUTOPILOT1


class Station:
    """See the module."""

    def __init__(self, vehicle: Vehicle, link: Link) -> None:
        self._vehicle, self._link = vehicle, link
        self._packer = mav.MAVLink(None, srcSystem=vehicle.config.system_id, srcComponent=AUTOPILOT)
        self._transmitter = mav.MAVLink(
            None, srcSystem=vehicle.config.system_id, srcComponent=REMOTE_ID
        )
        self._camera = CameraComponent(vehicle)
        self._camera_packer = mav.MAVLink(
            None, srcSystem=vehicle.config.system_id, srcComponent=CAMERA
        )
        self._streams = Streams(vehicle)
        self._parameters = ParameterProtocol(vehicle.parameters, vehicle.profile)
        self._is_copter = vehicle.profile.first_item_is_home
        self._missions = MissionProtocol(
            vehicle.plan,
            lambda: vehicle.now.time_s,
            self._list_changed,
            ARDUPILOT if self._is_copter else PX4,
            self._home,
        )
        self._commands = CopterCommands(vehicle) if self._is_copter else Commands(vehicle)
        self._texts = TextPieces()
        self._gcs_at: float | None = None
        self._home_told = 0
        self._seq_told = -1
        self._now_s = time.monotonic()
        vehicle.gcs_silent_s = self._silent_s

    def service(self, now_s: float) -> None:
        """Handles what came and sends what is due; `now_s` is monotonic wall time."""
        self._now_s = now_s
        for message in self._link.receive(now_s):
            self._handle(message)
        vehicle = self._vehicle
        for message in (*self._missions.pending(now_s), *self._parameters.pending()):
            self._send(message)
        while vehicle.reached:
            self._send(mav.MAVLink_mission_item_reached_message(vehicle.reached.popleft()))
            self._streams.soon(mav.MAVLINK_MSG_ID_MISSION_CURRENT)
        if vehicle.commander.mission_index != self._seq_told:
            self._seq_told = vehicle.commander.mission_index
            self._streams.soon(mav.MAVLINK_MSG_ID_MISSION_CURRENT)
        if vehicle.commander.home_generation != self._home_told:
            self._home_told = vehicle.commander.home_generation
            self._streams.soon(mav.MAVLINK_MSG_ID_HOME_POSITION, unasked=self._is_copter)
        while vehicle.texts:
            for message in self._texts.messages(*vehicle.texts.popleft()):
                self._send(message)
        for message in self._streams.due(vehicle.now.time_s, now_s):
            self._send(message)
        for packer, messages in (
            (self._transmitter, vehicle.remote_id.due(now_s)),
            (self._camera_packer, self._camera.due(now_s)),
        ):
            for message in messages:
                self._link.send(message.pack(packer), now_s)
                packer.seq = (packer.seq + 1) % 256
        self._link.flush(now_s)

    def _handle(self, message: Message) -> None:
        kind = message.get_type()
        if getattr(message, "target_system", 0) not in (0, self._vehicle.config.system_id):
            return
        if getattr(message, "target_component", 0) == CAMERA:
            self._camera.handle(message)
        if getattr(message, "target_component", 0) not in (0, AUTOPILOT):
            return
        if kind == "HEARTBEAT":
            # ArduCopter heeds its own station's only
            mine = self._vehicle.parameters["SYSID_MYGCS"] if self._is_copter else None
            if message.type == mav.MAV_TYPE_GCS and mine in (None, message.get_srcSystem()):
                self._gcs_at = self._vehicle.now.time_s
        elif kind in ("COMMAND_LONG", "COMMAND_INT"):
            self._command(message)
        elif kind == "MISSION_SET_CURRENT":
            if self._vehicle.commander.set_mission_index(message.seq):
                self._streams.soon(mav.MAVLINK_MSG_ID_MISSION_CURRENT, unasked=self._is_copter)
        elif kind.startswith("MISSION_"):
            for answer in self._missions.handle(message, self._now_s):
                self._send(answer)
        elif kind == "SET_POSITION_TARGET_LOCAL_NED":
            found = velocity_of(message)
            if found is not None:
                self._vehicle.commander.velocity_setpoint(*found)
        elif kind.startswith("OPEN_DRONE_ID_"):
            self._vehicle.remote_id.handle(message, self._now_s)
        elif kind.startswith("PARAM_"):
            for answer in self._parameters.handle(message):
                self._send(answer)
        elif kind == "TIMESYNC" and message.tc1 == 0:
            self._send(mav.MAVLink_timesync_message(time.time_ns(), message.ts1))
        elif kind == "REQUEST_DATA_STREAM" and self._is_copter:
            rate_hz = message.req_message_rate if message.start_stop else 0
            self._streams.set_group(message.req_stream_id, float(rate_hz))
        elif kind == "SET_MODE":
            mode = self._vehicle.profile.mode_from_custom(message.custom_mode)
            if mode is not None:
                self._vehicle.commander.request_mode(mode)

    def _command(self, message: Message) -> None:
        source = (message.get_srcSystem(), message.get_srcComponent())
        wanted: Message | None = None
        if message.command == mav.MAV_CMD_SET_MESSAGE_INTERVAL:
            known = self._streams.set_interval(whole(message.param1, -1), message.param2)
            verdict = Verdict.ACCEPTED if known else self._vehicle.profile.unknown_message
        elif message.command == mav.MAV_CMD_GET_MESSAGE_INTERVAL:
            number = whole(message.param1, -1)
            wanted = mav.MAVLink_message_interval_message(number, self._streams.interval_us(number))
            verdict = Verdict.ACCEPTED
        elif message.command == mav.MAV_CMD_REQUEST_MESSAGE:
            wanted, verdict = self._requested(whole(message.param1, -1))
        elif message.command == mav.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES:
            wanted, verdict = self._requested(mav.MAVLINK_MSG_ID_AUTOPILOT_VERSION)
        else:
            verdict = self._commands.handle(order_of(message, source))
        ack = mav.MAVLink_command_ack_message(
            message.command, self._vehicle.profile.result(verdict), 255, 0, *source
        )
        self._send(ack, self._vehicle.config.link.ack_delay_s)
        if wanted is not None:
            self._send(wanted, self._vehicle.config.link.ack_delay_s)

    def _requested(self, message_id: int) -> tuple[Message | None, Verdict]:
        builder = self._streams.builders.get(message_id)
        if builder is None or self._vehicle.state is None:
            return None, self._vehicle.profile.unknown_message
        message = builder(self._vehicle)
        return message, Verdict.ACCEPTED if message else Verdict.TEMPORARILY_REJECTED

    def _list_changed(self, mission_type: int) -> None:
        commander = self._vehicle.commander
        if mission_type == mav.MAV_MISSION_TYPE_MISSION:
            commander.mission_uploaded()
            self._streams.soon(mav.MAVLINK_MSG_ID_MISSION_CURRENT)

    def _home(self) -> tuple[int, int, float] | None:
        """(1e-7 degrees, 1e-7 degrees, m above sea level)."""
        home = self._vehicle.home_geo()
        if home is None:
            return None
        degrees = home.latitude_deg, home.longitude_deg
        x, y = (round(value * 1e7) for value in degrees)
        return x, y, home.altitude_m or 0.0

    def _silent_s(self) -> float | None:
        """Since the last ground station's heartbeat, simulated seconds."""
        return None if self._gcs_at is None else self._vehicle.now.time_s - self._gcs_at

    def _send(self, message: Message, delay_s: float = 0.0) -> None:
        self._link.send(message.pack(self._packer), self._now_s, delay_s)
        self._packer.seq = (self._packer.seq + 1) % 256

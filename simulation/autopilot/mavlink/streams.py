"""What is sent by itself and how often, and what can be asked for: message ids, builders, rates.

Rates count simulated time. The heartbeat alone keeps 1 Hz of wall time too, so that a slow or
paused world does not look like a lost link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.mavlink import gimbal_protocol, motion_messages, status_messages
from simulation.autopilot.mavlink.copter_status import COPTER_BUILDERS
from simulation.autopilot.mavlink.motion_messages import Message
from simulation.autopilot.vehicle import Vehicle

Builder = Callable[[Vehicle], Message | None]
MAX_HZ = 100.0

BUILDERS: dict[int, Builder] = {
    mav.MAVLINK_MSG_ID_HEARTBEAT: status_messages.heartbeat,
    mav.MAVLINK_MSG_ID_SYS_STATUS: status_messages.sys_status,
    mav.MAVLINK_MSG_ID_SYSTEM_TIME: status_messages.system_time,
    mav.MAVLINK_MSG_ID_GPS_RAW_INT: motion_messages.gps_raw,
    mav.MAVLINK_MSG_ID_ATTITUDE: motion_messages.attitude,
    mav.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: motion_messages.attitude_quaternion,
    mav.MAVLINK_MSG_ID_LOCAL_POSITION_NED: motion_messages.local_position,
    mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: motion_messages.global_position,
    mav.MAVLINK_MSG_ID_MISSION_CURRENT: status_messages.mission_current,
    mav.MAVLINK_MSG_ID_VFR_HUD: motion_messages.vfr_hud,
    mav.MAVLINK_MSG_ID_ALTITUDE: motion_messages.altitude,
    mav.MAVLINK_MSG_ID_BATTERY_STATUS: status_messages.battery_status,
    mav.MAVLINK_MSG_ID_AUTOPILOT_VERSION: status_messages.autopilot_version,
    mav.MAVLINK_MSG_ID_ESTIMATOR_STATUS: status_messages.estimator_status,
    mav.MAVLINK_MSG_ID_WIND_COV: status_messages.wind_cov,
    mav.MAVLINK_MSG_ID_HOME_POSITION: motion_messages.home_position,
    mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: status_messages.extended_state,
    mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION: gimbal_protocol.manager_information,
    mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: gimbal_protocol.manager_status,
    mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_INFORMATION: gimbal_protocol.device_information,
    mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: gimbal_protocol.device_attitude,
}


#: What REQUEST_DATA_STREAM asks for with one number (MAV_DATA_STREAM), as ArduCopter groups it.
GROUPS: dict[int, tuple[int, ...]] = {
    mav.MAV_DATA_STREAM_EXTENDED_STATUS: (
        mav.MAVLINK_MSG_ID_SYS_STATUS,
        mav.MAVLINK_MSG_ID_MISSION_CURRENT,
        mav.MAVLINK_MSG_ID_GPS_RAW_INT,
    ),
    mav.MAV_DATA_STREAM_POSITION: (
        mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT,
        mav.MAVLINK_MSG_ID_LOCAL_POSITION_NED,
    ),
    mav.MAV_DATA_STREAM_EXTRA1: (mav.MAVLINK_MSG_ID_ATTITUDE,),
    mav.MAV_DATA_STREAM_EXTRA2: (mav.MAVLINK_MSG_ID_VFR_HUD,),
    mav.MAV_DATA_STREAM_EXTRA3: (
        mav.MAVLINK_MSG_ID_SYSTEM_TIME,
        mav.MAVLINK_MSG_ID_BATTERY_STATUS,
        mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS,
    ),
}


def builders_of(vehicle: Vehicle) -> dict[int, Builder]:
    """What this make can be asked for."""
    known = BUILDERS | (COPTER_BUILDERS if vehicle.profile.first_item_is_home else {})
    return {number: known[number] for number in known.keys() - vehicle.profile.unsupported}


class Streams:
    """Rates by message id, and when each is next due."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self.builders = builders_of(vehicle)
        self._once: set[int] = set()
        self._rates = dict(vehicle.profile.streams)
        self._due: dict[int, float] = dict.fromkeys(self._rates, 0.0)
        self._next_s = 0.0
        self._heartbeat_sim_s = -1e9
        self._heartbeat_wall_s = -1e9

    def set_interval(self, message_id: int, interval_us: float) -> bool:
        """SET_MESSAGE_INTERVAL: microseconds, 0 as at power-on, -1 never. False: no such
        message."""
        if message_id not in self.builders:
            return False
        if interval_us == 0:
            rate = self._vehicle.profile.streams.get(message_id, 0.0)
        else:
            rate = 0.0 if interval_us < 0 else min(MAX_HZ, 1e6 / interval_us)
        self._rates[message_id] = rate
        self._due[message_id] = self._next_s = 0.0
        return True

    def interval_us(self, message_id: int) -> int:
        """As set; -1 not sent, 0 unknown message."""
        if message_id not in self.builders:
            return 0
        rate = self._rates.get(message_id, 0.0)
        return int(1e6 / rate) if rate > 0 else -1

    def soon(self, message_id: int, unasked: bool = False) -> None:
        """Send this one at the next look: something it tells has changed. `unasked`: also when it
        is not streamed."""
        if self._rates.get(message_id, 0.0) > 0:
            self._due[message_id] = self._next_s = 0.0
        elif unasked:
            self._once.add(message_id)
            self._next_s = 0.0

    def set_group(self, number: int, rate_hz: float) -> None:
        """REQUEST_DATA_STREAM: a rate for a whole group, 0 to stop; MAV_DATA_STREAM_ALL is all."""
        groups = GROUPS.values() if number == mav.MAV_DATA_STREAM_ALL else [GROUPS.get(number, ())]
        for message_id in (i for group in groups for i in group):
            self.set_interval(message_id, 1e6 / rate_hz if rate_hz > 0 else -1.0)

    def due(self, sim_s: float, wall_s: float) -> Iterator[Message]:
        """The messages to send now."""
        if sim_s - self._heartbeat_sim_s >= 1.0 or wall_s - self._heartbeat_wall_s >= 1.0:
            self._heartbeat_sim_s, self._heartbeat_wall_s = sim_s, wall_s
            yield status_messages.heartbeat(self._vehicle)
        if sim_s < self._next_s or self._vehicle.state is None:
            return
        self._next_s = sim_s + 1.0
        for message_id in tuple(self._once):
            message = self.builders[message_id](self._vehicle)
            if message is not None:
                self._once.discard(message_id)
                yield message
        for message_id, rate in self._rates.items():
            if rate <= 0:
                continue
            if sim_s >= self._due[message_id]:
                message = self.builders[message_id](self._vehicle)
                if message is not None:
                    yield message
                late = self._due[message_id] + 1 / rate
                self._due[message_id] = late if late > sim_s else sim_s + 1 / rate
            self._next_s = min(self._next_s, self._due[message_id])

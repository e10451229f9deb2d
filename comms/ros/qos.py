"""The quality-of-service profiles of the unit's topics. Both ends of a topic take the same one."""

from __future__ import annotations

from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSProfile,
    ReliabilityPolicy,
    qos_profile_sensor_data,
)

#: Sensors and velocities: the newest counts, a lost one does not matter (best effort, depth 5).
SENSOR = qos_profile_sensor_data

#: States of which only the last matters, also for who comes later (plans, preflight, maps).
LATCHED = QoSProfile(
    depth=1,
    history=HistoryPolicy.KEEP_LAST,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

#: Records that must not be lost (findings, task states, visits): a bridge that restarts gets the
#: last 200 of each publisher again and drops those that it has, by their ids.
RECORDS = QoSProfile(
    depth=200,
    history=HistoryPolicy.KEEP_LAST,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

#: Commands and states at a low rate.
RELIABLE = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)

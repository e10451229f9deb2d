"""Flight modes, landed states and verdicts, in our own words; a profile turns them into MAVLink
numbers."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What the autopilot is flying."""

    MANUAL = "Manual"
    ALTITUDE = "Altitude"
    POSITION = "Position"
    ORBIT = "Orbit"
    GUIDED = "Guided"
    BRAKE = "Brake"
    HOLD = "Hold"
    TAKEOFF = "Takeoff"
    MISSION = "Mission"
    RETURN = "Return"
    LAND = "Land"
    OFFBOARD = "Offboard"


class Landed(StrEnum):
    """The landed state that EXTENDED_SYS_STATE tells."""

    ON_GROUND = "on_ground"
    TAKING_OFF = "taking_off"
    IN_AIR = "in_air"
    LANDING = "landing"


class Verdict(StrEnum):
    """The answer to a command. ACCEPTED promises nothing: refusals may still follow as text."""

    ACCEPTED = "accepted"
    TEMPORARILY_REJECTED = "temporarily_rejected"
    DENIED = "denied"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Severity(StrEnum):
    """Of a text to the pilot (RFC 5424 names as in MAVLink)."""

    EMERGENCY = "emergency"
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"

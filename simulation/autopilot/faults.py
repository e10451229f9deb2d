"""Faults that can be switched on in flight, under the names that the real simulations give them.

PX4's are injected by MAV_CMD_INJECT_FAILURE, which is refused unless SYS_FAILURE_EN is set;
ArduCopter's SITL has parameters (SIM_GPS_DISABLE, SIM_GPS_GLITCH_X and _Y in degrees,
SIM_ENGINE_FAIL as a mask with SIM_ENGINE_MUL, SIM_WIND_SPD and SIM_WIND_DIR at the start).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pymavlink.dialects.v20 import common as mav

from simulation.autopilot.flight.physics import Motors
from simulation.autopilot.modes import Verdict
from simulation.autopilot.profiles.parameters import Parameters

_METRES_PER_DEGREE = 111_319.5
#: How far off, m to the north, a satellite position is that was injected as wrong.
WRONG_M = 30.0
OK, OFF, WRONG = mav.FAILURE_TYPE_OK, mav.FAILURE_TYPE_OFF, mav.FAILURE_TYPE_WRONG


@dataclass
class Faults:
    """What is broken now. `lost_motor` counts from 1 as the makes' texts do; `weak` is the part of
    thrust that it has left: PX4's injection changes the report alone."""

    gnss_lost: bool = False
    gnss_off_m: tuple[float, float] = (0.0, 0.0)
    lost_motor: int = 0
    weak: float = 1.0

    def inject(self, unit: int, kind: int, instance: int, parameters: Parameters) -> Verdict:
        """PX4's command."""
        if not parameters["SYS_FAILURE_EN"]:
            return Verdict.DENIED
        if unit == mav.FAILURE_UNIT_SENSOR_GPS and kind in (OK, OFF, WRONG):
            self.gnss_lost = kind == OFF
            self.gnss_off_m = (0.0, WRONG_M) if kind == WRONG else (0.0, 0.0)
            return Verdict.ACCEPTED
        if unit == mav.FAILURE_UNIT_SYSTEM_MOTOR and kind in (OK, OFF):
            self.lost_motor = max(1, instance) if kind == OFF else 0
            return Verdict.ACCEPTED
        return Verdict.UNSUPPORTED

    def read(self, parameters: Parameters, latitude_deg: float) -> None:
        """ArduCopter's parameters."""
        p = parameters
        self.gnss_lost = p["SIM_GPS_DISABLE"] > 0
        east = p["SIM_GPS_GLITCH_Y"] * _METRES_PER_DEGREE * math.cos(math.radians(latitude_deg))
        self.gnss_off_m = (east, p["SIM_GPS_GLITCH_X"] * _METRES_PER_DEGREE)
        mask = int(p["SIM_ENGINE_FAIL"])
        self.lost_motor = (mask & -mask).bit_length()
        self.weak = p["SIM_ENGINE_MUL"]

    def weaken(self, motors: Motors) -> Motors:
        """The rotor speeds that come of these."""
        if not self.lost_motor or self.weak >= 1.0:
            return motors
        share = math.sqrt(max(0.0, self.weak))  # thrust goes with the square of the speed
        a, b, c, d = (
            speed * share if number == self.lost_motor else speed
            for number, speed in enumerate(motors, 1)
        )
        return a, b, c, d

"""A bench for the simulated autopilot: vehicle and rigid body stepped together, without clock.

A minute of flight takes about half a second, so rules about seconds can be tested as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pymavlink.dialects.v20 import common as mav

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint
from simulation.autopilot.commander.commander import Commander
from simulation.autopilot.config import AutopilotConfig, GnssNoise
from simulation.autopilot.flight.physics import BodyState
from simulation.autopilot.flight.rigid_body import RigidBody, Wind
from simulation.autopilot.flight.vectors import Vector
from simulation.autopilot.main import PROFILES
from simulation.autopilot.mavlink.commands import Commands
from simulation.autopilot.mavlink.copter_commands import CopterCommands
from simulation.autopilot.modes import Verdict
from simulation.autopilot.navigator.plan import Item
from simulation.autopilot.vehicle import Vehicle

ORIGIN = GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=5.0)
NO_NOISE = GnssNoise(wander_horizontal_m=0.0, wander_vertical_m=0.0, start_error_m=0.0, raw_m=0.0)
NAN = math.nan


class Bench:
    """`parameters` are the autopilot's. Time is the physics' own."""

    def __init__(
        self,
        *,
        gnss: GnssNoise = NO_NOISE,
        wind: Wind | None = None,
        profile: str = "px4",
        **parameters: float,
    ) -> None:
        config = AutopilotConfig.model_validate(
            {"gnss": gnss, "parameters": parameters, "profile": profile}
        )
        self.vehicle = Vehicle(config, PROFILES[profile](), LocalFrame(ORIGIN))
        is_copter = profile == "ardupilot"
        self.commands = (CopterCommands if is_copter else Commands)(self.vehicle)
        self.body = RigidBody(config.airframe, wind=wind)
        self.texts: list[str] = []
        self.after_step: Callable[[], None] = lambda: None

    @property
    def commander(self) -> Commander:
        # asked for anew each time: a power cycle makes another one
        return self.vehicle.commander

    @property
    def time_s(self) -> float:
        return self.body.state.time_s

    @property
    def state(self) -> BodyState:
        return self.body.state

    @property
    def height_m(self) -> float:
        return self.body.state.position_m[2]

    def step(self) -> None:
        state = self.body.step(RigidBody.STEP_S)
        self.body.send(self.vehicle.step(state))
        while self.vehicle.texts:
            self.texts.append(self.vehicle.texts.popleft()[1])
        self.after_step()

    def run(self, seconds: float) -> None:
        end_s = self.time_s + seconds
        while self.time_s < end_s - 1e-9:
            self.step()

    def until(self, what: Callable[[], bool], at_most_s: float) -> float:
        """How long it took, s; an assertion fails when it takes longer than `at_most_s`."""
        start_s = self.time_s
        while not what():
            assert self.time_s - start_s < at_most_s, f"not within {at_most_s} s: {self.texts[-4:]}"
            self.step()
        return self.time_s - start_s

    def boot(self) -> None:
        """Until it can be armed."""
        ready_s = self.vehicle.config.boot.armable_s
        self.until(lambda: self.commander.arming_problem() is None, ready_s + 6)

    def fly_to(self, height_m: float) -> None:
        """Boot, arm, take off, and hover calmly."""
        self.boot()
        assert self.commander.arm() is Verdict.ACCEPTED
        self.commander.takeoff(height_m)
        self.until(lambda: self.commander.mode == "Hold" and not self.vehicle.now.landed, 60)

    def upload(self, *items: Item, mission_type: int = mav.MAV_MISSION_TYPE_MISSION) -> None:
        """As the mission protocol does at the end of an upload."""
        numbered = [item._replace(seq=i) for i, item in enumerate(items)]
        self.vehicle.plan.replace(mission_type, numbered, self.vehicle.now.time_s)
        if mission_type == mav.MAV_MISSION_TYPE_MISSION:
            self.commander.mission_uploaded()


def item(
    command: int = mav.MAV_CMD_NAV_WAYPOINT,
    at: Vector = (0.0, 0.0, 10.0),
    *,
    p1: float = 0.0,
    p2: float = 0.0,
    p3: float = 0.0,
    p4: float = NAN,
    frame: int = mav.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT,
) -> Item:
    """A mission item at `at` (east, north, height above home; m)."""
    point = LocalFrame(ORIGIN).to_geo(at[0], at[1])
    x, y = round(point.latitude_deg * 1e7), round(point.longitude_deg * 1e7)
    return Item(0, frame, command, 0, 1, p1, p2, p3, p4, x, y, at[2])


def square_fence(side_m: float) -> list[Item]:
    """An inclusion polygon around the origin."""
    h = side_m / 2
    command = mav.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
    return [item(command, (x, y, 0.0), p1=4) for x, y in ((-h, -h), (h, -h), (h, h), (-h, h))]

"""The precision landing as it is run, against a fake vehicle that does what it is given: what it
orders when it ends, and what stops it.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

import pytest

from comms.contracts.place import Enu
from comms.contracts.vehicle import Mount
from drone.errors import OrderError
from drone.landing import landing as landing_module
from drone.landing.config import LandingConfig
from drone.landing.landing import PrecisionLanding
from drone.landing.outcome import Ended, Outcome
from drone.landing.pictures import Picture
from drone.link.state import Attitude, GimbalAttitude, Landed, Mode, VehicleView, Velocity
from drone.link.state import Position as At
from tests.landing_views import OPTICS, view

HOME = Enu(0.0, 0.0, 0.0)
MOUNT = Mount()
START = Enu(0.4, 0.3, 3.0)
#: The gimbal looks straight down, its picture's top to the north.
DOWN = (math.sqrt(0.5), 0.0, -math.sqrt(0.5), 0.0)


class FakeVehicle:
    """A fake link: velocities move it, a drawn camera looks down from it, orders are noted."""

    def __init__(self, at: Enu = START) -> None:
        self.at = list(at)
        self.orders: list[str] = []
        self.view = VehicleView()
        self.sees: Callable[[FakeVehicle], bool] = lambda vehicle: True
        self.takes_velocities = True
        self.given = 0
        self.wanted: list[bool] = []
        self.tilted: list[float] = []
        self._number = 0
        self._tell(Mode.RETURN)

    def _tell(self, mode: Mode) -> None:
        view = self.view
        view.mode.put(mode)
        view.position.put(At(0.0, 0.0, self.at[2], self.at[2]))
        view.attitude.put(Attitude(0.0, 0.0, 0.0))
        view.gimbal.put(GimbalAttitude(DOWN))
        if view.velocity.last is None:
            view.velocity.put(Velocity(0.0, 0.0, 0.0))

    # -- the link's part

    @property
    def is_flown(self) -> bool:
        return self.view.mode.fresh() is Mode.GUIDED

    async def begin(self, yaw: float) -> None:
        if not self.takes_velocities:
            raise OrderError("the vehicle does not take velocities")
        self._tell(Mode.GUIDED)

    async def give(self, east_mps: float, north_mps: float, up_mps: float, yaw: float) -> None:
        self.given += 1
        for i, speed in enumerate((east_mps, north_mps, up_mps)):
            self.at[i] += 0.1 * speed
        self.view.velocity.put(Velocity(east_mps, north_mps, up_mps))
        self._tell(self.view.mode.last or Mode.GUIDED)

    async def tilt_camera(self, pitch_deg: float) -> bool:
        self.tilted.append(pitch_deg)
        return True

    async def land(self) -> None:
        self.orders.append("land")

    async def return_home(self) -> None:
        self.orders.append("return")

    def where(self) -> Enu:
        return Enu(*self.at)

    # -- the camera's part

    def want(self, wanted: bool) -> None:
        self.wanted.append(wanted)

    def newest(self) -> Picture | None:
        if not self.sees(self):
            return None
        self._number += 1
        east, north, up = self.at
        return Picture(view(up, east, north), OPTICS, time.monotonic(), self._number)


@pytest.fixture(autouse=True)
def less_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_module, "_FIRST_PICTURE_S", 0.3)
    monkeypatch.setattr(landing_module, "_TAKEN_S", 0.5)


def run(vehicle: FakeVehicle, interrupted: Callable[[], bool] = lambda: False, **config) -> Ended:
    limits = LandingConfig(camera_latency_s=0.0, **config)
    landing = PrecisionLanding(vehicle, MOUNT, limits)
    return asyncio.run(
        landing.run(vehicle.view, vehicle, vehicle, vehicle.where, HOME, interrupted)  # type: ignore[arg-type]
    )


def test_over_the_board_it_centres_descends_and_hands_the_last_bit_to_the_autopilot():
    vehicle = FakeVehicle(Enu(0.4, 0.3, 1.6))
    ended = run(vehicle, search_height_m=2.0)
    assert ended.outcome is Outcome.LANDS
    assert vehicle.orders == ["land"]
    assert math.hypot(*vehicle.at[:2]) < 0.13
    assert 0.4 < vehicle.at[2] < 0.75
    assert vehicle.tilted == [-90.0, 0.0]
    assert vehicle.wanted == [True, False]


def test_without_a_picture_nothing_is_ordered():
    vehicle = FakeVehicle()
    vehicle.sees = lambda v: False
    ended = run(vehicle)
    assert ended.outcome is Outcome.NOT_BEGUN
    assert "no picture came from the camera" in ended.words
    assert (vehicle.orders, vehicle.given) == ([], 0)
    assert vehicle.wanted == [True, False]


def test_a_vehicle_that_takes_no_velocities_is_left_to_its_own_return():
    vehicle = FakeVehicle()
    vehicle.takes_velocities = False
    ended = run(vehicle)
    assert ended == Ended(Outcome.NOT_BEGUN, "the vehicle does not take velocities")
    assert vehicle.orders == []


def test_a_board_that_is_never_there_ends_in_the_autopilots_own_return():
    vehicle = FakeVehicle(Enu(9.0, 0.0, 3.0))  # it sees bare ground
    vehicle.at = [0.0, 0.0, 3.0]
    blank = Picture(view(3.0, 9.0), OPTICS, time.monotonic(), 1)
    vehicle.newest = lambda: blank  # type: ignore[method-assign]
    ended = run(vehicle, search_height_m=3.0, search_s=1.0, retries=0)
    assert ended.outcome is Outcome.RETURNS
    assert "not kept in sight in one try" in ended.words
    assert vehicle.orders == ["return"]


def test_a_wish_from_outside_ends_it_at_once_without_an_order():
    vehicle = FakeVehicle()
    ended = run(vehicle, lambda: vehicle.given > 5)
    assert ended.outcome is Outcome.INTERRUPTED
    assert vehicle.orders == []
    assert vehicle.given <= 7


def test_a_pilot_who_takes_over_has_the_vehicle():
    vehicle = FakeVehicle()
    taken = lambda v: v.given > 3  # noqa: E731

    def sees(v: FakeVehicle) -> bool:
        if taken(v):
            v.view.mode.put(Mode.MANUAL)
        return True

    vehicle.sees = sees
    began = time.monotonic()
    ended = run(vehicle)
    assert ended.outcome is Outcome.TAKEN
    assert "manual" in ended.words
    assert vehicle.orders == []
    assert time.monotonic() - began < 6.0


def test_a_vehicle_that_stands_sooner_than_it_was_thought_is_ended():
    vehicle = FakeVehicle()

    def sees(v: FakeVehicle) -> bool:
        if v.given > 3:
            v.view.landed.put(Landed.ON_GROUND)
        return True

    vehicle.sees = sees
    ended = run(vehicle)
    assert ended.outcome is Outcome.LANDS
    assert vehicle.orders == ["land"]


def test_a_position_that_has_grown_old_moves_nothing():
    vehicle = FakeVehicle(Enu(1.0, 0.0, 3.0))
    start = list(vehicle.at)
    vehicle.where = lambda: None  # type: ignore[method-assign,assignment,return-value]
    ended = run(vehicle, lambda: vehicle.given > 12)
    assert ended.outcome is Outcome.INTERRUPTED
    assert vehicle.at == start

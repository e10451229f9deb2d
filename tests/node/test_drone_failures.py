"""When things go wrong in flight, on both makes: what the autopilot does, and what we make of it.

Faults are those of the makes' own simulations (`tests.second_station`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from comms.contracts.geodesy import LocalFrame
from tests.drone_bench import PAD, PROFILES, SITE
from tests.failure_rig import FLIGHT_S, Rig, rig_of

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module", params=PROFILES)
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One vehicle whose flights follow each other; slower than the others, so that a
    turn of the flight's loop is no leap."""
    folder = tmp_path_factory.mktemp("failures")
    with rig_of(folder, request.param, "--speedup", "6") as made:
        yield made


def test_a_position_that_jumps_has_it_hold_until_it_has_jumped_back(rig: Rig) -> None:
    result = rig.fly("gnss-jump")
    rig.other.shift_satellites(True)
    rig.waits("the position jumped by")
    rig.other.shift_satellites(False)
    going = lambda: rig.client.states[-1].state == "running"  # noqa: E731
    rig.client.until(going, 20, "the going on")
    result.handle.cancel_goal_async()
    assert rig.client.result(result, FLIGHT_S).state == "cancelled"
    assert rig.off_home_m() < 2.0


def test_a_breach_of_the_fence_brings_it_home_by_the_autopilot(rig: Rig) -> None:
    result = rig.fly("fence")
    rig.other.narrow_fence(8.0)
    try:
        rig.fails(result, "geofence breach", "by itself")
    finally:
        rig.other.narrow_fence(0.0)
    assert rig.off_home_m() < 2.0


def test_a_motors_failure_as_reported_has_it_land_on_the_nearest_pad(rig: Rig) -> None:
    result = rig.fly("motor")
    rig.other.fail_motor(2)
    try:
        words = "Motor 2 undercurrent" if rig.make == "px4" else "Potential Thrust Loss (2)"
        rig.fails(result, "motor failure", words)
    finally:
        rig.other.fail_motor(0)
    assert rig.off_home_m() < 2.0


def test_another_stations_mission_is_told_and_not_flown_on(rig: Rig) -> None:
    result = rig.fly("two-commanders")
    frame = LocalFrame(SITE.origin)
    places = [frame.to_geo(PAD[0] + 10.0 * n, PAD[1]) for n in range(1, 4)]
    rig.other.put_mission([(p.latitude_deg, p.longitude_deg) for p in places], 20.0)
    rig.waits("another ground station")
    assert rig.client.pause(False).success  # a person has it go on: with its own mission again
    rig.client.until(lambda: rig.client.mode() == "orbiting", 40, "its own work")
    result.handle.cancel_goal_async()
    assert rig.client.result(result, FLIGHT_S).state == "cancelled"


def test_without_satellites_the_autopilot_descends_and_is_not_hindered(rig: Rig) -> None:
    result = rig.fly("gnss-lost")
    rig.other.lose_satellites(True)
    try:
        rig.fails(result, "position lost", "Descend" if rig.make == "px4" else "EKF Failsafe")
    finally:
        rig.other.lose_satellites(False)

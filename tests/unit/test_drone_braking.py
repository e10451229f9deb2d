"""Flown by hand it stays out of what is closed, whatever the stick says."""

from __future__ import annotations

import math
import random

import pytest

from comms.contracts.place import Enu
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.execution.braking import kept_out
from drone.link.state import Velocity
from tests.drone_bench import SITE

PLAZA = Enu(72.0, 64.0, 25.0)
TURN_S = 0.1


@pytest.fixture(scope="module")
def airspace() -> Airspace:
    return Airspace.of_site(SITE, DroneConfig())


def flown(airspace: Airspace, start: Enu, sticks: list[Velocity]) -> list[Enu]:
    """A vehicle that takes 0.3 s to begin and then changes its velocity by 3 m/s²."""
    at, v = start, [0.0, 0.0, 0.0]
    asked, track = [Velocity(0.0, 0.0, 0.0)] * 3, [start]
    for stick in sticks:
        asked.append(kept_out(airspace, at, stick, Velocity(*v))[0])
        wanted = asked[-4]
        for axis, want in enumerate((wanted.east, wanted.north, wanted.up)):
            v[axis] += max(-3.0 * TURN_S, min(3.0 * TURN_S, want - v[axis]))
        at = Enu(*(p + s * TURN_S for p, s in zip(at, v, strict=True)))
        track.append(at)
    return track


def test_free_air_leaves_the_stick_as_it_is(airspace: Airspace) -> None:
    wish = Velocity(1.0, -0.5, 0.5)
    assert kept_out(airspace, PLAZA, wish) == (wish, "")


def test_towards_a_tower_it_stops_in_front_of_it_and_says_why(airspace: Airspace) -> None:
    tower_a = Enu(30.0, 116.0, 25.0)
    towards = math.atan2(tower_a.north_m - PLAZA.north_m, tower_a.east_m - PLAZA.east_m)
    stick = Velocity(5.0 * math.cos(towards), 5.0 * math.sin(towards), 0.0)
    track = flown(airspace, PLAZA, [stick] * 300)
    assert {airspace.why_not_at(place) for place in track} == {""}
    assert math.dist(track[-1], track[-30]) < 0.5
    assert math.dist(track[-1], tower_a) < math.dist(PLAZA, tower_a) - 10.0
    _, why = kept_out(airspace, track[-1], stick)
    assert "building" in why


@pytest.mark.parametrize("seed", range(12))
def test_no_stick_leads_into_closed_air_the_ground_or_over_the_ceiling(
    airspace: Airspace, seed: int
) -> None:
    chance = random.Random(seed)
    sticks: list[Velocity] = []
    while len(sticks) < 900:
        stick = Velocity(*(chance.uniform(-6, 6) for _ in "en"), chance.uniform(-1.5, 2.5))
        sticks += [stick] * chance.randrange(5, 80)
    track = flown(airspace, PLAZA, sticks)
    assert {airspace.why_not_at(place) for place in track} == {""}
    assert min(place.up_m for place in track) > 0.5
    assert math.dist(track[-1], PLAZA) > 1.0

"""The precision landing's judgement: where the pad is, and what to fly about it."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from comms.contracts.place import Enu
from drone.landing.config import LandingConfig
from drone.landing.pad_track import PadEstimate, PadTrack
from drone.landing.steps import LandingSteps, Step

CONFIG = LandingConfig()
TIGHT = np.eye(3) * 0.02**2
HOME = Enu(0.0, 0.0, 0.0)


def flown_past(track: PadTrack, pad: Enu, seconds: float, latency_s: float = 0.2) -> None:
    """A vehicle that passes at 1.5 m/s, with a picture at 5 Hz that comes late."""
    for tick in range(int(seconds * 10)):
        now = tick / 10
        track.moved(now, Enu(1.5 * now, 0.0, 8.0))
        taken = now - latency_s
        if tick % 2 == 0 and taken >= 0:
            offset = np.array(pad) - np.array([1.5 * taken, 0.0, 8.0])
            track.seen(taken, offset, TIGHT)


def test_a_late_picture_is_put_where_the_vehicle_was():
    track = PadTrack()
    flown_past(track, Enu(2.0, 1.0, 0.0), 4.0)
    found = track.estimate(4.0)
    assert found.at[:2] == pytest.approx((2.0, 1.0), abs=0.03)
    assert found.sigma_m < 0.12


def test_one_wrong_sighting_is_dropped_but_many_that_agree_are_believed():
    track = PadTrack()
    flown_past(track, Enu(2.0, 1.0, 0.0), 3.0)
    place = track.place_at(2.9)
    elsewhere = np.array([5.0, 1.0, 0.0])
    assert not track.seen(2.9, elsewhere - place, TIGHT)
    assert track.estimate(3.0).at.east_m == pytest.approx(2.0, abs=0.05)
    for _ in range(4):
        track.seen(2.9, elsewhere - place, TIGHT)
    assert track.estimate(3.0).at.east_m == pytest.approx(5.0, abs=0.05)


def test_pictures_older_than_is_known_are_believed_all_the_same():
    track, sharp = PadTrack(), np.eye(3) * 0.004**2
    heights = [max(0.8, 9.0 - 0.15 * tick) for tick in range(80)]
    for tick, height in enumerate(heights):
        track.moved(tick / 10, Enu(0.0, 0.0, height))
        if tick % 3 == 0:  # 0.3 s older than they say
            assert track.seen(tick / 10, np.array([0.0, 0.0, -heights[max(0, tick - 3)]]), sharp)
    assert track.estimate(8.0).at.up_m == pytest.approx(0.0, abs=0.03)


def test_a_sighting_from_a_time_that_nobody_remembers_is_not_taken():
    track = PadTrack()
    flown_past(track, HOME, 6.0)
    assert not track.seen(0.5, np.zeros(3), TIGHT)


def test_it_follows_an_autopilot_whose_position_wanders():
    track, dice = PadTrack(), random.Random(4)
    for tick in range(300):
        now, drift = tick / 10, 0.05 * tick / 10
        track.moved(now, Enu(drift, 0.0, 5.0))
        noise = np.array([dice.gauss(0, 0.03), dice.gauss(0, 0.03), 0.0])
        track.seen(now, np.array([0.0, 0.0, -5.0]) + noise, TIGHT)
    assert track.estimate(30.0).at.east_m == pytest.approx(30 * 0.05, abs=0.15)


class Flown:
    """A vehicle that does what the steps wish, in air that pushes it; `sees` says whether the
    camera has the board."""

    def __init__(self, start: Enu, pad: Enu = HOME, config: LandingConfig = CONFIG) -> None:
        self.at, self.pad = list(start), pad
        self.now = 0.0
        self.steps = LandingSteps(config, HOME, 0.0)
        self.seen_s: float | None = None
        self.log: list[tuple[Step, float]] = []
        self.lowest_unseen = math.inf

    def fly(self, sees, seconds: float = 200.0, push=(0.0, 0.0)) -> Step:
        velocity = (0.0, 0.0)
        while self.now < seconds:
            if sees(self):
                self.seen_s = self.now
            estimate = None
            if self.seen_s is not None:
                estimate = PadEstimate(self.pad, 0.05, self.now - self.seen_s)
            wish = self.steps.next(self.now, Enu(*self.at), velocity, estimate)
            self.log.append((wish.step, self.at[2]))
            if wish.step in (Step.TOUCH, Step.GIVEN_UP):
                return wish.step
            velocity = (wish.east_mps + push[0], wish.north_mps + push[1])
            self.at[0] += 0.1 * velocity[0]
            self.at[1] += 0.1 * velocity[1]
            self.at[2] += 0.1 * wish.up_mps
            self.now += 0.1
        raise AssertionError(f"still in {self.steps.step} at {self.at}")

    @property
    def went_through(self) -> list[Step]:
        return [s for i, (s, _) in enumerate(self.log) if i == 0 or self.log[i - 1][0] is not s]


def test_seen_all_along_it_goes_through_its_steps_and_touches_in_the_middle():
    flown = Flown(Enu(3.0, -1.0, 9.0), pad=Enu(0.6, 0.4, 0.0))
    assert flown.fly(lambda f: True) is Step.TOUCH
    assert flown.went_through == [Step.ALIGN, Step.DESCEND, Step.TOUCH]
    assert math.dist(flown.at[:2], (0.6, 0.4)) < CONFIG.centred_m
    assert flown.at[2] <= CONFIG.touch_height_m
    assert flown.now < 40


def test_it_does_not_descend_while_far_off_the_middle():
    flown = Flown(Enu(4.0, 0.0, 9.0))
    flown.fly(lambda f: True)
    started = next(i for i, (step, _) in enumerate(flown.log) if step is Step.DESCEND)
    assert all(height == pytest.approx(9.0, abs=0.01) for _, height in flown.log[:started])


def test_a_short_gap_stops_the_descent_and_then_it_goes_on():
    flown = Flown(Enu(0.5, 0.0, 9.0))
    gap = lambda f: not 6.0 < f.now < 9.0  # noqa: E731
    assert flown.fly(gap) is Step.TOUCH
    assert flown.steps.retries == 0
    heights = [
        height for (_, height), t in zip(flown.log, range(1000), strict=False) if 78 < t < 90
    ]
    assert max(heights) - min(heights) < 0.05


def test_a_board_lost_low_down_makes_it_climb_and_try_again():
    flown = Flown(Enu(0.0, 0.0, 9.0))
    lost = lambda f: not (f.at[2] < 3.0 and f.steps.retries == 0)  # noqa: E731
    assert flown.fly(lost) is Step.TOUCH
    assert flown.steps.retries == 1
    assert Step.CLIMB in flown.went_through
    climbed_from = next(h for s, h in flown.log if s is Step.CLIMB)
    assert climbed_from > 1.0


def test_never_seen_it_gives_up_after_its_retries_and_says_why():
    flown = Flown(Enu(0.0, 0.0, 8.0))
    assert flown.fly(lambda f: False) is Step.GIVEN_UP
    assert flown.steps.retries == CONFIG.retries
    assert "not kept in sight in 3 tries" in flown.steps.why
    assert min(height for _, height in flown.log) > 7.0


def test_always_lost_low_it_gives_up_and_never_goes_to_the_ground_unseen():
    flown = Flown(Enu(0.0, 0.0, 9.0))
    assert flown.fly(lambda f: f.at[2] > 2.5) is Step.GIVEN_UP
    assert min(height for _, height in flown.log) > 0.8


def test_wind_that_keeps_it_off_the_middle_ends_by_the_time_limit():
    flown = Flown(Enu(0.0, 0.0, 5.0))
    assert flown.fly(lambda f: True, push=(1.4, 0.0)) is Step.GIVEN_UP
    assert "longer than 120 s" in flown.steps.why


def test_from_high_up_the_search_begins_at_its_own_height():
    flown = Flown(Enu(0.0, 0.0, 30.0))
    assert flown.fly(lambda f: f.at[2] < 10.0) is Step.TOUCH
    assert flown.steps.retries == 0

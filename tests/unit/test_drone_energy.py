"""What a flight costs in the wind, and how much of a survey a battery pays."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.contracts.task import Task, TaskKind, Vehicle
from drone.airspace.airspace import Airspace
from drone.config import DroneConfig
from drone.errors import PlanError
from drone.missions.estimate import hover_cost, leg_cost, track_cost
from drone.missions.plan import FlightPlan, Part, PlanItem
from drone.missions.planner import Planner
from drone.missions.shortening import fitting
from tests.drone_bench import PAD, SITE

CONFIG = DroneConfig()
HOME = Enu(*PAD, 0.0)
LEGS = st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(5, 100))
HERE, EAST = Enu(0.0, 0.0, 30.0), Enu(240.0, 0.0, 30.0)


def planner(wind: tuple[float, float] = (0.0, 0.0)) -> Planner:
    return Planner(Airspace.of_site(SITE, CONFIG), CONFIG, wind=lambda: wind)


def survey(with_wind: Planner) -> FlightPlan:
    corners = [Enu(20, 30, 0), Enu(110, 30, 0), Enu(110, 90, 0), Enu(20, 90, 0)]
    frame = LocalFrame(SITE.origin)
    task = Task(
        task_id="s",
        unit_id="u",
        vehicle=Vehicle.DRONE,
        kind=TaskKind.SURVEY,
        points=tuple(frame.to_geo(*corner) for corner in corners),
        height_m=100.0,
        swath_m=12.0,
    )
    return with_wind.plan(task, corners, HOME, HOME)


def test_a_speed_over_ground_is_kept_and_the_air_is_paid_for() -> None:
    calm_s, calm_wh = leg_cost(HERE, EAST, 8.0, CONFIG)
    assert calm_s == pytest.approx(240 / 8 + 1.5)
    head_s, head_wh = leg_cost(HERE, EAST, 8.0, CONFIG, (-5.0, 0.0))
    assert head_s == calm_s
    power = CONFIG.cruise_power_w + 20.0 * ((13 / 8) ** 3 - 1)  # cruise is 20 W over hover
    assert head_wh == pytest.approx(head_s * power / 3600)
    assert leg_cost(HERE, EAST, 8.0, CONFIG, (5.0, 0.0)) == (calm_s, calm_wh)


def test_against_too_much_wind_it_is_slower_and_then_not_flown() -> None:
    slow_s, _ = leg_cost(HERE, EAST, 8.0, CONFIG, (-10.0, 0.0))
    assert slow_s == pytest.approx(240 / 4 + 1.5)  # 14 m/s through the air
    across_s, _ = leg_cost(HERE, EAST, 14.0, CONFIG, (0.0, 10.0))
    assert across_s == pytest.approx(240 / math.sqrt(14**2 - 10**2) + 1.5)
    for wind in ((-13.5, 0.0), (0.0, 14.5), (0.0, -14.5)):
        with pytest.raises(PlanError, match="against a wind of 14 m/s"):
            leg_cost(HERE, EAST, 8.0, CONFIG, wind)
    with pytest.raises(PlanError, match="cannot stand still in a wind of 15 m/s"):
        leg_cost(HERE, HERE._replace(up_m=40.0), 8.0, CONFIG, (15.0, 0.0))


@settings(max_examples=200, deadline=None)
@given(
    legs=st.lists(
        st.tuples(*[st.floats(-200, 200)] * 2, st.floats(5, 100)), min_size=2, max_size=6
    ),
    speed=st.floats(1, CONFIG.cruise_mps),
    toward=st.floats(0, math.tau),
    strength=st.floats(0, 9),
)
def test_wind_never_makes_a_flight_cheaper(legs, speed, toward, strength) -> None:
    track = [Enu(*leg) for leg in legs]
    wind = (strength * math.cos(toward), strength * math.sin(toward))
    try:
        windy = track_cost(track, speed, CONFIG, wind)
    except PlanError:
        return
    calm = track_cost(track, speed, CONFIG)
    assert windy[0] >= calm[0] - 1e-9
    assert windy[1] >= calm[1] - 1e-9
    assert hover_cost(60.0, CONFIG, wind) >= hover_cost(60.0, CONFIG)


def test_a_plan_against_too_much_wind_is_refused_with_its_leg() -> None:
    calm, windy = survey(planner()), survey(planner((6.0, 3.0)))
    assert windy.energy_wh > 1.02 * calm.energy_wh
    with pytest.raises(PlanError, match=r"leg \d+ cannot be flown: .* wind of 16 m/s"):
        survey(planner((16.0, 0.0)))


@pytest.mark.parametrize("share", [0.9, 0.8, 0.7])
def test_a_survey_is_cut_to_what_the_battery_pays_and_says_what_is_left(share: float) -> None:
    made = planner()
    whole = survey(made)
    budget = share * whole.energy_wh
    part = fitting(made, whole, budget)
    assert part.energy_wh <= budget
    assert part.home == whole.home
    assert part.items[-1].part is Part.LANDING
    for a, b in itertools.pairwise(part.track()):
        assert made.airspace.is_clear(a, b)
    work = [i.at for i in whole.items if i.part is Part.WORK and i.moves]
    flown = [i.at for i in part.items if i.part is Part.WORK and i.moves]
    assert 2 <= len(flown) < len(work)
    assert flown == work[: len(flown)]
    left_out = f"left out from its waypoint {len(flown) + 1} of {len(work)} on"
    assert part.notes[-1].endswith(left_out)
    longer = fitting(made, whole, budget + 0.1 * whole.energy_wh)
    assert len([i for i in longer.items if i.part is Part.WORK and i.moves]) >= len(flown)


def test_where_no_way_home_is_found_a_survey_ends_before_it_and_does_not_blame_the_battery() -> (
    None
):
    made = planner()
    whole = survey(made)
    work = [i.at for i in whole.items if i.part is Part.WORK and i.moves]
    budget = 0.9 * whole.energy_wh
    free = [i.at for i in fitting(made, whole, budget).items if i.part is Part.WORK and i.moves]
    shut_in = work[len(free) - 3 : len(free)]
    way_back = made.way_back

    def shut(at: Enu, home: Enu) -> list[PlanItem]:
        if at in shut_in:
            raise PlanError("no way home")
        return way_back(at, home)

    made.way_back = shut  # type: ignore[method-assign]
    part = fitting(made, whole, budget)
    flown = [i.at for i in part.items if i.part is Part.WORK and i.moves]
    assert flown == free[:-3]
    assert part.energy_wh <= budget
    ways = f"from waypoints {len(free) - 2} to {len(free)} no way home is found"
    assert part.notes[-1].endswith(ways)


def test_a_battery_that_pays_all_or_nothing_changes_nothing() -> None:
    made = planner()
    whole = survey(made)
    assert fitting(made, whole, whole.energy_wh) is whole
    assert fitting(made, whole, 0.5) is whole

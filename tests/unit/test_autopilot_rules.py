"""The rules of a real PX4 that a naive simulation does not have, each in one sentence."""

from __future__ import annotations

import math

import pytest

from comms.contracts.errors import ContractError
from simulation.autopilot.config import GnssNoise
from simulation.autopilot.modes import Landed, Mode, Verdict
from simulation.autopilot.navigator.returning import return_height
from tests.autopilot_bench import Bench, item, square_fence


def test_arming_early_is_denied_and_told_why():
    bench = Bench()
    bench.run(1.5)
    assert bench.commander.arm() is Verdict.TEMPORARILY_REJECTED
    bench.step()
    assert any("Preflight Fail" in text for text in bench.texts)
    assert not bench.vehicle.now.armed


def test_it_can_be_armed_about_four_seconds_after_power_on():
    bench = Bench()
    assert bench.until(lambda: bench.commander.arming_problem() is None, 10) == pytest.approx(
        4.0, abs=0.2
    )


def test_home_is_refined_several_times_and_set_again_at_arming():
    bench = Bench(gnss=GnssNoise())
    bench.run(12)
    refined = bench.commander.home_generation
    assert refined >= 3
    bench.commander.arm()
    assert bench.commander.home_generation == refined + 1


def test_takeoff_while_disarmed_is_acked_and_does_nothing():
    bench = Bench()
    bench.boot()
    assert bench.commander.takeoff() is Verdict.ACCEPTED
    bench.run(6)
    assert bench.height_m < 0.01
    assert not bench.vehicle.now.armed


def test_taking_off_is_seen_about_two_seconds_after_the_command():
    bench = Bench()
    bench.boot()
    bench.commander.arm()
    bench.commander.takeoff(8.0)
    assert 1.2 < bench.until(lambda: bench.commander.landed is Landed.TAKING_OFF, 5) < 2.8
    assert 4 < bench.until(lambda: bench.commander.landed is Landed.IN_AIR, 15) < 11
    assert bench.commander.mode is Mode.HOLD
    assert bench.height_m == pytest.approx(8.0, abs=0.6)


def test_armed_on_the_ground_without_taking_off_disarms_after_ten_seconds():
    bench = Bench()
    bench.boot()
    bench.commander.arm()
    assert bench.until(lambda: not bench.vehicle.now.armed, 15) == pytest.approx(10, abs=0.2)


def test_a_mission_started_before_arming_reverts_to_hold_and_disarms():
    bench = Bench()
    bench.boot()
    bench.upload(item(at=(20, 0, 10)))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    assert bench.commander.mode is Mode.MISSION
    bench.commander.arm()
    assert bench.commander.mode is Mode.HOLD
    assert bench.until(lambda: not bench.vehicle.now.armed, 15) == pytest.approx(10, abs=0.3)
    assert bench.height_m < 0.01


def test_starting_right_after_an_upload_is_acked_then_refused_by_text():
    bench = Bench()
    bench.fly_to(8.0)
    bench.upload(item(at=(20, 0, 10)))
    assert bench.commander.request_mode(Mode.MISSION) is Verdict.ACCEPTED
    bench.step()
    assert "Switching to Mission is currently not available\t" in bench.texts
    assert bench.commander.mode is Mode.HOLD
    bench.run(1.6)
    bench.commander.request_mode(Mode.MISSION)
    assert bench.commander.mode is Mode.MISSION


def test_starting_without_a_mission_is_acked_then_refused_by_text():
    bench = Bench()
    bench.fly_to(8.0)
    assert bench.commander.request_mode(Mode.MISSION) is Verdict.ACCEPTED
    assert bench.commander.mode is Mode.HOLD


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (item(at=(200, 0, 10)), "Geofence violation for waypoint 2"),
        (item(at=(20, 0, math.nan)), "not a number"),
    ],
)
def test_a_mission_that_cannot_be_flown_is_taken_and_refused_by_text_later(bad, says):
    bench = Bench()
    bench.fly_to(8.0)
    bench.upload(*square_fence(100.0), mission_type=1)
    bench.upload(item(at=(10, 0, 10)), bad)
    bench.step()
    assert not any(says in text for text in bench.texts)
    bench.run(1.5)
    assert any(says in text for text in bench.texts)
    bench.commander.request_mode(Mode.MISSION)
    assert bench.commander.mode is Mode.HOLD


def test_a_goto_outside_the_fence_is_acked_then_refused_by_text():
    bench = Bench()
    bench.fly_to(8.0)
    bench.upload(*square_fence(60.0), mission_type=1)
    assert bench.commander.goto((100, 0, 8), None, None, False) is Verdict.ACCEPTED
    bench.run(6)
    assert "Reposition is outside geofence\t" in bench.texts
    assert math.hypot(*bench.state.position_m[:2]) < 1.0


def test_leaving_the_fence_makes_it_hold_and_tells():
    bench = Bench()
    bench.fly_to(8.0)
    bench.commander.goto((60, 0, 8), None, None, False)
    bench.run(2)
    bench.upload(*square_fence(30.0), mission_type=1)
    bench.run(12)
    assert "Geofence violated\t" in bench.texts
    assert bench.state.position_m[0] < 28.0


def test_disarming_in_the_air_is_refused():
    bench = Bench()
    bench.fly_to(5.0)
    assert bench.commander.disarm() is Verdict.TEMPORARILY_REJECTED
    bench.run(1)
    assert bench.height_m > 4.0


def test_on_ground_comes_two_seconds_before_disarmed():
    bench = Bench()
    bench.fly_to(4.0)
    bench.commander.request_mode(Mode.LAND)
    bench.until(lambda: bench.commander.landed is Landed.LANDING, 1)
    bench.until(lambda: bench.commander.landed is Landed.ON_GROUND, 20)
    assert bench.vehicle.now.armed
    assert bench.until(lambda: not bench.vehicle.now.armed, 5) == pytest.approx(2.0, abs=0.1)
    assert bench.commander.mode is Mode.HOLD


def test_a_return_from_low_and_near_does_not_climb():
    bench = Bench()
    bench.fly_to(6.0)
    highest = 0.0

    def watch() -> None:
        nonlocal highest
        highest = max(highest, bench.height_m)

    bench.after_step = watch
    bench.commander.request_mode(Mode.RETURN)
    bench.until(lambda: not bench.vehicle.now.armed, 40)
    assert highest < 7.0


def test_a_return_from_afar_climbs_to_the_return_height():
    bench = Bench()
    bench.fly_to(6.0)
    now = bench.vehicle.now
    now.position_m = (40.0, 0.0, 6.0)
    assert return_height(now, now.home_m) == pytest.approx(now.home_m[2] + 30.0)


def test_losing_the_ground_station_holds_at_twelve_and_returns_at_seventeen_seconds():
    bench = Bench(NAV_DLL_ACT=2)
    bench.fly_to(8.0)
    bench.upload(item(at=(150, 0, 20)))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    lost_s = bench.time_s
    bench.vehicle.gcs_silent_s = lambda: bench.time_s - lost_s
    bench.until(lambda: bench.commander.mode is Mode.HOLD, 20)
    assert bench.time_s - lost_s == pytest.approx(12.0, abs=0.3)
    bench.until(lambda: bench.commander.mode is Mode.RETURN, 10)
    assert bench.time_s - lost_s == pytest.approx(17.0, abs=0.3)


def test_without_a_data_link_action_the_mission_goes_on():
    bench = Bench()
    bench.fly_to(8.0)
    bench.upload(item(at=(150, 0, 20)))
    bench.run(2)
    bench.commander.request_mode(Mode.MISSION)
    lost_s = bench.time_s
    bench.vehicle.gcs_silent_s = lambda: bench.time_s - lost_s
    bench.run(20)
    assert bench.commander.mode is Mode.MISSION


def test_a_critically_low_battery_returns_when_it_is_told_to():
    bench = Bench(COM_LOW_BAT_ACT=3)
    bench.fly_to(8.0)
    bench.vehicle.battery.part = 0.1
    bench.run(0.5)
    assert "Low battery level! Return advised\t" in bench.texts
    assert bench.commander.mode is Mode.HOLD
    bench.vehicle.battery.part = 0.06
    bench.run(0.5)
    assert bench.commander.mode is Mode.RETURN


def test_hovering_empties_the_battery_at_its_rated_power():
    bench = Bench()
    bench.fly_to(8.0)
    before = bench.vehicle.battery.consumed_wh
    bench.run(36)
    watts = (bench.vehicle.battery.consumed_wh - before) * 100
    assert watts == pytest.approx(228, rel=0.05)


def test_a_drone_that_lies_on_its_back_is_not_armed():
    bench = Bench()
    bench.boot()
    bench.body.state = bench.state._replace(attitude=(0.0, 1.0, 0.0, 0.0))
    bench.vehicle.step(bench.state._replace(time_s=bench.time_s + 0.1))
    assert bench.commander.arm() is Verdict.TEMPORARILY_REJECTED
    assert bench.commander.arming_problem() == "Attitude failure (roll)"


def test_another_world_under_it_counts_as_a_power_cycle():
    bench = Bench()
    bench.fly_to(8.0)
    bench.body.state = bench.state._replace(position_m=(0.0, 0.0, 0.0), velocity_mps=(0, 0, 0))
    bench.run(0.1)
    assert not bench.vehicle.now.armed
    assert bench.commander.arm() is Verdict.TEMPORARILY_REJECTED
    bench.run(5)
    assert bench.commander.arm() is Verdict.ACCEPTED


def test_a_parameter_that_does_not_exist_is_named():
    with pytest.raises(ContractError, match="no parameter NAV_DDL_ACT"):
        Bench(NAV_DDL_ACT=2)

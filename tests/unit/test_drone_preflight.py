"""The pre-flight list: which lines are not right for which reason."""

from __future__ import annotations

import dataclasses

import pytest

from comms.contracts.place import Enu
from drone.config import DroneConfig
from drone.link.state import Battery, FailsafeState, Gnss, Health, Landed, Position, VehicleView
from drone.link.statustext import StatusTexts
from drone.missions.plan import FlightPlan
from drone.preflight.checks import Situation, is_green, preflight, what_is_wrong

CONFIG = DroneConfig()
WELL = Health(True, True, True, True, True, True, True)
HERE = Position(29.868, 121.615, 5.0, 0.0)


def ready_view() -> VehicleView:
    view = VehicleView(connected=True)
    view.health.put(WELL)
    view.position.put(HERE)
    view.home.put(HERE)
    view.gnss.put(Gnss(14, True))
    view.battery.put(Battery(0.95, 15.8))
    view.landed.put(Landed.ON_GROUND)
    view.failsafes.put(FailsafeState())
    return view


def wrong(view: VehicleView, situation: Situation | None = None) -> str:
    return what_is_wrong(preflight(view, StatusTexts(), CONFIG, situation or Situation()))


def test_a_vehicle_that_is_well_is_green() -> None:
    items = preflight(ready_view(), StatusTexts(), CONFIG, Situation())
    assert is_green(items)
    assert [i.name for i in items] == [
        "link",
        "sensors",
        "position",
        "home",
        "battery",
        "ready",
        "failsafes",
        "airspace",
        "emergency_stop",
        "storage",
    ]


def test_a_silent_vehicle_has_no_good_lines_of_its_own() -> None:
    items = preflight(VehicleView(), StatusTexts(), CONFIG, Situation())
    assert {i.name for i in items if i.ok} == {"airspace", "emergency_stop", "storage"}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"gyro": False}, "sensors: not well: gyroscope"),
        ({"global_position": False}, "position:"),
        ({"home": False}, "home: the vehicle has no home position"),
        ({"armable": False}, "ready: it is not ready to arm"),
    ],
)
def test_a_health_flag_that_is_not_set_names_its_line(fields: dict[str, bool], line: str) -> None:
    view = ready_view()
    view.health.put(dataclasses.replace(WELL, **fields))
    assert line in wrong(view)


def test_the_vehicles_own_words_explain_why_it_will_not_arm() -> None:
    view, texts = ready_view(), StatusTexts()
    view.health.put(dataclasses.replace(WELL, armable=False))
    texts.add("Preflight Fail: compass not calibrated", 2)
    items = preflight(view, texts, CONFIG, Situation())
    assert "compass not calibrated" in what_is_wrong(items)


def test_a_home_far_from_where_it_stands_is_wrong_on_the_ground_only() -> None:
    view = ready_view()
    view.home.put(Position(29.8685, 121.615, 5.0, 0.0))
    assert "home: 55.7 m" in wrong(view)
    assert "home" not in wrong(view, Situation(in_flight=True))


def test_a_battery_is_judged_by_its_charge_and_by_the_plan() -> None:
    view = ready_view()
    home = Enu(0, 0, 0)
    long = FlightPlan((), home, home, None, 2000.0, 80.0)
    assert "battery: 95%: the flight needs 80 Wh" in wrong(view, Situation(plan=long))
    view.battery.put(Battery(0.3, 14.0))
    assert "battery: 30%, at least 40%" in wrong(view)


def test_an_emergency_stop_and_closed_air_are_lines_of_the_list() -> None:
    view = ready_view()
    assert "emergency_stop: engaged by Li" in wrong(view, Situation(estop="engaged by Li"))
    assert "airspace: closed" in wrong(view, Situation(airspace="closed"))

"""The pre-flight list: which lines are not right for which reason."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comms.contracts.place import Enu
from comms.contracts.unit import PreflightItem
from drone.config import DroneConfig
from drone.link.state import (
    Battery,
    FailsafeState,
    Gnss,
    Health,
    Landed,
    Position,
    VehicleView,
    Wind,
)
from drone.link.statustext import StatusTexts
from drone.missions.plan import FlightPlan
from drone.preflight.around import Around, Fence, Looked, Seen
from drone.preflight.checks import Situation, is_green, preflight, what_is_wrong
from drone.preflight.records import PreflightRecord, PreflightRecords

CONFIG = DroneConfig()
WELL = Health(True, True, True, True, True, True, True)
CALM = Around(free_bytes=50 * 10**9, pad=Enu(0.0, 0.0, 0.0))


def line_of(name: str, around: Around = CALM, config: DroneConfig = CONFIG) -> PreflightItem:
    items = preflight(ready_view(), StatusTexts(), config, Situation(around=around))
    return next(item for item in items if item.name == name)


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
    return what_is_wrong(
        preflight(view, StatusTexts(), CONFIG, situation or Situation(around=CALM))
    )


def test_a_vehicle_that_is_well_is_green() -> None:
    items = preflight(ready_view(), StatusTexts(), CONFIG, Situation(around=CALM))
    assert is_green(items)
    assert [i.name for i in items] == [
        "link",
        "sensors",
        "position",
        "home",
        "battery",
        "ready",
        "failsafes",
        "remote_id",
        "airspace",
        "emergency_stop",
        "storage",
        "geofence",
        "weather",
        "pad",
        "pilot",
    ]


def test_a_silent_vehicle_has_no_good_lines_of_its_own() -> None:
    items = preflight(VehicleView(), StatusTexts(), CONFIG, Situation(around=CALM))
    of_others = {
        "remote_id",
        "airspace",
        "emergency_stop",
        "storage",
        "geofence",
        "weather",
        "pad",
        "pilot",
    }
    assert {i.name for i in items if i.ok} == of_others


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


@pytest.mark.parametrize(
    ("around", "line"),
    [
        ({"free_bytes": None}, "storage: the disk for records is not there"),
        ({"free_bytes": 150_000_000}, "storage: 150 MB free, at least 200 MB are needed"),
        ({"approved_by": ""}, "pilot: nobody has approved this flight"),
        (
            {"people": (Seen(Enu(2.0, 1.0, 0.0), 4.0, "robot"),)},
            "pad: a person was seen 2.2 m from it 4 s ago by the robot, 4 m must be clear",
        ),
    ],
)
def test_what_is_around_the_vehicle_has_its_line(around: dict[str, Any], line: str) -> None:
    situation = Situation(around=dataclasses.replace(CALM, **around))
    assert wrong(ready_view(), situation) == line


def test_a_person_whose_place_is_not_sure_is_near_as_far_as_that_goes() -> None:
    seen = Seen(Enu(7.0, 0.0, 0.0), 3.0, "robot", sigma_m=2.0)
    line = line_of("pad", dataclasses.replace(CALM, people=(seen,)))
    assert not line.ok
    assert "7.0 m from it, give or take 4 m, 3 s ago" in line.detail
    surer = dataclasses.replace(seen, sigma_m=1.0)
    assert line_of("pad", dataclasses.replace(CALM, people=(surer,))).ok


@pytest.mark.parametrize(
    ("looked", "caution", "words"),
    [
        (None, True, "no camera has looked at it: who approves makes sure"),
        (Looked("robot", 90.0), True, "the robot's camera saw it last 90 s ago"),
        (Looked("robot", 2.0), False, "the robot's camera saw it 2 s ago"),
    ],
)
def test_the_pads_line_says_whose_camera_looked(
    looked: Looked | None, caution: bool, words: str
) -> None:
    line = line_of("pad", dataclasses.replace(CALM, looked=looked))
    assert (line.ok, line.caution) == (True, caution)
    assert words in line.detail


@pytest.mark.parametrize(
    ("around", "config"),
    [({"pad": None}, CONFIG), ({}, CONFIG.model_copy(update={"pad_clear_m": 0.0}))],
)
def test_a_pad_that_nobody_looks_at_is_to_be_known(
    around: dict[str, Any], config: DroneConfig
) -> None:
    line = line_of("pad", dataclasses.replace(CALM, **around), config)
    assert (line.ok, line.caution) == (True, True)


@pytest.mark.parametrize(
    ("free_mb", "ok", "caution"), [(150, False, False), (500, True, True), (5000, True, False)]
)
def test_a_disk_that_fills_up_is_told_before_it_is_full(
    free_mb: int, ok: bool, caution: bool
) -> None:
    line = line_of("storage", dataclasses.replace(CALM, free_bytes=free_mb * 1_000_000))
    assert (line.ok, line.caution) == (ok, caution)


def test_a_person_far_from_the_pad_or_long_ago_is_in_nobodys_way() -> None:
    for seen in (Seen(Enu(6.0, 0.0, 0.0), 1.0, "robot"), Seen(Enu(1.0, 0.0, 0.0), 30.0, "drone")):
        assert not wrong(ready_view(), Situation(around=dataclasses.replace(CALM, people=(seen,))))


def test_too_much_wind_by_the_vehicles_own_estimate_is_too_much() -> None:
    view = ready_view()
    view.wind.put(Wind(8.0, 6.5))
    assert wrong(view) == "weather: the vehicle says 10.3 m/s of wind; at most 10 m/s is right"
    view.wind.put(Wind(3.0, 4.0))
    assert not wrong(view)


def test_a_fence_that_is_not_watched_counts_where_it_is_required() -> None:
    around = dataclasses.replace(CALM, fence=Fence(wrong="FENCE_ENABLE could not be set"))
    assert not wrong(ready_view(), Situation(around=around))
    assert line_of("geofence", around).caution
    config = DroneConfig(geofence_required=True)
    assert not line_of("geofence", around, config).caution
    items = preflight(ready_view(), StatusTexts(), config, Situation(around=around))
    assert what_is_wrong(items).startswith("geofence: FENCE_ENABLE could not be set")


def test_the_lists_are_kept_in_order_and_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    records = PreflightRecords(tmp_path)
    kept = [
        PreflightRecord(
            at=datetime(2026, 11, 27, 10, n, tzinfo=UTC),
            task_id=f"t{n}",
            kind="orbit",
            approved_by="Wang",
            green=n != 1,
            items=(PreflightItem(name="link", ok=n != 1, detail="x" * 100),),
            length_m=120.0,
            energy_wh=4.0,
        )
        for n in range(3)
    ]
    for record in kept:
        records.keep(record)
    assert list(records.all()) == kept
    path = tmp_path / "preflight_records.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert list(PreflightRecords(tmp_path).all()) == kept[:2]


def test_the_records_do_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drone.preflight.records._MOST_BYTES", 2000)
    records = PreflightRecords(tmp_path)
    for n in range(60):
        records.keep(
            PreflightRecord(
                at=datetime(2026, 11, 27, tzinfo=UTC), task_id=f"t{n}", kind="orbit",
                approved_by="", green=True, items=(), length_m=0.0, energy_wh=0.0,
            )
        )  # fmt: skip
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4000
    ids = [record.task_id for record in records.all()]
    assert ids == [f"t{n}" for n in range(60 - len(ids), 60)]
    assert len(ids) > 8

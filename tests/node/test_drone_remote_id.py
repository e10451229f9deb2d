"""Remote identification between the product's link and each make, with a fake transmitter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from pymavlink import mavutil
from pymavlink.dialects.v20 import common as mav

from drone.config import DroneConfig
from drone.errors import OrderError
from drone.link.connection import Vehicle
from drone.link.thread import LoopThread
from drone.remote_id.config import RemoteIdConfig
from drone.remote_id.line import remote_id_line
from tests.drone_bench import PROFILES, autopilot, free_udp_port
from tests.node.test_drone_vehicle import wait_for

pytestmark = pytest.mark.timeout(90)
makes = pytest.mark.parametrize("profile", PROFILES)

GIVEN = RemoteIdConfig(
    uas_id="1ABCC123456789ABC",
    operator_id="FIN87astrdge12k8",
    eu_category=2,
    eu_class=3,
    altitude_m=17.5,
    required=True,
)
ENFORCED = {
    "px4": ("--param", "COM_ARM_ODID=2"),
    "ardupilot": ("--param", "DID_ENABLE=1", "--param", "DID_OPTIONS=1"),
}


@contextmanager
def flown(
    profile: str, folder: Path, config: RemoteIdConfig, **transmitter: object
) -> Iterator[tuple[Vehicle, LoopThread, int]]:
    """An autopilot that insists on remote identification, and our link to it."""
    port = free_udp_port()
    unit = folder / "unit.yaml"
    make = yaml.safe_dump({"simulated_autopilot": {"remote_id": transmitter, "profile": profile}})
    unit.write_text(make)
    options = ("--unit-config", str(unit), *ENFORCED[profile])
    thread = LoopThread()
    vehicle = Vehicle(f"udpin://127.0.0.1:{port}", remote_id=config)
    try:
        with autopilot(port, folder / "log", *options, profile=profile):
            thread.submit(vehicle.run())
            wait_for(lambda: vehicle.view.knows_itself, 20.0, "the vehicle's word")
            wait_for(lambda: vehicle.view.home.last, 15.0, "its home")
            yield vehicle, thread, port
    finally:
        thread.close()


def is_armable(vehicle: Vehicle) -> bool:
    health = vehicle.view.health.fresh()
    return health is not None and health.armable


@contextmanager
def beside_the_autopilot(port: int) -> Iterator[mavutil.mavfile]:
    """Another component of the same vehicle: it is sent what the autopilot is sent."""
    line = mavutil.mavlink_connection(
        f"udpout:127.0.0.1:{port}", source_system=1, source_component=mav.MAV_COMP_ID_LOG
    )
    line.mav.heartbeat_send(mav.MAV_TYPE_LOG, mav.MAV_AUTOPILOT_INVALID, 0, 0, 0)
    try:
        yield line
    finally:
        line.close()


@makes
def test_what_is_configured_reaches_the_vehicle_which_then_arms(
    profile: str, tmp_path: Path
) -> None:
    with flown(profile, tmp_path, GIVEN, transmitter=True) as (vehicle, thread, port):
        wait_for(lambda: remote_id_line(vehicle.view, GIVEN).ok, 10.0, "the transmitter's yes")
        wait_for(lambda: is_armable(vehicle), 10.0, "readiness")
        heard: dict[str, mav.MAVLink_message] = {}
        times: dict[str, list[float]] = {}
        with beside_the_autopilot(port) as line:
            end = time.monotonic() + 9.5
            while time.monotonic() < end:
                message = line.recv_match(blocking=True, timeout=1.0)
                if message is not None and message.get_type().startswith("OPEN_DRONE_ID"):
                    name = message.get_type().removeprefix("OPEN_DRONE_ID_")
                    heard[name] = message
                    times.setdefault(name, []).append(time.monotonic())
        gaps = {name: max(b - a for a, b in pairwise(at)) for name, at in times.items()}
        assert gaps["SYSTEM"] < 2.0  # an ArduCopter that has not heard it for 3 s does not arm
        assert max(gaps.values()) < 3.6  # F3411: static messages each 3 s
        assert min(gap for name, gap in gaps.items() if name != "SYSTEM") > 2.4  # and not more
        assert heard.keys() == {"BASIC_ID", "OPERATOR_ID", "SELF_ID", "SYSTEM"}
        assert {(m.target_system, m.target_component) for m in heard.values()} == {(1, 0)}
        basic, system = heard["BASIC_ID"], heard["SYSTEM"]
        assert bytes(basic.uas_id).rstrip(b"\0") == GIVEN.uas_id.encode()
        assert (basic.id_type, basic.ua_type) == (mav.MAV_ODID_ID_TYPE_SERIAL_NUMBER, 2)
        assert {bytes(m.id_or_mac) for m in heard.values()} == {bytes(20)}
        operator, words = heard["OPERATOR_ID"], heard["SELF_ID"]
        assert operator.operator_id == GIVEN.operator_id
        assert operator.operator_id_type == mav.MAV_ODID_OPERATOR_ID_TYPE_CAA
        assert words.description == "police patrol"
        assert words.description_type == mav.MAV_ODID_DESC_TYPE_TEXT
        home = vehicle.view.home.last
        assert home is not None
        assert system.operator_latitude == pytest.approx(home.latitude_deg * 1e7, abs=5)
        assert system.operator_longitude == pytest.approx(home.longitude_deg * 1e7, abs=5)
        assert (system.operator_altitude_geo, system.area_ceiling) == (17.5, -1000.0)
        assert (system.area_count, system.area_radius, system.area_floor) == (1, 0, -1000.0)
        assert system.classification_type == mav.MAV_ODID_CLASSIFICATION_TYPE_EU
        assert system.operator_location_type == mav.MAV_ODID_OPERATOR_LOCATION_TYPE_TAKEOFF
        assert system.category_eu == mav.MAV_ODID_CATEGORY_EU_SPECIFIC
        assert system.class_eu == mav.MAV_ODID_CLASS_EU_CLASS_3
        assert system.timestamp == pytest.approx(time.time() - 1546300800, abs=15)
        assert vehicle.actions is not None
        thread.submit(vehicle.actions.prepare(6.0, None)).result(5.0)
        thread.submit(vehicle.actions.arm()).result(10.0)
        assert vehicle.view.is_armed


@makes
def test_a_vehicle_that_was_told_nothing_says_why_it_does_not_arm(
    profile: str, tmp_path: Path
) -> None:
    nothing = DroneConfig().remote_id
    with flown(profile, tmp_path, nothing, transmitter=True) as (vehicle, thread, _):
        wait_for(lambda: vehicle.view.remote_id.last, 10.0, "the transmitter's word")
        line = remote_id_line(vehicle.view, nothing)
        assert not line.ok
        assert "missing" in line.detail
        assert "SYS" in line.detail
        time.sleep(1.0)  # the other reasons of its boot are over at this speed
        words = {"px4": "Open Drone ID system not ready", "ardupilot": "OpenDroneID: UA_TYPE"}
        assert vehicle.actions is not None
        with pytest.raises(OrderError, match=words[profile]):
            thread.submit(vehicle.actions.arm()).result(30.0)


@makes
def test_a_transmitter_that_fails_is_a_red_line_with_its_words(
    profile: str, tmp_path: Path
) -> None:
    with flown(profile, tmp_path, GIVEN, transmitter=True, error="radio is broken") as (
        vehicle,
        _,
        _,
    ):
        wait_for(lambda: vehicle.view.remote_id.last, 10.0, "the transmitter's word")
        line = remote_id_line(vehicle.view, GIVEN)
        assert (line.ok, line.detail) == (
            False,
            'the transmitter is not ready: "radio is broken"',
        )


@makes
def test_absent_and_not_required_it_may_fly_and_who_approves_is_told(
    profile: str, tmp_path: Path
) -> None:
    """On a vehicle that does not insist."""
    port, nothing = free_udp_port(), DroneConfig().remote_id
    thread = LoopThread()
    vehicle = Vehicle(f"udpin://127.0.0.1:{port}", remote_id=nothing)
    try:
        with autopilot(port, tmp_path / "log", profile=profile):
            thread.submit(vehicle.run())
            wait_for(lambda: is_armable(vehicle), 25.0, "readiness")
            line = remote_id_line(vehicle.view, nothing)
            assert (line.ok, line.caution) == (True, True)
            assert line.detail.startswith("absent")
            required = remote_id_line(vehicle.view, RemoteIdConfig(required=True))
            assert (required.ok, required.caution) == (False, False)
            assert vehicle.actions is not None
            thread.submit(vehicle.actions.prepare(6.0, None)).result(5.0)
            thread.submit(vehicle.actions.arm()).result(10.0)
            assert vehicle.view.is_armed
    finally:
        thread.close()


@makes
def test_a_transmitter_that_falls_silent_is_missed(profile: str, tmp_path: Path) -> None:
    with flown(profile, tmp_path, GIVEN, transmitter=True, silent_after_s=8.0) as (vehicle, _, _):
        wait_for(lambda: remote_id_line(vehicle.view, GIVEN).ok, 10.0, "the transmitter's yes")
        wait_for(lambda: not remote_id_line(vehicle.view, GIVEN).ok, 20.0, "its silence")
        line = remote_id_line(vehicle.view, GIVEN)
        assert line.detail == "operator FIN87astrdge12k8 is told; the transmitter has fallen silent"
        optional = GIVEN.model_copy(update={"required": False})
        assert remote_id_line(vehicle.view, optional).caution

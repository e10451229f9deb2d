"""The pre-flight list as the node makes it: a person at the pad, and what is kept of it."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from patrol_interfaces.msg import Finding, GeoPoint, UnitState

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.ros.qos import RECORDS, RELIABLE
from drone.preflight.records import PreflightRecords
from tests.drone_bench import (
    PAD,
    SITE,
    bench_of,
    orbit_task,
)

PLAZA = Enu(72.0, 64.0)

pytestmark = pytest.mark.timeout(120)


def person(phase: str, revision: int) -> Finding:
    """Somebody 2 m from the pad."""
    at = LocalFrame(SITE.origin).to_geo(PAD[0] + 2.0, PAD[1], 0.0)
    return Finding(
        finding_id="p",
        revision=revision,
        phase=phase,
        kind="person",
        source="robot",
        last_seen=Time(sec=int(time.time())),
        position=GeoPoint(latitude=at.latitude_deg, longitude=at.longitude_deg),
    )


def test_nobody_takes_off_beside_a_person_and_each_list_is_kept(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        client = bench.client
        findings = client.node.create_publisher(Finding, "/findings", RECORDS)
        client.wait_for_green()
        in_the_way = bench.state / "preflight_records.jsonl"
        in_the_way.mkdir()
        unkept = client.result(client.send(orbit_task("unkept", PLAZA)), 20)
        assert unkept.state == "failed"
        assert "could not be kept" in unkept.reason
        in_the_way.rmdir()
        client.wait_for_green()
        findings.publish(person(Finding.PHASE_NEW, 0))
        red = lambda: client.preflight is not None and not client.preflight.green  # noqa: E731
        client.until(red, 10, "a list that is not green")
        refused = client.result(client.send(orbit_task("beside", PLAZA)), 20)
        assert refused.state == "rejected"
        assert "pad: a person was seen" in refused.reason
        findings.publish(person(Finding.PHASE_ENDED, 1))
        client.wait_for_green()
        client.send(orbit_task("alone", PLAZA))
        client.until(lambda: client.height() > 2.0, 30, "the take-off")
    kept = list(PreflightRecords(bench.state).all())
    assert [(r.task_id, r.green, r.approved_by) for r in kept] == [
        ("beside", False, "Wang"),
        ("alone", True, "Wang"),
    ]
    lines = {item.name: item for item in kept[1].items}
    assert "read back" in lines["geofence"].detail  # it was on board when the motors turned
    assert lines["pilot"].detail == "approved by Wang"
    assert [item.name for item in kept[0].items if not item.ok] == ["pad"]


def test_told_weather_keeps_it_down_and_outlives_the_node(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        client = bench.client
        client.wait_for_green()
        assert "Li" not in client.line("weather").detail
        refused = client.tell_weather(wind_mps=8.0, gust_mps=3.0)
        assert (refused.success, refused.message) == (
            False,
            "the gusts are weaker than the mean wind",
        )
        assert client.tell_weather(wind_mps=12.0, from_deg=90.0).success
        stormy = lambda: not client.line("weather").ok  # noqa: E731
        client.until(stormy, 10, "a list that is not green")
        late = client.result(client.send(orbit_task("storm", PLAZA)), 20)
        assert late.state == "rejected"
        assert "at most 10 m/s of wind is right" in late.reason
        bench.restart(signal.SIGKILL)
        client.preflight = None
        client.until(lambda: client.preflight is not None, 20, "the next node's list")
        assert "wind 12.0 m/s from 90° (Li" in client.line("weather").detail
        assert client.tell_weather(wind_mps=3.0).success
        client.wait_for_green()
        assert "wind 3.0 m/s (Li" in client.line("weather").detail


def test_the_pads_line_knows_when_the_robot_has_looked(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        client = bench.client
        client.wait_for_green()
        assert "no camera has looked at it" in client.line("pad").detail
        assert client.line("pad").caution
        assert client.line("remote_id").caution
        robot = client.node.create_publisher(UnitState, "/robot/unit_state", RELIABLE)

        def look(heading_rad: float) -> None:
            """From 8 m south of the pad."""
            at = LocalFrame(SITE.origin).to_geo(PAD[0], PAD[1] - 8.0, 0.0)
            place = GeoPoint(latitude=at.latitude_deg, longitude=at.longitude_deg)
            robot.publish(
                UnitState(
                    vehicle="robot", position=place, heading_rad=heading_rad,
                    localized=True, connected=True,
                )
            )  # fmt: skip

        diagnostics = client.node.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        frames = [0]

        def work(count: int) -> None:
            """Perception has worked on so many pictures more."""
            frames[0] += count
            processed = KeyValue(key="processed", value=str(frames[0]))
            status = DiagnosticStatus(name="perception: robot camera", values=[processed])
            diagnostics.publish(DiagnosticArray(status=[status]))

        def for_a_while(what: Callable[[], object]) -> None:
            end = time.monotonic() + 3.5
            while time.monotonic() < end:
                what()
                client.executor.spin_once(timeout_sec=0.1)

        def seen() -> bool:
            return "the robot's camera saw it" in client.line("pad").detail

        for_a_while(lambda: (work(1), look(-math.pi / 2)))  # looking away, it sees nothing of it
        assert not seen()
        for_a_while(lambda: work(0))  # its pictures have ended
        for_a_while(lambda: (work(0), look(math.pi / 2)))
        assert not seen()
        client.until(lambda: (work(1), look(math.pi / 2), seen())[2], 10, "the robot's look")
        assert not client.line("pad").caution


def test_the_kiosks_camera_watches_the_pad(tmp_path: Path) -> None:
    with bench_of(tmp_path) as bench:
        client = bench.client
        client.wait_for_green()
        assert client.line("pad").caution
        diagnostics = client.node.create_publisher(DiagnosticArray, "/diagnostics", RELIABLE)
        frames = [0]

        def seen() -> bool:
            frames[0] += 2
            processed = KeyValue(key="processed", value=str(frames[0]))
            status = DiagnosticStatus(name="perception: kiosk camera", values=[processed])
            diagnostics.publish(DiagnosticArray(status=[status]))
            return "the kiosk's camera saw it 0 s ago" in client.line("pad").detail

        client.until(seen, 10, "the kiosk's look")
        assert not client.line("pad").caution
        stale = lambda: "the kiosk's camera saw it 6 s ago" in client.line("pad").detail  # noqa: E731
        client.until(stale, 12, "its silence")

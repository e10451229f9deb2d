"""The pre-flight list as the node makes it: a person at the pad, and what is kept of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from builtin_interfaces.msg import Time
from patrol_interfaces.msg import Finding, GeoPoint

from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import Enu
from comms.ros.qos import RECORDS
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

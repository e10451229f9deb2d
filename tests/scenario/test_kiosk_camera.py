"""The kiosk's camera in Gazebo: who comes near the pad is found, and keeps the drone down."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from patrol_interfaces.msg import Finding
from std_msgs.msg import String

from comms.contracts.geodesy import LocalFrame
from comms.ros.qos import RECORDS, RELIABLE
from drone.messages import geo_from_message
from tests.drone_bench import PAD, SITE, SITE_FILE, Client
from tests.gazebo_run import GazeboRun

pytestmark = pytest.mark.timeout(240)
BESIDE = (PAD[0] + 1.0, PAD[1] - 1.5)
FAR = (PAD[0] - 14.0, PAD[1] + 10.0)


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    client.close()


def test_a_person_at_the_pad_is_seen_by_the_kiosk_and_nobody_takes_off(
    tmp_path: Path, client: Client
) -> None:
    found: list[Finding] = []
    client.node.create_subscription(Finding, "/findings", found.append, RECORDS)
    people = client.node.create_publisher(String, "/sim/people/command", RELIABLE)

    def send(at: tuple[float, float], mps: float) -> None:
        command = {"person": "bystander_0", "x_m": at[0], "y_m": at[1], "speed_mps": mps}
        people.publish(String(data=json.dumps(command)))

    arguments = ("--walkers", "0", "--bystanders", "1")
    domain = int(os.environ["ROS_DOMAIN_ID"])
    with GazeboRun(tmp_path, SITE_FILE, *arguments) as run:
        run.start_node(
            "perception", "perception.node", "-p", "cameras:=kiosk", "-p", "use_sim_time:=true"
        )
        run.start_unit_drone(1, domain)
        client.wait_for_green()
        watched = lambda: "the kiosk's camera saw it" in client.line("pad").detail  # noqa: E731
        client.until(watched, 60, "the kiosk's look at the pad")
        assert not client.line("pad").caution
        assert not found
        send(BESIDE, 1.4)
        client.until(lambda: not client.line("pad").ok, 60, "a red line")
        assert "by the kiosk" in client.line("pad").detail
        person = found[-1]
        assert (person.kind, person.source) == ("person", "kiosk")
        client.until(lambda: _apart_m(found[-1], BESIDE) < 1.0, 20, "the person's place")
        send(FAR, 1.4)
        client.until(lambda: client.line("pad").ok, 90, "a clear pad")


def _apart_m(finding: Finding, at: tuple[float, float]) -> float:
    place = LocalFrame(SITE.origin).to_enu(geo_from_message(finding.position))
    return math.dist(place[:2], at)

"""Flights over areas on both makes of autopilot: one after the other, without a restart."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from patrol_interfaces.msg import GeoPoint, Task
from shapely.geometry import LineString, Polygon

from comms.contracts.geodesy import LocalFrame
from tests.drone_bench import (
    PAD,
    PROFILES,
    SITE,
    Client,
    bench_of,
)

#: Over the plaza and its street, m east and north.
AREA = [(40.0, 40.0), (110.0, 40.0), (110.0, 90.0), (40.0, 90.0)]
HEIGHT_M, SWATH_M = 60.0, 25.0
FLIGHT_S = 110.0

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=PROFILES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    with bench_of(tmp_path_factory.mktemp("drone"), profile=request.param) as bench:
        yield bench.client


def order(kind: str, points: list[tuple[float, float]], **fields: float) -> Task:
    frame = LocalFrame(SITE.origin)
    places = [frame.to_geo(*xy) for xy in points]
    return Task(
        task_id=f"{kind}-1",
        kind=kind,
        vehicle="drone",
        points=[
            GeoPoint(latitude=p.latitude_deg, longitude=p.longitude_deg, altitude=math.nan)
            for p in places
        ],
        height_m=HEIGHT_M,
        approved_by="Wang",
        **fields,
    )


def fly(client: Client, task: Task, at_work: str) -> tuple[np.ndarray, list[float]]:
    """Fly a task to its end. Where it was at work (n, 3), and the camera's direction in degrees
    from straight down, each time it was heard to be `at_work`.
    """
    client.wait_for_green()
    client.track.clear()
    result = client.send(task)
    off_down: list[float] = []

    def landed() -> bool:
        if client.mode() == at_work and client.camera:
            q = client.camera[-1].quaternion
            down = 2 * (q.w * q.y - q.x * q.z)
            off_down.append(math.degrees(math.acos(max(-1.0, min(1.0, down)))))
        return bool(result.done())

    client.until(landed, FLIGHT_S, "the landing")
    final = client.result(result, 1)
    assert (final.state, final.reason[:6]) == ("succeeded", "landed")
    places = np.array([[p.x, p.y, p.z] for p in (o.pose.pose.position for o in client.track)])
    assert math.dist(places[-1, :2], PAD) < 2.0
    return places[np.abs(places[:, 2] - HEIGHT_M) < 2.5], off_down


def test_a_survey_is_flown_over_all_of_its_area_with_the_camera_down(client: Client) -> None:
    at_work, off_down = fly(client, order(Task.KIND_SURVEY, AREA, swath_m=SWATH_M), "surveying")
    area = Polygon(AREA)
    seen = LineString(at_work[:, :2]).buffer(SWATH_M / 2)
    # some of the area may be closed at that height; what is open is seen
    assert shapely.intersection(seen, area).area >= 0.95 * area.area
    notes = [s.reason for s in client.states if "times the least" in s.reason]
    assert notes
    assert sorted(off_down)[len(off_down) // 2] < 5.0


def test_then_its_perimeter_is_flown_round_without_a_restart(client: Client) -> None:
    task = order(Task.KIND_PERIMETER, AREA, distance_m=5.0)
    at_work, off_down = fly(client, task, "around_area")
    middle = np.mean(AREA, axis=0)
    angles = np.degrees(np.arctan2(*(at_work[:, 1::-1] - middle[::-1]).T)) // 30
    assert len(set(angles % 12)) == 12
    assert min(off_down) > 5.0  # the camera is on the middle of the area

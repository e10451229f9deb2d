"""A plan made elsewhere, flown by the node on both makes: as it is, paused, killed, cancelled."""

from __future__ import annotations

import itertools
import json
import math
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from patrol_interfaces.msg import Task

from drone.record.folders import PAGE, find
from drone.record.story import story_of
from tests.drone_bench import PAD, PROFILES, SITE, Bench, bench_of

FLIGHT_S = 100.0
HEIGHT_M = 45.0

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module", params=PROFILES)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    with bench_of(tmp_path_factory.mktemp("drone"), profile=request.param) as made:
        yield made


def place(east_m: float, north_m: float) -> list[float]:
    at = SITE.frame.to_geo(east_m, north_m)
    return [at.latitude_deg, at.longitude_deg]


def item(number: int, command: int, *params: Any, frame: int = 3) -> dict[str, Any]:
    values = [*params, *[0] * (7 - len(params))]
    return {
        "type": "SimpleItem", "autoContinue": True, "command": command, "doJumpId": number,
        "frame": frame, "params": values,
    }  # fmt: skip


#: Across the plaza and back, over its long side twice.
CORNERS = [(45.0, 45.0), (100.0, 45.0), (100.0, 80.0), (45.0, 80.0)]


def plan_of(corners: list[tuple[float, float]], *, rounds: int = 0) -> dict[str, Any]:
    items = [item(1, 22, 0, 0, 0, None, None, None, HEIGHT_M)]
    items += [
        item(number, 16, 0, 0, 0, None, *place(*corner), HEIGHT_M)
        for number, corner in enumerate(corners, start=2)
    ]
    if rounds:
        items.append(item(50, 177, 2, rounds, frame=2))
    around = [(-60, -60), (150, -60), (150, 150), (-60, 150)]
    fence = {"inclusion": True, "version": 1, "polygon": [place(*c) for c in around]}
    pad = {"version": 2, "points": [[*place(*PAD), 40]]}
    return {
        "fileType": "Plan", "version": 1, "groundStation": "QGroundControl",
        "mission": {
            "version": 2, "firmwareType": 12, "vehicleType": 2, "hoverSpeed": 8, "cruiseSpeed": 15,
            "plannedHomePosition": [*place(*PAD), 4], "items": [*items, item(60, 20, frame=2)],
        },
        "geoFence": {"version": 2, "polygons": [fence], "circles": []},
        "rallyPoints": pad,
    }  # fmt: skip


def order(task_id: str, plan: dict[str, Any], approved_by: str = "Wang") -> Task:
    return Task(
        task_id=task_id, kind=Task.KIND_PLAN, vehicle="drone", plan_json=json.dumps(plan),
        approved_by=approved_by,
    )  # fmt: skip


def test_its_items_are_flown_and_a_jump_repeats_them(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    client.track.clear()
    long = plan_of(CORNERS, rounds=1) | {"notes of its author": "x" * 190_000}
    result = client.send(order("plan-1", long))
    final = client.result(result, FLIGHT_S)
    assert (final.state, final.reason[:6]) == ("succeeded", "landed")
    track = [o.pose.pose.position for o in client.track]
    at_corner = [
        number
        for p in track
        for number, corner in enumerate(CORNERS)
        if math.dist((p.x, p.y), corner) < 4.0 and abs(p.z - HEIGHT_M) < 3.0
    ]
    visits = [n for n, before in zip(at_corner, [None, *at_corner], strict=False) if n != before]
    assert visits == [0, 1, 2, 3, 0, 1, 2, 3]
    assert "flying_plan" in {u.mode for u in client.units}
    progress = [s.progress for s in client.states if s.task_id == "plan-1"]
    assert progress == sorted(progress)
    assert math.dist((track[-1].x, track[-1].y), PAD) < 2.0
    words = " ".join(s.reason for s in client.states if s.task_id == "plan-1")
    assert "its jumps are written out" in words
    assert "without effect: notes of its author" in words


def test_it_is_paused_and_its_node_killed_and_it_ends_well(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    client.send(order("plan-2", plan_of(CORNERS)))
    client.until(lambda: client.mode() == "flying_plan", 60, "its work")
    bench.restart(signal.SIGKILL)
    joined = lambda: any("joined" in s.reason for s in client.states)  # noqa: E731
    client.until(joined, 20, "the new node to join")
    result = client.send(order("plan-2", plan_of(CORNERS)))
    assert client.pause(True).success
    client.until(lambda: client.mode() == "holding", 20, "the hold")
    client.until(lambda: client.units[-1].speed_mps < 0.5, 20, "the rest")
    assert client.pause(False).success
    final = client.result(result, FLIGHT_S)
    assert final.state == "succeeded"
    assert "paused" in client.states_of("plan-2")
    assert "not the one of this task" not in bench.log
    flight = find(bench.state / "flights", "plan-2")
    client.until((flight.path / PAGE).exists, 5, "the page of the flight")
    story = story_of(flight)
    assert story.parts == 2  # the killed node's, and that of the one after it
    assert story.result is not None
    assert story.result.state == "succeeded"
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(story.track)]
    assert sorted(gaps)[len(gaps) // 2] == pytest.approx(0.2, abs=0.05)
    assert len(gaps) > 25
    assert min(p[1] for p in story.battery) < story.battery[0][1]
    assert {"paused", "mission"} <= {e.state or e.words for e in story.events}


def test_cancelled_it_comes_home_and_the_sites_fence_is_back_on_board(bench: Bench) -> None:
    client = bench.client
    client.wait_for_green()
    before = [bench.log.count(f"the {what} on board") for what in ("fence is", "rally points is")]
    result = client.send(order("plan-3", plan_of(CORNERS)))
    client.until(lambda: client.mode() == "flying_plan", 60, "its work")
    result.handle.cancel_goal_async()
    final = client.result(result, FLIGHT_S)
    assert final.state == "cancelled"
    after = [bench.log.count(f"the {what} on board") for what in ("fence is", "rally points is")]
    assert after == [n + 2 for n in before]  # the plan's, then the site's (of rally points: none)
    assert "own return is taken" not in bench.log
    journal = json.loads((bench.folder / "state" / "drone_journal.json").read_text())
    assert journal["lent"] is False
    last = client.track[-1].pose.pose.position
    assert math.dist((last.x, last.y), PAD) < 2.0


def test_a_plan_through_a_tower_is_rejected_with_item_and_tower(bench: Bench) -> None:
    final = bench.client.result(bench.client.send(order("plan-4", plan_of([(30.0, 116.0)]))), 10)
    assert final.state == "rejected"
    assert "item 2 of 3 (waypoint) cannot be flown: it enters the building Tower A" in final.reason

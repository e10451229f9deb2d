"""Behaviour, navigator and loudspeaker as processes over DDS, on a fake base: beats and their
troubles.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from patrol_interfaces.msg import GeoPoint, Task

from comms.contracts.site_reader import read_site
from tests.behaviour_bench import JPEG, SITE, BehaviourBench, wait_for

PLACE = read_site(SITE)
PATROL_WITHIN_S = 75.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BehaviourBench]:
    kiosk = PLACE.kiosks[0]
    bench = BehaviourBench(tmp_path, (*kiosk.dock, kiosk.heading_rad))
    yield bench
    bench.close()


def a_patrol(start_checkpoint: int = 0) -> Task:
    return Task(
        task_id=str(uuid.uuid4()),
        kind=Task.KIND_PATROL,
        vehicle="robot",
        beat_id="plaza",
        start_checkpoint=start_checkpoint,
    )


def a_go_to(east: float, north: float) -> Task:
    point = PLACE.frame.to_geo(east, north)
    place = GeoPoint(latitude=point.latitude_deg, longitude=point.longitude_deg)
    return Task(task_id=str(uuid.uuid4()), kind=Task.KIND_GO_TO, vehicle="robot", points=[place])


def test_a_beat_is_walked_and_everything_on_it_is_reported(bench: BehaviourBench) -> None:
    bench.start()
    task = a_patrol()
    handle = bench.order(task)
    wait_for(lambda: bench.unit and bench.unit.mode == "patrolling", 30.0, "patrolling")
    assert bench.unit is not None
    assert bench.unit.task_id == task.task_id
    wait_for(lambda: bench.unit and bench.unit.route, 10.0, "the route")
    wait_for(lambda: "drive to Bus stop" in bench.tree, 5.0, "the tree")
    result = bench.result(handle, PATROL_WITHIN_S)
    assert (result.state, result.reason) == ("succeeded", "3 of 3 checkpoints visited")
    wait_for(lambda: len(bench.visits) == 3, 5.0, "three visits")
    assert bench.visited() == ["plaza-1", "plaza-2", "plaza-3"]
    done = {visit.checkpoint_id: list(visit.actions_done) for visit in bench.visits.values()}
    assert done == {
        "plaza-1": ["look_around"],
        "plaza-2": ["picture"],
        "plaza-3": ["wait", "announce"],
    }
    picture = next(v.picture for v in bench.visits.values() if v.checkpoint_id == "plaza-2")
    assert bytes(picture.data) == JPEG
    assert bench.states_of(task.task_id) == ["accepted", "running", "succeeded"]
    wait_for(lambda: bench.unit and bench.unit.mode == "docked", 5.0, "docked")
    assert bench.unit.task_id == ""


def test_the_beat_survives_the_death_of_behaviour_and_of_the_navigator(
    bench: BehaviourBench,
) -> None:
    bench.start()
    task = a_patrol()
    bench.order(task)
    wait_for(lambda: bench.visits, 60.0, "the first visit")
    bench.kill("behaviour")
    bench.start("behaviour")
    repeat = bench.order(task)  # as the bridge does; it joins what goes on already
    wait_for(lambda: bench.speed_mps > 0.3, 20.0, "the robot drives again")
    bench.kill("navigator")
    bench.start("navigator")
    result = bench.result(repeat, PATROL_WITHIN_S)
    assert result.state == "succeeded"
    wait_for(lambda: len(bench.visits) == 3, 5.0, "three visits")
    assert bench.visited() == ["plaza-1", "plaza-2", "plaza-3"]
    again = bench.result(bench.order(task), 5.0)
    assert again == result, "a task that is done is not done again"


def test_pause_emergency_stop_and_cancel_stop_the_robot(bench: BehaviourBench) -> None:
    bench.start()
    task = a_patrol()
    handle = bench.order(task)
    wait_for(lambda: bench.speed_mps > 0.3, 30.0, "the robot drives")
    assert bench.pause(True).success
    wait_for(lambda: bench.speed_mps < 0.02, 5.0, "paused, the robot stands")
    assert bench.states_of(task.task_id)[-1] == "paused"
    assert bench.pause(False).success
    wait_for(lambda: bench.speed_mps > 0.3, 5.0, "resumed, it drives")

    bench.estop(True, "Officer Li")
    wait_for(lambda: bench.unit and bench.unit.estop, 5.0, "the state shows the stop")
    wait_for(lambda: bench.states_of(task.task_id)[-1] == "paused", 5.0, "the task is held")
    refused = bench.pause(False)
    assert not refused.success
    assert "Officer Li" in refused.message
    bench.estop(False)
    wait_for(lambda: bench.unit and bench.unit.mode == "paused", 5.0, "still held")
    assert bench.speed_mps < 0.02
    assert bench.pause(False).success
    wait_for(lambda: bench.speed_mps > 0.3, 5.0, "on a person's word it drives")

    handle.cancel_goal_async()
    assert bench.result(handle, 5.0).state == "cancelled"
    wait_for(lambda: bench.speed_mps < 0.02, 5.0, "cancelled, the robot stands")
    assert bench.unit is not None
    wait_for(lambda: bench.unit and bench.unit.task_id == "", 3.0, "no task")


def test_a_go_to_comes_first_and_a_wrong_one_is_refused_with_a_sentence(
    bench: BehaviourBench,
) -> None:
    bench.start()
    beat = a_patrol()
    bench.order(beat)
    wait_for(lambda: bench.speed_mps > 0.3, 30.0, "the robot drives")
    urgent = a_go_to(46.0, 10.0)
    assert bench.result(bench.order(urgent), 30.0).state == "succeeded"
    assert bench.states_of(beat.task_id)[-1] == "paused"
    wait_for(lambda: bench.states_of(beat.task_id)[-1] == "running", 10.0, "it goes on")
    inside = PLACE.buildings[0].ring
    wrong = a_go_to(*(sum(axis) / len(inside) for axis in zip(*inside, strict=True)))
    refused = bench.result(bench.order(wrong), 5.0)
    assert refused.state == "rejected"
    assert "inside the building" in refused.reason
    assert bench.states_of(beat.task_id)[-1] == "running"

"""A task's states only go forward, end once, and a task says what its kind needs."""

import itertools

import pytest

from comms.contracts.errors import ContractError
from comms.contracts.place import GeoPoint
from comms.contracts.task import FINAL, Task, TaskKind, TaskState, Vehicle, may_follow

HERE = GeoPoint(latitude_deg=29.868, longitude_deg=121.615)


def test_a_final_state_is_never_left():
    for before, after in itertools.product(FINAL, TaskState):
        assert not may_follow(before, after)


def test_running_and_paused_alternate_but_nothing_goes_back_to_sent():
    assert may_follow(TaskState.RUNNING, TaskState.PAUSED)
    assert may_follow(TaskState.PAUSED, TaskState.RUNNING)
    assert not may_follow(TaskState.RUNNING, TaskState.SENT)
    assert not may_follow(TaskState.PAUSED, TaskState.ACCEPTED)


def test_every_open_state_can_end_in_every_way():
    for before in set(TaskState) - FINAL:
        assert all(may_follow(before, after) for after in FINAL)


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ({"vehicle": "drone", "kind": "patrol", "beat_id": "b"}, "a drone cannot do a patrol task"),
        ({"vehicle": "robot", "kind": "patrol"}, "a patrol task needs the id of a beat"),
        ({"vehicle": "robot", "kind": "go_to"}, "a go_to task needs exactly one point"),
        ({"vehicle": "drone", "kind": "orbit", "points": (HERE, HERE)}, "exactly one point"),
        ({"vehicle": "robot", "kind": "survey"}, "a robot cannot do a survey task"),
        ({"vehicle": "drone", "kind": "survey", "points": (HERE, HERE)}, "needs 3 to 100 points"),
        ({"vehicle": "drone", "kind": "corridor"}, "2 to 100 points or the id of a beat"),
        ({"vehicle": "drone", "kind": "escort", "duration_s": 0}, "needs a duration"),
        ({"vehicle": "drone", "kind": "plan"}, "needs the text of a plan"),
        ({"vehicle": "drone", "kind": "land", "plan_json": "{}"}, "and no other"),
    ],
)
def test_a_task_without_what_its_kind_needs_is_refused(task, sentence):
    with pytest.raises(ContractError, match=sentence):
        Task(task_id="t", unit_id="u", **task).check()


def test_a_flight_needs_approval_and_coming_home_does_not():
    orbit = Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.ORBIT, points=(HERE,)
    )
    home = Task(task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.RETURN)
    assert orbit.needs_approval
    assert not home.needs_approval


@pytest.mark.parametrize("kind", [TaskKind.LAND, TaskKind.EMERGENCY_LAND])
def test_a_landing_is_never_kept_waiting_for_an_approval(kind):
    task = Task(task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=kind)
    task.check()
    assert not task.needs_approval


def test_a_corridor_along_a_beat_needs_no_points():
    Task(
        task_id="t", unit_id="u", vehicle=Vehicle.DRONE, kind=TaskKind.CORRIDOR, beat_id="b"
    ).check()
